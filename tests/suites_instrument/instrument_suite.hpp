// tests/suites_instrument/instrument_suite.hpp: what every instrument plugin must satisfy, whatever its machines.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "agent/plugin/abi.h"
#include "tests/fakes/plugin_host.hpp"

namespace tributary::suites {

/// What one `describe` told, as the host would hear it.
struct Told {
  struct File {
    std::string sample, path, kind, read, part;
  };
  struct Withheld {
    std::string path, reason;
  };
  struct Sample {
    std::string id, project;
    std::vector<std::string> file_names, other_names;
  };
  struct Promise {
    std::string path;
    std::int64_t size = -1;
    std::uint32_t crc32 = 0;
  };
  std::vector<Sample> samples;
  std::vector<File> files;
  std::vector<Withheld> withheld;
  std::vector<std::pair<std::string, std::string>> identifiers;  // kind, value
  std::vector<Promise> promises;
  std::vector<std::string> breaches;  // of the ABI's rules

  [[nodiscard]] const Sample* sample(const std::string& id) const;
  [[nodiscard]] const File* file(const std::string& path) const;
  [[nodiscard]] std::string reason(const std::string& path) const;  // "" when it is not withheld
  [[nodiscard]] bool has_identifier(const std::string& kind, const std::string& value) const;
};

/// One open instance of an instrument plugin.
class InstrumentUnderTest {
 public:
  explicit InstrumentUnderTest(const tributary_descriptor* descriptor);
  ~InstrumentUnderTest();
  InstrumentUnderTest(const InstrumentUnderTest&) = delete;
  InstrumentUnderTest& operator=(const InstrumentUnderTest&) = delete;

  int recognise(const std::string& folder);
  tributary_outcome settled(const std::string& folder);
  tributary_outcome describe(const std::string& folder, Told& told);  // of the unit that `settled` filled last

  fakes::PluginHost host;
  tributary_unit unit{};
  tributary_note note{};

 private:
  const tributary_instrument_ops* ops_;
  void* self_ = nullptr;
};

struct InstrumentCase {
  const tributary_descriptor* descriptor = nullptr;
  std::string complete;             // a complete, good run
  std::string running;              // one that is not complete
  std::string foreign;              // a folder of something else
  std::vector<std::string> secret;  // words of the complete run that must not stand in any note or log
};
/// Every rule that is broken, as a sentence; empty when all is well.
std::vector<std::string> breaches_of(const InstrumentCase& tested);

}  // namespace tributary::suites
