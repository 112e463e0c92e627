// plugins/instruments/illumina/platform.hpp: which machine made a run, and which completion files it writes.
#pragma once

#include <string>
#include <string_view>

namespace tributary::illumina {

/// Does the platform write CopyComplete.txt (its copy service)?
enum class CopyService : unsigned char { yes, no, since_4, unknown };

struct Platform {
  std::string_view model;  // for the manifest; "" when unknown
  CopyService copy_service = CopyService::unknown;
};

/// By the control software's name first (sites rename instruments), then by the shape of the instrument's id.
Platform platform_of(std::string_view application, std::string_view instrument_id);

/// Must CopyComplete.txt stand before a run of this platform is complete? `version` of the control software.
bool needs_copy_complete(const Platform& platform, std::string_view version);

/// `<date>_<instrument>_<run number>_<[A|B]flow cell>`: the instrument's id, or "" when the name has another shape.
std::string instrument_in_name(std::string_view folder_name);

}  // namespace tributary::illumina
