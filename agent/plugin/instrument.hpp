// agent/plugin/instrument.hpp: an instrument plugin, as the stations see it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/result.hpp"

namespace tributary::plugin {

struct Unit {
  std::string run_id, unit, model;
};

/// What `describe` told. Everything in here may be an identity.
struct Description {
  struct Alias {
    std::string name;
    bool names_files = false;
  };
  struct Sample {
    std::string sample_id, project;
    std::vector<Alias> aliases;
  };
  struct File {
    std::string sample_id;  // "": a joint file (or its index) that is named after nobody
    std::string path, kind, read, part;
  };
  struct Withheld {
    std::string path, reason;
  };
  struct Word {
    std::string kind, value;
  };
  struct Promise {
    std::string path;
    std::int64_t size = -1;
    std::uint32_t crc32 = 0;
  };
  std::vector<Sample> samples;
  std::vector<File> files;
  std::vector<Withheld> withheld;
  std::vector<Word> identifiers;
  std::vector<Promise> promises;
};

class Instrument {
 public:
  virtual ~Instrument() = default;
  [[nodiscard]] virtual const std::string& name() const = 0;
  [[nodiscard]] virtual int recognise(const std::string& folder) = 0;  // 0 .. 100
  /// Failure: wait = not yet; give_up = the run failed; ask_operator = unclear.
  [[nodiscard]] virtual Result<Unit> settled(const std::string& folder) = 0;
  [[nodiscard]] virtual Result<Description> describe(const std::string& folder, const Unit& unit) = 0;
};

}  // namespace tributary::plugin
