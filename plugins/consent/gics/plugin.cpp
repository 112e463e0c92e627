// plugins/consent/gics/plugin.cpp: consents from gICS (THS Greifswald), asked per person and policy by $isConsented.
//
// gICS knows persons and no samples: another source names the subject. The policies asked about are those of the code
// maps' packs in force. `consented` means that a valid consent holds the policy today; its contrary may be a refusal or
// nothing at all, so a grant counts only when every one of its policies is consented, and the rest is told as silent.
// Whatever is no such answer is unknown for the person.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "plugins/consent/gics/reply.hpp"
#include "plugins/sdk/consent/code_maps.hpp"
#include "plugins/sdk/http.hpp"
#include "plugins/sdk/source.hpp"

namespace tributary::gics {
namespace {

using sdk::consent::Code;

constexpr std::size_t most_policies = 100;

constexpr tributary_key keys[] = {
    {"url", "url", nullptr, "base of the gateway, e.g. https://ttp.example.org/ttp-fhir/fhir/gics"},
    {"domain", "string", nullptr, "the consent domain there"},
    {"version", "string", nullptr, "version of the policies, e.g. 1.1"},
    {"ignore_version", "bool", "false", "a consent to any version of a policy counts"},
    {"person_system", "string", "https://ths-greifswald.de/fhir/gics/identifiers/Pseudonym",
     "identifier system of the subject id there"},
    {"policy_system", "string", "https://ths-greifswald.de/fhir/CodeSystem/gics/Policy",
     "system of codes that stand without one in the code map"},
    {"code_map", "path", nullptr, "what the policies mean: a YAML file, or a folder of them"},
    {"poll", "duration", "900", "after what time everybody is asked about again"},
    {"timeout", "duration", "30", "how long an answer may take"},
    {nullptr, nullptr, nullptr, nullptr},
};

class Source {
 public:
  explicit Source(const sdk::Host& host)
      : host_(host),
        url_(sdk::without_slash(host_.setting("url"))),
        domain_{host_.setting("domain"), host_.setting("version"), host_.setting("person_system"),
                host_.setting("policy_system"), host_.flag("ignore_version")},
        maps_(host_.setting("code_map")) {}

  void probe() {
    maps_.refresh();
    const auto reply = exchange("GET", "/metadata", {});
    if (!reply.ok()) refuse(reply);
  }

  static void ask(const std::string& /*sample*/, const sdk::SubjectSink& /*sink*/) {
    throw sdk::Refused("gICS knows persons and no samples");
  }

  void ask_subject(const std::string& subject, const sdk::SubjectSink& sink) {
    maps_.refresh();
    const auto records = records_of(subject);
    for (const auto& record : records) sink.record(record);
    if (records.empty()) sink.record({"gics", "draft", {}, {}, {}});
  }

  // gICS tells of no change.
  std::string revision() {
    try {
      maps_.refresh();
    } catch (const sdk::Outcome&) {  // the maps' own word tells it
    }
    const auto now_utc_s = host_.now_utc_s();
    const auto poll_s = static_cast<std::int64_t>(std::max<std::uint64_t>(host_.number("poll"), 1));
    return maps_.revision(now_utc_s) + "-" + std::to_string(now_utc_s / poll_s);
  }

 private:
  std::vector<sdk::Record> records_of(const std::string& subject) {
    std::vector<sdk::Record> out;
    std::map<std::pair<std::string, std::string>, bool> answers;
    const auto consented = [&](const Code& policy) {
      const auto [answer, fresh] = answers.try_emplace({policy.system, policy.code}, false);
      if (fresh && answers.size() > most_policies) {
        throw sdk::Later("the code maps name more than " + std::to_string(most_policies) + " policies",
                         "use fewer maps");
      }
      if (fresh) answer->second = is_consented(subject, policy);
      return answer->second;
    };
    for (const auto& programme : maps_.programmes()) {
      const auto* pack = programme.in_force(host_.now_utc_s());
      if (pack == nullptr) continue;
      for (const auto& grant : pack->grants) {
        if (grant.codes.empty() || !std::all_of(grant.codes.begin(), grant.codes.end(), consented)) continue;
        const bool free = grant.unless.empty() || std::any_of(grant.unless.begin(), grant.unless.end(), consented);
        out.push_back({"gics", "active", free ? grant.terms : grant.terms + ";" + grant.bound, {}, {}});
      }
    }
    return out;
  }

  bool is_consented(const std::string& subject, const Code& policy) {
    const auto reply = exchange("POST", "/$isConsented", write_question(domain_, subject, policy));
    if (reply.status != 200) refuse(reply);
    const auto answer = read_answer(reply.body);
    if (!answer) {
      throw sdk::Later("the answer of gICS is not one `consented`", "does `url` lead to the gateway of gICS?");
    }
    return *answer;
  }

  sdk::Reply exchange(const char* method, const std::string& path, std::string body) {
    if (host_.stopping()) throw sdk::Later("the agent is stopping");
    sdk::Ask question;
    question.method = method;
    question.url = url_ + path;
    question.headers = {{"Accept", "application/fhir+json"}};
    if (!body.empty()) question.headers.emplace_back("Content-Type", "application/fhir+json");
    question.authorize = true;
    question.body = std::move(body);
    question.answer_timeout_s = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(host_.number("timeout"), 1, 600));
    return sdk::exchange(host_, question);
  }

  // The body of a refusal may repeat the identifier: it is not looked at.
  [[noreturn]] void refuse(const sdk::Reply& reply) const {
    if (sdk::is_temporary(reply.status)) sdk::come_back(host_, reply, "gICS can not answer now");
    const auto status = " (HTTP " + std::to_string(reply.status) + ")";
    if (reply.status == 401 || reply.status == 403) {
      throw sdk::Broken("gICS does not let us ask" + status, "correct `auth` of this source and the rights there");
    }
    throw sdk::Later("gICS does not know the domain, the policy or its version, or nothing of the person" + status,
                     "check domain, version and the code map; nobody is permitted by it until it answers");
  }

  sdk::Host host_;
  std::string url_;
  Domain domain_;
  sdk::consent::CodeMaps maps_;
};

constexpr auto& ops = sdk::consent_ops<Source>;

}  // namespace
}  // namespace tributary::gics

extern "C" TRIBUTARY_EXPORT const tributary_descriptor* TRIBUTARY_ENTRY(void) {
  static const auto descriptor =
      tributary::sdk::described(TRIBUTARY_CONSENT, "gics", "consents from gICS (TTP-FHIR gateway, $isConsented)",
                                tributary::gics::keys, &tributary::gics::ops);
  return &descriptor;
}
