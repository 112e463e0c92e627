// agent/consent/terms.cpp: the words of the Data Use Ontology, and how they are read.
//
// Source     EBISPOT/DUO: 5 permissions and 18 modifiers; identifiers are never deleted there.
// Never      quotes the text it could not read: a table with shifted columns may hold a name there.
#include <algorithm>
#include <array>
#include <optional>

#include "agent/base/text.hpp"
#include "agent/consent/evaluate.hpp"

namespace tributary::consent {
namespace {

enum class Parameters : std::uint8_t { none, may, must };

struct Word {
  std::string_view code, number;
  Parameters parameters;
};

constexpr std::array words{
    Word{"NRES", "0000004", Parameters::none},   Word{"GRU", "0000042", Parameters::none},
    Word{"HMB", "0000006", Parameters::none},    Word{"DS", "0000007", Parameters::must},
    Word{"POA", "0000011", Parameters::none},    Word{"RS", "0000012", Parameters::may},
    Word{"NMDS", "0000015", Parameters::none},   Word{"GSO", "0000016", Parameters::none},
    Word{"NPUNCU", "0000018", Parameters::none}, Word{"PUB", "0000019", Parameters::may},
    Word{"COL", "0000020", Parameters::may},     Word{"IRB", "0000021", Parameters::may},
    Word{"GS", "0000022", Parameters::must},     Word{"MOR", "0000024", Parameters::may},
    Word{"TS", "0000025", Parameters::must},     Word{"US", "0000026", Parameters::must},
    Word{"PS", "0000027", Parameters::must},     Word{"IS", "0000028", Parameters::must},
    Word{"RTN", "0000029", Parameters::may},     Word{"CC", "0000043", Parameters::none},
    Word{"NPOA", "0000044", Parameters::none},   Word{"NPU", "0000045", Parameters::none},
    Word{"NCU", "0000046", Parameters::none},
};

constexpr std::size_t max_text_bytes = 4096;

// `DUO:0000006`, `DUO_0000006` or `HMB`, in any case.
const Word* find_word(std::string_view text) {
  const auto wanted = lower(trim(text));
  const bool curie = wanted.rfind("duo:", 0) == 0 || wanted.rfind("duo_", 0) == 0;
  for (const auto& word : words) {
    if (curie ? wanted.substr(4) == word.number : wanted == lower(word.code)) return &word;
  }
  return nullptr;
}

// The pieces between `;`, where a bracket keeps its own together. Nothing when a bracket is left open or unopened.
std::optional<std::vector<std::string_view>> pieces_of(std::string_view text) {
  std::vector<std::string_view> pieces;
  std::size_t start = 0;
  bool open = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[' || text[i] == ']') {
      if (open == (text[i] == '[')) return std::nullopt;
      open = !open;
    } else if (text[i] == ';' && !open) {
      pieces.push_back(trim(text.substr(start, i - start)));
      start = i + 1;
    }
  }
  if (open) return std::nullopt;
  pieces.push_back(trim(text.substr(start)));
  if (pieces.back().empty()) pieces.pop_back();  // no text at all, or a `;` at the end
  return pieces;
}

Result<std::vector<std::string>> parameters_of(std::string_view inside, const std::string& place) {
  std::vector<std::string> parameters;
  for (const auto& part : split(inside, '|')) {
    const auto value = trim(part);
    if (value.empty()) return operator_error(place + ": an empty parameter", "write CODE[one|two]");
    parameters.emplace_back(value);
  }
  return parameters;
}

Result<Term> parse_term(std::string_view piece, const std::string& place) {
  const auto bracket = piece.find('[');
  const auto* word = find_word(piece.substr(0, bracket));
  if (word == nullptr) {
    return operator_error(place + ": not one of the 5 permissions and 18 modifiers of DUO",
                          "write a shorthand such as HMB or a CURIE such as DUO:0000006");
  }
  Term term{std::string(word->code), {}};
  if (bracket == std::string_view::npos) {
    if (word->parameters == Parameters::must) {
      return operator_error(place + ": " + term.code + " needs a parameter", "write " + term.code + "[...]");
    }
    return term;
  }
  if (piece.back() != ']') return operator_error(place + ": text after ']'", "put ';' between terms");
  if (word->parameters == Parameters::none) {
    return operator_error(place + ": " + term.code + " takes no parameter", "write " + term.code + " alone");
  }
  auto parameters = parameters_of(piece.substr(bracket + 1, piece.size() - bracket - 2), place);
  if (!parameters) return parameters.error();
  term.parameters = std::move(*parameters);
  return term;
}

}  // namespace

Result<std::vector<Term>> parse_terms(std::string_view text) {
  if (text.size() > max_text_bytes) {
    return operator_error("terms of " + std::to_string(text.size()) + " bytes, of at most " +
                          std::to_string(max_text_bytes));
  }
  const auto pieces = pieces_of(text);
  if (!pieces) return operator_error("a bracket that does not close, or one inside another", "write CODE[one|two]");
  std::vector<Term> terms;
  for (const auto piece : *pieces) {
    auto term = parse_term(piece, "term " + std::to_string(terms.size() + 1));
    if (!term) return term.error();
    terms.push_back(std::move(*term));
  }
  return terms;
}

Result<Use> parse_use(std::string_view text) {
  const auto* word = find_word(text);
  for (const auto use : {Use::nres, Use::gru, Use::hmb, Use::ds, Use::poa}) {
    if (word != nullptr && word->code == name_of(use)) return use;
  }
  return operator_error("not one of the five permissions of DUO", "write NRES, GRU, HMB, DS or POA, or a DUO CURIE");
}

std::string_view name_of(Use use) {
  switch (use) {
    case Use::nres:
      return "NRES";
    case Use::gru:
      return "GRU";
    case Use::hmb:
      return "HMB";
    case Use::ds:
      return "DS";
    case Use::poa:
      return "POA";
  }
  return "?";
}

std::string curie_of(std::string_view code) {
  const auto* word = find_word(code);
  return word == nullptr ? std::string() : "DUO:" + std::string(word->number);
}

}  // namespace tributary::consent
