// plugins/pseudonyms/http/plugin.cpp: pseudonyms from a trusted third party such as gPAS, over its TTP-FHIR gateway.
//
// Every destination and kind has a domain there. Ids of one domain are asked in batches; an answer counts whole or not
// at all.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "plugins/pseudonyms/http/reply.hpp"
#include "plugins/sdk/http.hpp"
#include "plugins/sdk/source.hpp"

namespace tributary::pseudonym_http {
namespace {

constexpr std::uint64_t most_batch = 1000;
constexpr std::uint64_t longest_timeout_s = 3600;

constexpr tributary_key keys[] = {
    {"url", "url", nullptr, "base of the gateway, e.g. https://ttp.example.org/ttp-fhir/fhir/gpas"},
    {"domains", "map", nullptr, "DESTINATION/KIND: domain at the far side, kind subject or sample"},
    {"create", "bool", "true", "let the far side make a pseudonym for an id that it does not know"},
    {"batch", "integer", "100", "most ids in one request, from 1 to 1000"},
    {"timeout", "duration", "60", "how long to wait for an answer"},
    {"linkable", "bool", "false", "allow one domain for several destinations, which can then be linked"},
    {nullptr, nullptr, nullptr, nullptr},
};

using Domains = std::map<std::string, std::string>;  // by DESTINATION/KIND

Domains domains_of(const sdk::Host& host) {
  Domains domains;
  std::map<std::string, std::string> destinations;  // by domain
  for (const auto& line : host.list("domains")) {
    const auto equals = line.find('=');
    const auto place = line.substr(0, equals);
    const auto domain = equals == std::string::npos ? std::string() : line.substr(equals + 1);
    const auto slash = place.rfind('/');
    const auto kind = slash == std::string::npos ? std::string() : place.substr(slash + 1);
    if (domain.empty() || slash == 0 || (kind != "subject" && kind != "sample"))
      throw sdk::Broken("domains: has an entry that is not DESTINATION/subject or DESTINATION/sample",
                        "write for instance national/sample: domain-of-samples");
    const auto destination = place.substr(0, slash);
    const auto [first, is_new] = destinations.emplace(domain, destination);
    if (!is_new && first->second != destination && !host.flag("linkable"))
      throw sdk::Broken("domains: gives one domain to two destinations, which could then be linked",
                        "make a domain for each, or allow it with `linkable: true`");
    domains[place] = domain;
  }
  if (domains.empty()) throw sdk::Broken("domains: is empty", "name a domain for each destination and kind");
  return domains;
}

class Source {
 public:
  explicit Source(const sdk::Host& host)
      : host_(host),
        url_(sdk::without_slash(host_.setting("url"))),
        domains_(domains_of(host_)),
        batch_(std::clamp<std::uint64_t>(host_.number("batch"), 1, most_batch)),
        timeout_s_(std::clamp<std::uint64_t>(host_.number("timeout"), 1, longest_timeout_s)),
        create_(host_.flag("create")) {}

  void probe() const {
    sdk::Ask question;
    question.url = url_ + "/metadata";
    question.headers = {{"Accept", "application/fhir+json"}};
    question.authorize = true;
    question.answer_timeout_s = static_cast<std::uint32_t>(timeout_s_);
    const auto reply = sdk::exchange(host_, question);
    if (!reply.ok()) fail(reply);
  }

  void ask(const tributary_pseudonym_query* queries, std::uint32_t count, const tributary_pseudonym_sink& sink) {
    std::map<std::string, std::set<std::string>> originals;  // by domain
    for (std::uint32_t i = 0; i < count; ++i) originals[domain_of(queries[i])].insert(queries[i].id);
    std::map<std::string, Answer> answers;
    for (const auto& [domain, ids] : originals) ask_domain(domain, {ids.begin(), ids.end()}, answers[domain]);
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto& answer = answers[domain_of(queries[i])];
      const auto found = answer.find(queries[i].id);
      if (found != answer.end()) sink.pseudonym(sink.self, i, found->second.c_str());
    }
  }

  // The far side can not say that it learned of an id: who waits for one asks again after a while.
  static std::string revision() { return "asked"; }

 private:
  const std::string& domain_of(const tributary_pseudonym_query& query) const {
    const auto place = std::string(query.destination) + "/" + query.kind;
    const auto found = domains_.find(place);
    if (found == domains_.end())
      throw sdk::Broken("there is no domain for " + place, "add it to the setting `domains`");
    return found->second;
  }

  void ask_domain(const std::string& domain, const std::vector<std::string>& ids, Answer& into) const {
    for (std::size_t from = 0; from < ids.size(); from += batch_) {
      const auto to = std::min<std::size_t>(ids.size(), from + batch_);
      ask_batch(domain,
                {ids.begin() + static_cast<std::ptrdiff_t>(from), ids.begin() + static_cast<std::ptrdiff_t>(to)}, into);
    }
  }

  void ask_batch(const std::string& domain, const std::vector<std::string>& ids, Answer& into) const {
    if (host_.stopping()) throw sdk::Later("stopped before all pseudonyms were asked for");
    sdk::Ask question;
    question.method = "POST";
    question.url = url_ + (create_ ? "/$pseudonymizeAllowCreate" : "/$pseudonymize");
    question.headers = {{"Content-Type", "application/fhir+json"}, {"Accept", "application/fhir+json"}};
    question.authorize = true;
    question.body = write_question(domain, ids);
    question.answer_timeout_s = static_cast<std::uint32_t>(timeout_s_);
    const auto reply = sdk::exchange(host_, question);
    // Without leave to create, an id that is not known is "not found", and with it the whole batch.
    if (!create_ && reply.status == 404) {
      if (ids.size() == 1) return;
      for (const auto& id : ids) ask_batch(domain, {id}, into);
      return;
    }
    if (!reply.ok()) fail(reply);
    auto answer = read_answer(reply.body, domain, ids);
    if (!answer)
      throw sdk::Broken("the answer is not what a pseudonym service says: other ids, another domain, or no Parameters",
                        "does `url` lead to the gateway of gPAS or one like it?");
    into.merge(*answer);
  }

  // The body of a refusal may repeat the ids: it is not looked at.
  [[noreturn]] void fail(const sdk::Reply& reply) const {
    if (sdk::is_temporary(reply.status)) sdk::come_back(host_, reply, "the pseudonym service can not answer now");
    const auto code = " (HTTP " + std::to_string(reply.status) + ")";
    if (reply.status == 401 || reply.status == 403)
      throw sdk::Broken("the pseudonym service does not let us in" + code,
                        "check pseudonyms.auth and the rights there");
    if (reply.status == 404)
      throw sdk::Broken("the pseudonym service does not know the operation or a domain" + code,
                        "check `url` and `domains`");
    throw sdk::Broken("the pseudonym service refuses the question" + code, "its own log says why");
  }

  sdk::Host host_;
  std::string url_;
  Domains domains_;
  std::size_t batch_;
  std::uint64_t timeout_s_;
  bool create_;
};

constexpr auto& ops = sdk::pseudonym_ops<Source>;

}  // namespace
}  // namespace tributary::pseudonym_http

extern "C" TRIBUTARY_EXPORT const tributary_descriptor* TRIBUTARY_ENTRY(void) {
  static const auto descriptor =
      tributary::sdk::described(TRIBUTARY_PSEUDONYMS, "http", "pseudonyms from a trusted third party (gPAS, TTP-FHIR)",
                                tributary::pseudonym_http::keys, &tributary::pseudonym_http::ops);
  return &descriptor;
}
