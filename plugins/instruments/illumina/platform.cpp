// plugins/instruments/illumina/platform.cpp: the table of platforms.
#include "plugins/instruments/illumina/platform.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "plugins/instruments/illumina/text.hpp"

namespace tributary::illumina {
namespace {

struct ByApplication {
  std::string_view word;  // in the application's name, lower case, letters and digits only
  Platform platform;
};
// The first that fits: "iseq" stands inside "miseq" and "hiseq".
constexpr std::array by_application = {
    ByApplication{"miseqi100", {"MiSeq i100", CopyService::yes}},
    ByApplication{"miseq", {"MiSeq", CopyService::since_4}},
    ByApplication{"hiseq", {"HiSeq", CopyService::no}},
    ByApplication{"miniseq", {"MiniSeq", CopyService::no}},
    ByApplication{"novaseqx", {"NovaSeq X", CopyService::yes}},
    ByApplication{"novaseq", {"NovaSeq 6000", CopyService::yes}},
    ByApplication{"nextseq1k2k", {"NextSeq 1000/2000", CopyService::yes}},
    ByApplication{"nextseq10002000", {"NextSeq 1000/2000", CopyService::yes}},
    ByApplication{"nextseq1000", {"NextSeq 1000", CopyService::yes}},
    ByApplication{"nextseq2000", {"NextSeq 2000", CopyService::yes}},
    ByApplication{"nextseq", {"NextSeq 500/550", CopyService::since_4}},
    ByApplication{"iseq", {"iSeq 100", CopyService::yes}},
};

struct ById {
  std::string_view shape;  // '#': a digit, '*' at the end: anything
  Platform platform;
};
constexpr std::array by_id = {
    ById{"MN#####", {"MiniSeq", CopyService::no}},
    ById{"M#####", {"MiSeq", CopyService::since_4}},
    ById{"SH#####", {"MiSeq i100", CopyService::yes}},
    ById{"SL#####", {"MiSeq i100", CopyService::yes}},
    ById{"NB######", {"NextSeq 500/550", CopyService::since_4}},
    ById{"NS######", {"NextSeq 500/550", CopyService::since_4}},
    ById{"NDX######", {"NextSeq 550Dx", CopyService::since_4}},
    ById{"VL*", {"NextSeq 1000", CopyService::yes}},
    ById{"VH*", {"NextSeq 2000", CopyService::yes}},
    ById{"A#####", {"NovaSeq 6000", CopyService::yes}},
    ById{"LH#####", {"NovaSeq X", CopyService::yes}},
    ById{"FS*", {"iSeq 100", CopyService::yes}},
    ById{"SN*", {"HiSeq", CopyService::no}},
    ById{"D#####", {"HiSeq", CopyService::no}},
    ById{"K#####", {"HiSeq", CopyService::no}},
    ById{"E#####", {"HiSeq", CopyService::no}},
};

bool fits(std::string_view shape, std::string_view id) {
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == '*') return i < id.size();
    if (i >= id.size()) return false;
    if (shape[i] == '#' ? (id[i] < '0' || id[i] > '9') : shape[i] != id[i]) return false;
  }
  return id.size() == shape.size();
}

}  // namespace

Platform platform_of(std::string_view application, std::string_view instrument_id) {
  const auto name = bare(application);
  for (const auto& row : by_application) {
    if (name.find(row.word) != std::string::npos) return row.platform;
  }
  for (const auto& row : by_id) {
    if (fits(row.shape, instrument_id)) return row.platform;
  }
  return {};
}

bool needs_copy_complete(const Platform& platform, std::string_view version) {
  switch (platform.copy_service) {
    case CopyService::no:
      return false;
    case CopyService::since_4: {
      const auto major = small_number(version.substr(0, version.find('.')));
      return !major || *major >= 4;  // not known: the careful answer
    }
    default:
      return true;
  }
}

std::string instrument_in_name(std::string_view folder_name) {
  const auto parts = split(folder_name, "_");
  if (parts.size() != 4 || !all_digits(parts[0]) || (parts[0].size() != 6 && parts[0].size() != 8)) return {};
  const auto plain = [](std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
  };
  return plain(parts[1]) && all_digits(parts[2]) && plain(parts[3]) ? parts[1] : std::string();
}

}  // namespace tributary::illumina
