// plugins/instruments/illumina/plugin.cpp: Illumina sequencers, as the host sees them.
#include <algorithm>

#include "plugins/instruments/illumina/describe.hpp"
#include "plugins/instruments/illumina/platform.hpp"
#include "plugins/instruments/illumina/settled.hpp"
#include "plugins/instruments/illumina/text.hpp"
#include "plugins/instruments/illumina/xml.hpp"
#include "plugins/sdk/instrument.hpp"

namespace tributary::illumina {
namespace {

constexpr std::size_t document_limit = 8U << 20;
constexpr int fewest_points = 30;  // less is chance

class Illumina {
 public:
  explicit Illumina(const sdk::Host& host) : host_(host) {}

  /// Points for every trait of such a folder; RunInfo.xml that names a run is as good as certain.
  int recognise(const std::string& path) const {
    const Folder run(path);
    int points = instrument_in_name(run.name()).empty() ? 0 : 30;
    for (const auto& entry : run.list("")) {
      const auto name = lower(entry.name);
      if (entry.kind == EntryKind::folder) {
        if (name == "analysis") points += run.numbered(entry.name, "").empty() ? 0 : 30;
        if (name == "data" && !run.list("Data/Intensities").empty()) points += 30;
        if (name.rfind("alignment_", 0) == 0) points += 30;
      } else if (entry.kind == EntryKind::file) {
        points += points_of(run, entry.name, name);
      }
    }
    return points < fewest_points ? 0 : std::min(points, 100);
  }

  sdk::RunUnit settled(const std::string& path) const { return settle(Folder(path), host_.now_utc_s()); }

  void describe(const std::string& path, const sdk::RunUnit& unit, const sdk::RunSink& sink) const {
    describe_run(Folder(path), unit, sink);
  }

 private:
  static int points_of(const Folder& run, const std::string& file, const std::string& name) {
    if (name == "rtacomplete.txt" || name == "rtacomplete.xml") return 40;
    if (name == "runparameters.xml" || name == "completedjobinfo.xml" || name == "copycomplete.txt") return 20;
    if (name == "samplesheet.csv") return 10;
    if (name != "runinfo.xml") return 0;
    try {
      parse_run_info(run.read(file, document_limit, "RunInfo.xml"));
      return 100;
    } catch (const XmlDamaged&) {
      return 40;  // still being written, perhaps
    }
  }

  sdk::Host host_;
};

constexpr tributary_key keys[] = {{nullptr, nullptr, nullptr, nullptr}};

constexpr auto descriptor =
    sdk::described(TRIBUTARY_INSTRUMENT, "illumina",
                   "Illumina run folders: MiSeq, MiSeq i100, MiniSeq, iSeq, HiSeq, NextSeq, NovaSeq 6000 and NovaSeq X",
                   keys, &sdk::instrument_ops<Illumina>);

}  // namespace
}  // namespace tributary::illumina

extern "C" TRIBUTARY_EXPORT const tributary_descriptor* TRIBUTARY_ENTRY() { return &tributary::illumina::descriptor; }
