// plugins/instruments/illumina/sheet.cpp: what the sections of a sample sheet mean.
#include "plugins/instruments/illumina/sheet.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "plugins/instruments/illumina/text.hpp"

namespace tributary::illumina {
namespace {

// What a heading means; headings are compared without case, blanks and punctuation.
enum class Column : unsigned char { id, name, project, lane, well, technical, word };
struct Heading {
  std::string_view word;
  Column column;
  std::string_view kind;  // of Column::word
};
constexpr std::array headings = {
    Heading{"sampleid", Column::id, ""},
    Heading{"samplename", Column::name, ""},
    Heading{"sampleproject", Column::project, ""},
    Heading{"project", Column::project, ""},
    Heading{"projectname", Column::project, ""},
    Heading{"lane", Column::lane, ""},
    Heading{"samplewell", Column::well, ""},
    Heading{"well", Column::well, ""},
    Heading{"sampleplate", Column::word, "plate"},
    Heading{"plate", Column::word, "plate"},
    Heading{"description", Column::word, "description"},
    Heading{"sampledescription", Column::word, "description"},
    Heading{"operator", Column::word, "operator"},
    Heading{"investigator", Column::word, "investigator"},
    Heading{"investigatorname", Column::word, "investigator"},
    Heading{"libraryname", Column::word, "library"},
    Heading{"caseid", Column::word, "case"},
    Heading{"pairid", Column::word, "case"},
    Heading{"fcid", Column::word, "flow cell"},
};
// Columns that tell nothing of a person. Whatever stands neither here nor above is searched for as a word.
constexpr std::array<std::string_view, 42> technical = {
    "i7indexid",
    "i5indexid",
    "index",
    "index2",
    "indexid",
    "i7index",
    "i5index",
    "indexplatewell",
    "indexplate",
    "genomefolder",
    "sampleref",
    "control",
    "recipe",
    "overridecycles",
    "adapterread1",
    "adapterread2",
    "adapter",
    "manifest",
    "sex",
    "gender",
    "tumortype",
    "sampletype",
    "species",
    "organism",
    "variantcallingmode",
    "referencegenomedir",
    "bedfile",
    "qcbedfile",
    "comparisonname",
    "maporwrite",
    "libraryprepkit",
    "libraryprepkitname",
    "indexadapterkitname",
    "barcodemismatchesindex1",
    "barcodemismatchesindex2",
    "samplefeature",

    "startindex",
    "chemistry",
    "application",
    "assay",
    "workflow",
    "date",
};

// Keys of [Header] that tell something; the others are technical or are searched for as "sheet header".
constexpr std::array header_words = {
    Heading{"investigatorname", Column::word, "investigator"},
    Heading{"investigator", Column::word, "investigator"},
    Heading{"operator", Column::word, "operator"},
    Heading{"operatorname", Column::word, "operator"},
    Heading{"experimentname", Column::word, "experiment"},
    Heading{"runname", Column::word, "experiment"},
    Heading{"projectname", Column::word, "project"},
    Heading{"project", Column::word, "project"},
    Heading{"description", Column::word, "description"},
    Heading{"rundescription", Column::word, "description"},
};
constexpr std::array<std::string_view, 22> header_technical = {
    "iemfileversion",
    "iemversion",
    "fileformatversion",
    "date",
    "workflow",
    "application",
    "assay",
    "chemistry",
    "instrumenttype",
    "instrumentplatform",
    "indexadapters",
    "indexorientation",
    "libraryprepkit",
    "libraryprepkits",
    "module",
    "custom",
    "localrunmanageranalysisid",
    "analysistype",
    "numlanes",
    "indexcycles",
    "sequencingtype",
    "samplesheetversion",
};

template <std::size_t N>
const Heading* known(const std::array<Heading, N>& table, const std::string& word) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Heading& h) { return h.word == word; });
  return found == table.end() ? nullptr : &*found;
}

template <std::size_t N>
bool stands_in(const std::array<std::string_view, N>& table, const std::string& word) {
  return std::find(table.begin(), table.end(), word) != table.end();
}

bool names_samples(const SheetSection& section) {
  if (section.rows.empty()) return false;
  const auto& cells = section.rows.front().cells;
  return std::any_of(cells.begin(), cells.end(), [](const std::string& cell) { return bare(cell) == "sampleid"; });
}

bool is_primary(const SheetSection& section) {
  return section.name == "data" || section.name == "bclconvert_data" || section.name.empty();
}

std::string cell(const SheetRow& row, std::size_t column) {
  return column < row.cells.size() ? row.cells[column] : std::string();
}

// Yes/no answers are no words of a person. (Barcodes can not be told from names: "AGATA", "ANNA".)
bool tells_nothing(const std::string& value) {
  const auto word = lower(value);
  return word.empty() || word == "true" || word == "false" || word == "na" || word == "n/a" || word == "none";
}

void add_word(std::vector<Word>& words, std::string_view kind, const std::string& value) {
  if (tells_nothing(value)) return;
  const bool there = std::any_of(words.begin(), words.end(),
                                 [&](const Word& word) { return word.kind == kind && word.value == value; });
  if (!there) words.push_back({std::string(kind), value});
}

class Builder {
 public:
  // A primary section makes samples; the others only tell more of samples that are known.
  void take(const SheetSection& section, bool primary) {
    const auto columns = meanings(section.rows.front());
    for (std::size_t i = 1; i < section.rows.size(); ++i) {
      const auto& row = section.rows[i];
      const auto id = id_of(row, columns);
      if (id.empty() && primary) {
        throw SheetDamaged("line " + std::to_string(row.line) + " has no Sample_ID");
      }
      auto* sample = primary ? &known_or_new(id) : find(id);
      if (sample == nullptr) {
        add_word(sheet_.words, "sample id", id);
        tell_run(row, columns);
      } else {
        tell(*sample, row, columns, primary);
      }
    }
  }

  void header(const SheetSection& section) {
    for (const auto& row : section.rows) {
      const auto key = bare(row.cells.front());
      const auto* meaning = known(header_words, key);
      for (std::size_t i = 1; i < row.cells.size(); ++i) {
        if (meaning != nullptr) {
          add_word(sheet_.words, meaning->kind, row.cells[i]);
        } else if (!stands_in(header_technical, key) && row.cells[i].size() >= 4) {
          add_word(sheet_.words, "sheet header", row.cells[i]);
        }
        if (key == "localrunmanageranalysisid" && i == 1) analysis_id_ = row.cells[i];
      }
    }
  }

  Sheet finish() {
    if (sheet_.samples.empty()) throw SheetDamaged("it names no sample");
    strip_analysis_id();
    return std::move(sheet_);
  }

 private:
  struct Meaning {
    Column column;
    std::string kind;
  };

  static std::vector<Meaning> meanings(const SheetRow& headings_row) {
    std::vector<Meaning> columns;
    for (const auto& text : headings_row.cells) {
      const auto word = bare(text);
      if (const auto* heading = known(headings, word)) {
        columns.push_back({heading->column, std::string(heading->kind)});
      } else {
        columns.push_back(
            {word.empty() || stands_in(technical, word) ? Column::technical : Column::word, "sheet column"});
      }
    }
    return columns;
  }

  static std::string id_of(const SheetRow& row, const std::vector<Meaning>& columns) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].column == Column::id) return cell(row, i);
    }
    return {};
  }

  SheetSample* find(const std::string& id) {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &sheet_.samples[found->second];
  }

  SheetSample& known_or_new(const std::string& id) {
    if (auto* sample = find(id)) return *sample;
    by_id_[id] = sheet_.samples.size();
    SheetSample sample;
    sample.id = id;
    sample.names.push_back(id);
    sample.number = static_cast<int>(sheet_.samples.size()) + 1;
    sheet_.samples.push_back(std::move(sample));
    return sheet_.samples.back();
  }

  void tell(SheetSample& sample, const SheetRow& row, const std::vector<Meaning>& columns, bool primary) {
    bool has_lane = false;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto value = cell(row, i);
      if (value.empty()) continue;
      switch (columns[i].column) {
        case Column::name:
          if (std::find(sample.names.begin(), sample.names.end(), value) == sample.names.end())
            sample.names.push_back(value);
          break;
        case Column::project:
          project(sample, value, primary);
          break;
        case Column::lane:
          has_lane = lanes(sample, value);
          break;
        case Column::word:
          if (columns[i].kind != "sheet column" || value.size() >= 4) add_word(sample.words, columns[i].kind, value);
          break;
        default:
          break;
      }
    }
    add_place(sample.words, row, columns);
    if (primary && !has_lane) every_lane_.insert(sample.id);
    if (every_lane_.count(sample.id) != 0) sample.lanes.clear();
  }

  void tell_run(const SheetRow& row, const std::vector<Meaning>& columns) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto column = columns[i].column;
      const auto value = cell(row, i);
      if (column == Column::project) add_word(sheet_.words, "project", value);
      if (column == Column::name) add_word(sheet_.words, "sample name", value);
      if (column == Column::word && value.size() >= 4) add_word(sheet_.words, columns[i].kind, value);
    }
    add_place(sheet_.words, row, columns);
  }

  // A well alone is one of 96 words that stand everywhere; with its plate it is one person's. Longer ones are no
  // coordinates.
  static void add_place(std::vector<Word>& words, const SheetRow& row, const std::vector<Meaning>& columns) {
    std::string plate, well;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].kind == "plate") plate = cell(row, i);
      if (columns[i].column == Column::well) well = cell(row, i);
    }
    if (well.size() >= 4) add_word(words, "well", well);
    if (!well.empty() && !tells_nothing(plate)) add_word(words, "plate", plate + "_" + well);
  }

  // Only the section that makes samples can contradict itself: cloud projects are another order of things.
  void project(SheetSample& sample, const std::string& value, bool primary) {
    add_word(sheet_.words, "project", value);
    if (sample.project.empty()) {
      sample.project = value;
    } else if (primary && sample.project != value) {
      sample.two_projects = true;
    }
  }

  // "1", "1+2", "1-4" is no lane that we know: then nothing is said.
  static bool lanes(SheetSample& sample, const std::string& value) {
    bool all_known = true;
    for (const auto& part : split(value, "+")) {
      const auto lane = small_number(trim(part));
      if (lane && *lane >= 1 && *lane <= 99) {
        sample.lanes.insert(*lane);
      } else {
        all_known = false;
      }
    }
    return all_known;
  }

  // Local Run Manager appends its analysis' number to every Sample_ID; the laboratory's own id is what stood before.
  void strip_analysis_id() {
    if (!all_digits(analysis_id_)) return;
    const std::string end = "-" + analysis_id_;
    std::set<std::string> taken;
    for (const auto& sample : sheet_.samples) {
      const bool has = ends_with(sample.id, end) && sample.id.size() > end.size();
      if (!has || !taken.insert(sample.id.substr(0, sample.id.size() - end.size())).second) return;
    }
    for (auto& sample : sheet_.samples) {
      sample.id.resize(sample.id.size() - end.size());
      if (std::find(sample.names.begin(), sample.names.end(), sample.id) == sample.names.end()) {
        sample.names.push_back(sample.id);
      }
    }
  }

  Sheet sheet_;
  std::map<std::string, std::size_t> by_id_;
  std::set<std::string> every_lane_;  // samples with a row that names no lane
  std::string analysis_id_;
};

}  // namespace

bool is_sample_sheet(std::string_view bytes) {
  try {
    const auto sections = parse_sections(bytes);
    return std::any_of(sections.begin(), sections.end(), [](const SheetSection& section) {
      return is_primary(section) && !section.name.empty() && names_samples(section);
    });
  } catch (const SheetDamaged&) {
    return false;  // the question was whether it is one
  }
}

Sheet parse_sheet(std::string_view bytes) {
  const auto sections = parse_sections(bytes);
  const bool has_primary = std::any_of(sections.begin(), sections.end(), [](const SheetSection& section) {
    return is_primary(section) && names_samples(section);
  });
  Builder builder;
  for (const auto& section : sections) {
    if (section.name == "header") builder.header(section);
    const bool primary = is_primary(section) || (!has_primary && ends_with(section.name, "_data"));
    if (primary && names_samples(section)) builder.take(section, true);
  }
  for (const auto& section : sections) {
    if (has_primary && !is_primary(section) && names_samples(section)) builder.take(section, false);
  }
  return builder.finish();
}

}  // namespace tributary::illumina
