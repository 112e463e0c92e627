// tests/fuzz/run_info_fuzz.cpp: RunInfo.xml, RunParameters.xml, RunCompletionStatus.xml and job files from any bytes.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "plugins/instruments/illumina/platform.hpp"
#include "plugins/instruments/illumina/run_info.hpp"
#include "plugins/instruments/illumina/xml.hpp"

namespace illumina = tributary::illumina;

namespace {

template <typename Parse>
void attempt(Parse&& parse) {
  try {
    parse();
  } catch (const illumina::XmlDamaged&) {
    // the expected answer to most inputs
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  attempt([&] { illumina::parse_run_info(bytes); });
  attempt([&] {
    const auto parameters = illumina::parse_run_parameters(bytes);
    const auto platform = illumina::platform_of(parameters.application, parameters.version);
    illumina::needs_copy_complete(platform, parameters.version);
  });
  attempt([&] { illumina::parse_run_completion(bytes); });
  attempt([&] { illumina::job_has_error(bytes); });
  illumina::instrument_in_name(bytes);
  return 0;
}
