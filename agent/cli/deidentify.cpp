// agent/cli/deidentify.cpp: `tributary deidentify`: one file made clean, proven, and written; nothing is sent.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>

#include "agent/base/text.hpp"
#include "agent/cli/commands.hpp"
#include "agent/verify/dictionary.hpp"

namespace tributary::cli {
namespace {

struct Map {
  std::vector<verify::Word> originals;
  std::map<std::string, std::string> replacements;  // by original
  std::string first;
  std::size_t other_line = 0;  // that has another replacement than the lines before; 0: none
};

// What came of it so far, for the way back.
struct Progress {
  bool made = false;  // `to` is ours to take away again
  int exit = exit_could_not;
};

// `original TAB replacement` a line.
Result<Map> read_map(const std::string& path) {
  auto content = files::read_small(path, 16U << 20);
  if (!content) return in("--map", content.error());
  Map map;
  std::size_t number = 0;
  for (const auto& line : split(*content, '\n')) {
    ++number;
    if (trim(line).empty()) continue;
    const auto where = "--map line " + std::to_string(number);
    const auto words = split(line, '\t');
    if (words.size() != 2 || trim(words[0]).empty() || trim(words[1]).empty()) {
      return operator_error(where + " is not: original TAB replacement", "one identifier a line");
    }
    const std::string replacement(trim(words[1]));
    if (!is_portable_name(replacement)) {
      return operator_error(where + ": the replacement holds more than letters, digits, '.', '_' and '-'");
    }
    const std::string original(trim(words[0]));
    if (map.first.empty()) map.first = replacement;
    if (map.first != replacement && map.other_line == 0) map.other_line = number;
    if (const auto known = map.replacements.emplace(original, replacement); known.first->second != replacement)
      return operator_error(where + " has another replacement for the same original");
    map.originals.push_back({"identifier", original});
  }
  if (map.originals.empty()) return operator_error("--map holds no line");
  return map;
}

Result<files::Fd> create(const std::string& path) {
  files::Fd out(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!out.valid()) return operator_error(printable(path) + " can not be made", "it must not exist before");
  return out;
}

genomics::IndexKind index_for(const genomics::Facts& facts) {
  if (!facts.coordinate_sorted) return genomics::IndexKind::none;
  switch (facts.format) {
    case genomics::Format::bam:
      return genomics::IndexKind::bai;
    case genomics::Format::cram:
      return genomics::IndexKind::crai;
    default:
      return genomics::IndexKind::none;
  }
}

// Of a joint file the columns that the map names stay; a file of one sample has one replacement.
Status set_names(const genomics::Facts& facts, const Map& map, genomics::Transform& transform) {
  transform.sample = map.first;
  const bool variants = facts.format == genomics::Format::vcf || facts.format == genomics::Format::bcf;
  if (!variants || facts.sample_names.size() < 2) {
    if (map.other_line == 0) return {};
    return operator_error(
        "--map line " + std::to_string(map.other_line) + " has another replacement than the lines before",
        "this file holds one sample: all its names become one");
  }
  std::map<std::string, std::size_t> taken;  // replacement -> column
  for (std::size_t i = 0; i < facts.sample_names.size(); ++i) {
    const auto known = map.replacements.find(facts.sample_names[i]);
    if (known == map.replacements.end()) continue;
    if (const auto [at, fresh] = taken.emplace(known->second, i); !fresh) {
      return operator_error("--map: sample columns " + std::to_string(at->second + 1) + " and " +
                                std::to_string(i + 1) + " would have the same name",
                            "each column of a joint file has a replacement of its own");
    }
    transform.columns.push_back({static_cast<std::uint32_t>(i),
                                 genomics::column_check(transform.name_key, facts.sample_names[i]), known->second});
  }
  if (!transform.columns.empty()) return {};
  return operator_error(
      "--map names none of the " + std::to_string(facts.sample_names.size()) + " sample columns of the joint file",
      "write each name as the file has it, letter by letter");
}

Status clean_into(const std::string& from, const std::string& to, const Map& map, genomics::Transform transform,
                  Workers& workers, Progress& progress) {
  auto file = files::open_regular(from);
  if (!file) return in("--in", file.error());
  auto facts = genomics::inspect(*file);
  if (!facts) return in("--in", facts.error());
  transform.format = facts->format;
  transform.index = index_for(*facts);
  if (auto random = crypto::random(transform.name_key.fill()); !random) return random;
  if (auto named = set_names(*facts, map, transform); !named) {
    progress.exit = exit_usage;
    return named;
  }
  auto words = map.originals;
  for (const auto& name : facts->sample_names) words.push_back({"sample name", name});
  auto dictionary = verify::Dictionary::build(words);
  if (!dictionary) return dictionary.error();
  auto inspector = verify::Inspector::make(*dictionary, facts->format);
  if (!inspector) return inspector.error();
  auto clean = genomics::open_clean(std::move(*file), transform, {.tap = inspector->get(), .workers = &workers});
  if (!clean) return clean.error();
  auto out = create(to);
  if (!out) return out.error();
  progress.made = true;
  files::FdSink sink(out->get());
  if (auto done = stream::copy(**clean, sink); !done) return done.error();
  if ((*inspector)->hits() > 0) {
    progress.exit = exit_identifiers;
    const auto& first = (*inspector)->findings().front();
    return refusal(
        counted((*inspector)->hits(), "identifier is left", "identifiers are left") + ", the first in " + first.place,
        "the output was removed; remove them at the source");
  }
  if (::fsync(out->get()) != 0) return operator_error(printable(to) + " could not be written to the end");
  for (const auto& [what, count] : (*clean)->counts())
    std::fprintf(stderr, "%s: %llu\n", what.c_str(), static_cast<unsigned long long>(count));
  if (transform.index == genomics::IndexKind::none) return {};
  auto index = (*clean)->index();
  if (!index) return index.error();
  return files::write_atomic(to + "." + std::string(genomics::extension_of(transform.index)), *index, 0600);
}

int run_deidentify(Context&, const Arguments& arguments) {
  const auto from = arguments.value("--in");
  const auto to = arguments.value("--out");
  const auto names = arguments.value("--read-names");
  const auto sites = arguments.value("--sites-without-variant");
  if (from.empty() || to.empty() || arguments.value("--map").empty() || !arguments.rest().empty()) {
    return usage("deidentify needs --in F, --out G and --map ids.tsv");
  }
  if (!names.empty() && names != "keep" && names != "mask") return usage("--read-names is keep or mask");
  if (!sites.empty() && sites != "drop" && sites != "keep") return usage("--sites-without-variant is drop or keep");
  if (files::exists(to)) return complain(operator_error(printable(to) + " exists already", "name another --out"));
  const auto threads = threads_of(arguments);
  if (!threads) return usage("--threads is a number from 1 to 64");
  auto map = read_map(arguments.value("--map"));
  if (!map) return complain(map.error(), exit_usage);
  genomics::prepare();
  Workers workers(*threads - 1);
  genomics::Transform transform;
  if (names == "mask") transform.read_names = genomics::ReadNames::mask;
  if (sites == "keep") transform.bare_sites = genomics::BareSites::keep;
  Progress progress;
  const auto done = clean_into(from, to, *map, std::move(transform), workers, progress);
  if (done) return exit_yes;
  if (progress.made) ::unlink(to.c_str());
  return complain(done.error(), progress.exit);
}

}  // namespace

Command deidentify_command() {
  return {"deidentify",
          "deidentify --in F --out G --map ids.tsv [--read-names keep|mask] [--sites-without-variant drop|keep] "
          "[--threads N]",
          "one file of any supported format without its identifiers",
          "ids.tsv: original TAB replacement, one a line. FASTQ, BAM, CRAM, VCF, BCF, BED; an index is written for "
          "sorted BAM and CRAM.\n"
          "Of a joint VCF or BCF the columns that ids.tsv names stay, each under its own replacement; the others are "
          "cut.\n"
          "Exit: 0 clean, 4 identifiers were left (and no output is).",
          {"--in", "--out", "--map", "--read-names", "--sites-without-variant", "--threads"},
          {},
          run_deidentify};
}

}  // namespace tributary::cli
