// plugins/pseudonyms/file/plugin.cpp: pseudonyms from a list that another program writes; read again whenever it
// changes, trusted while it is fresh. What an earlier version said is never used.
#include <memory>
#include <string>

#include "plugins/pseudonyms/file/table.hpp"
#include "plugins/sdk/dropped_file.hpp"
#include "plugins/sdk/source.hpp"

namespace tributary::pseudonym_file {
namespace {

constexpr std::uint64_t most_bytes = 64ULL << 20;

constexpr tributary_key keys[] = {
    {"file", "path", nullptr, "CSV with the columns destination, kind (subject or sample), id and pseudonym"},
    {"max_age", "duration", "604800", "how old the file may be before it is trusted no more"},
    {"linkable", "bool", "false",
     "allow the destination '*' and one pseudonym at several destinations, which can then be linked"},
    {nullptr, nullptr, nullptr, nullptr},
};

class Source {
 public:
  explicit Source(const sdk::Host& host)
      : host_(host),
        path_(host_.setting("file")),
        max_age_s_(static_cast<std::int64_t>(host_.number("max_age"))),
        linkable_(host_.flag("linkable")) {
    if (path_.empty()) throw sdk::Broken("file: is empty", "name the list");
  }

  void probe() {
    refresh();
    host_.log(TRIBUTARY_LOG_DEBUG, "list of pseudonyms: " + std::to_string(table_->rows()) + " rows");
  }

  void ask(const tributary_pseudonym_query* queries, std::uint32_t count, const tributary_pseudonym_sink& sink) {
    refresh();
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto found = table_->find(queries[i].destination, queries[i].kind, queries[i].id);
      if (found) sink.pseudonym(sink.self, i, found->c_str());
    }
  }

  std::string revision() {
    return sdk::revision_of_file(path_, [this] { refresh(); });
  }

 private:
  void refresh() {
    const auto id = sdk::id_of_file(path_);
    sdk::check_age(path_, id, max_age_s_, host_.now_utc_s());
    if (!(id == id_) || (table_ == nullptr && problem_.empty())) load(id);
    if (table_ == nullptr)
      throw sdk::Later(path_ + ": " + problem_, "export the file again; until then nobody gets a pseudonym");
    sdk::check_end(path_, id, table_->ended_with_line(), host_.now_utc_s());
  }

  void load(const sdk::FileId& expected) {
    table_.reset();
    problem_.clear();
    id_ = {};
    sdk::DroppedFile file(path_);
    if (!(file.id() == expected)) sdk::file_is_moving(path_);
    if (expected.size_bytes > most_bytes) {
      problem_ = std::to_string(expected.size_bytes) + " bytes, of at most " + std::to_string(most_bytes);
    } else {
      try {
        table_ = std::make_unique<Table>(file, linkable_);
      } catch (const Malformed& malformed) {
        problem_ = malformed.what();
      }
    }
    if (!(file.id() == expected)) {
      table_.reset();
      problem_.clear();
      sdk::file_is_moving(path_);
    }
    id_ = expected;
  }

  sdk::Host host_;
  std::string path_;
  std::int64_t max_age_s_;
  bool linkable_;
  sdk::FileId id_;  // of the version that was read
  std::unique_ptr<Table> table_;
  std::string problem_;  // why there is none
};

constexpr auto& ops = sdk::pseudonym_ops<Source>;

}  // namespace
}  // namespace tributary::pseudonym_file

extern "C" TRIBUTARY_EXPORT const tributary_descriptor* TRIBUTARY_ENTRY(void) {
  static const auto descriptor =
      tributary::sdk::described(TRIBUTARY_PSEUDONYMS, "file", "pseudonyms from a list that another program writes",
                                tributary::pseudonym_file::keys, &tributary::pseudonym_file::ops);
  return &descriptor;
}
