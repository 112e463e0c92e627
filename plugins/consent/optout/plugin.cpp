// plugins/consent/optout/plugin.cpp: a register of persons who object to further use, a list or an HTTP service.
//
// It knows persons and no samples: another source names the subject. Who is listed is denied; of everybody else it says
// nothing, neither grant nor refusal. A register that can not be asked, or whose list is old, is unknown for all.
//
// HTTP: POST {"id": ID}, answered by 200 {"id": ID, "opted_out": true | false}; ids stand in bodies and in no URL.
#include <algorithm>
#include <memory>
#include <string>

#include "plugins/consent/optout/list.hpp"
#include "plugins/consent/optout/reply.hpp"
#include "plugins/sdk/dropped_file.hpp"
#include "plugins/sdk/http.hpp"
#include "plugins/sdk/json.hpp"
#include "plugins/sdk/source.hpp"

namespace tributary::optout {
namespace {

constexpr std::uint64_t most_bytes = 2ULL << 30;

constexpr tributary_key keys[] = {
    {"file", "path", "", "the list: one subject id, or its digest, a line; or else url"},
    {"url", "url", "", "the register's service, https; or else file"},
    {"hash", "string", "none", "how ids stand there: none, sha256 or hmac-sha256, in hexadecimal"},
    {"key_file", "path", "", "key of hmac-sha256, or salt in front of the id for sha256; its bytes as they are"},
    {"max_age", "duration", "93600", "how old the list may be before it is trusted no more"},
    {"poll", "duration", "900", "service: after what time everybody is asked about again"},
    {"timeout", "duration", "30", "service: how long an answer may take"},
    {nullptr, nullptr, nullptr, nullptr},
};

std::string key_in(const std::string& path) {
  if (path.empty()) return {};
  constexpr std::size_t most_key_bytes = 4096;
  try {
    sdk::DroppedFile file(path);
    std::string key(most_key_bytes + 1, '\0');
    key.resize(file.read(0, key.data(), key.size()));
    if (!key.empty() && key.size() <= most_key_bytes) return key;
  } catch (const sdk::Later& away) {
    throw sdk::Broken(std::string("key_file: ") + away.what(), away.hint());
  }
  throw sdk::Broken("key_file: " + path + ": a key has 1 to " + std::to_string(most_key_bytes) + " bytes",
                    "correct key_file");
}

Spelling spelling_of(const sdk::Host& host) {
  using Kind = Spelling::Kind;
  const auto word = host.setting("hash");
  auto key = key_in(host.setting("key_file"));
  if (word == "none" && key.empty()) return {};
  if (word == "sha256") return {Kind::sha256, std::move(key)};
  if (word == "hmac-sha256" && !key.empty()) return {Kind::hmac_sha256, std::move(key)};
  throw sdk::Broken("hash is none (without key_file), sha256 or hmac-sha256 (with key_file)",
                    "correct hash or key_file");
}

class Source {
 public:
  explicit Source(const sdk::Host& host)
      : host_(host), path_(host_.setting("file")), url_(host_.setting("url")), spelling_(spelling_of(host_)) {
    if (path_.empty() == url_.empty()) {
      throw sdk::Broken("neither or both of file and url are set", "name one of them");
    }
  }

  void probe() {
    if (!url_.empty()) {
      static_cast<void>(is_listed_there(spelling_.of("tributary-probe")));
    } else {
      refresh();
      host_.log(TRIBUTARY_LOG_DEBUG, "list of opt-outs: " + std::to_string(list_->size()) + " ids");
    }
  }

  static void ask(const std::string& /*sample*/, const sdk::SubjectSink& /*sink*/) {
    throw sdk::Refused("a register of persons knows no samples");
  }

  void ask_subject(const std::string& subject, const sdk::SubjectSink& sink) {
    const auto written = spelling_.of(sdk::csv::trimmed(subject));
    if (url_.empty()) refresh();
    if (!(url_.empty() ? list_->has(written) : is_listed_there(written))) throw sdk::Refused("is not in the register");
    sink.record({"opt-out", "rejected", {}, {}, {}});
  }

  std::string revision() {
    // The service tells of no change.
    if (!url_.empty()) {
      return std::to_string(host_.now_utc_s() /
                            static_cast<std::int64_t>(std::max<std::uint64_t>(host_.number("poll"), 1)));
    }
    return sdk::revision_of_file(path_, [this] { refresh(); });
  }

 private:
  void refresh() {
    const auto id = sdk::id_of_file(path_);
    sdk::check_age(path_, id, static_cast<std::int64_t>(host_.number("max_age")), host_.now_utc_s());
    if (!(id == id_)) load(id);
    if (list_ == nullptr) {
      throw sdk::Later(path_ + ": " + problem_, "export the list again; until then consent is unknown for all");
    }
    sdk::check_end(path_, id, list_->ended_with_line(), host_.now_utc_s());
  }

  void load(const sdk::FileId& expected) {
    list_.reset();  // before the next one is read: there is room for one
    id_ = {};
    if (expected.size_bytes > most_bytes) {
      problem_ = std::to_string(expected.size_bytes) + " bytes, of at most " + std::to_string(most_bytes);
      id_ = expected;
      return;
    }
    sdk::DroppedFile file(path_);
    std::unique_ptr<List> fresh;
    try {
      fresh = std::make_unique<List>(file, spelling_.is_plain());
    } catch (const sdk::csv::Malformed& malformed) {
      problem_ = malformed.what();
    }
    if (!(file.id() == expected)) sdk::file_is_moving(path_);
    list_ = std::move(fresh);
    id_ = expected;
  }

  bool is_listed_there(const std::string& written) const {
    sdk::Ask question;
    question.method = "POST";
    question.url = url_;
    question.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
    question.authorize = true;
    question.answer_timeout_s = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(host_.number("timeout"), 1, 600));
    auto body = sdk::json_object();
    body->set("id", written);
    question.body = sdk::json_text(body);
    const auto reply = sdk::exchange(host_, question);
    if (sdk::is_temporary(reply.status)) sdk::come_back(host_, reply, "the register can not answer now");
    const auto status = " (HTTP " + std::to_string(reply.status) + ")";
    if (reply.status == 401 || reply.status == 403) {
      throw sdk::Broken("the register does not let us in" + status, "correct `auth` of this source");
    }
    const auto listed = reply.status == 200 ? read_reply(reply.body, written) : std::nullopt;
    if (!listed) {
      throw sdk::Later("the register's answer is not {id, opted_out} of the person who was asked about" + status,
                       "does `url` lead to the register?");
    }
    return *listed;
  }

  sdk::Host host_;
  std::string path_, url_;
  Spelling spelling_;
  sdk::FileId id_;  // of the version that was read
  std::unique_ptr<List> list_;
  std::string problem_;  // why there is none
};

constexpr auto& ops = sdk::consent_ops<Source>;

}  // namespace
}  // namespace tributary::optout

extern "C" TRIBUTARY_EXPORT const tributary_descriptor* TRIBUTARY_ENTRY(void) {
  static const auto descriptor =
      tributary::sdk::described(TRIBUTARY_CONSENT, "optout", "a register of persons who object to further use",
                                tributary::optout::keys, &tributary::optout::ops);
  return &descriptor;
}
