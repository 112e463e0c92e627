// plugins/consent/fhir/server.cpp: searches of the FHIR REST interface (R4 and R5, http.html and search.html).
#include "plugins/consent/fhir/server.hpp"

#include <algorithm>

#include "plugins/sdk/text.hpp"

namespace tributary::fhir {
namespace {

constexpr const char* json_type = "application/fhir+json";

// A token of a search: what FHIR's syntax means by these characters is not meant (search.html, escaping).
std::string token(const std::string& system, const std::string& value) {
  const auto escaped = [](const std::string& text) {
    std::string out;
    for (const char c : text) {
      if (c == '\\' || c == ',' || c == '|' || c == '$') out += '\\';
      out += c;
    }
    return out;
  };
  return escaped(system) + "|" + escaped(value);
}

[[noreturn]] void nonsense(const std::string& type, const std::string& what) {
  throw sdk::Later("the FHIR server's answer on " + type + ": " + what, "see the server; nothing is sent until then");
}

bool is_error(const Value& outcome) {
  const auto& issues = list_of(outcome, "issue");
  return std::any_of(issues.begin(), issues.end(), [](const Value& issue) {
    const auto severity = text_of(issue, "severity");
    return severity != "warning" && severity != "information" && severity != "success";
  });
}

}  // namespace

Server::Server(const sdk::Host& host, ServerSettings settings, Systems systems)
    : host_(host), settings_(std::move(settings)), systems_(std::move(systems)) {
  settings_.url = sdk::without_slash(settings_.url);
  systems_.base_url = settings_.url;
  const auto host_begin = settings_.url.find("://");
  if (host_begin == std::string::npos) throw sdk::Broken("url is no URL", "write https://host/fhir");
  origin_ = settings_.url.substr(0, settings_.url.find('/', host_begin + 3));
  for (const auto* type : {"Consent", "Patient", "Specimen"}) newest_.emplace_back(type, Newest{});
  if (systems_.answers) newest_.emplace_back("QuestionnaireResponse", Newest{});
}

// --- one exchange -------------------------------------------------------------------------------------------------

sdk::Reply Server::exchange(sdk::Ask ask) {
  const auto now_utc_s = host_.now_utc_s();
  // A clock that was set back must not make the wait longer.
  if (now_utc_s < away_until_utc_s_ && away_until_utc_s_ - now_utc_s <= away_s) {
    throw sdk::Later("the FHIR server did not answer a moment ago", "nothing to do: it is asked again",
                     away_until_utc_s_);
  }
  if (host_.stopping()) throw sdk::Later("the agent is stopping");
  ask.authorize = true;
  ask.answer_timeout_s = settings_.timeout_s;
  ask.headers.emplace_back("Accept", json_type);
  ask.headers.emplace_back("Prefer", "handling=strict");
  ask.headers.emplace_back("Cache-Control", "no-cache");
  try {
    return sdk::exchange(host_, ask);
  } catch (const sdk::Later&) {
    away_until_utc_s_ = now_utc_s + away_s;
    throw;
  }
}

sdk::Reply Server::get(const std::string& url, const std::string& etag) {
  sdk::Ask ask;
  ask.url = url;
  if (!etag.empty()) ask.headers.emplace_back("If-None-Match", etag);
  return exchange(std::move(ask));
}

sdk::Reply Server::first_page(const std::string& type, const Parameters& parameters) {
  std::string form;
  for (const auto& [name, value] : parameters) {
    form += (form.empty() ? "" : "&") + sdk::percent_encode(name) + "=" + sdk::percent_encode(value);
  }
  form += "&_count=100";
  if (!settings_.by_post) return get(settings_.url + "/" + type + "?" + form);
  sdk::Ask ask;
  ask.method = "POST";
  ask.url = settings_.url + "/" + type + "/_search";
  ask.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  ask.body = form;
  return exchange(std::move(ask));
}

void Server::refuse(const sdk::Reply& reply, const std::string& type) const {
  const auto status = " (HTTP " + std::to_string(reply.status) + ")";
  if (reply.status == 401 || reply.status == 403) {
    throw sdk::Broken("the FHIR server does not let us ask for " + type + status, "correct `auth` of this source");
  }
  if (sdk::is_temporary(reply.status)) sdk::come_back(host_, reply, "the FHIR server can not answer on " + type);
  if (settings_.by_post && (reply.status == 404 || reply.status == 405 || reply.status == 501)) {
    throw sdk::Later("the FHIR server takes no POST search of " + type + status,
                     "correct `url`; or `search: get`, if identifiers may stand in URLs and in the logs on the way");
  }
  throw sdk::Later("the FHIR server refuses a search of " + type + status,
                   "see which search parameters it supports; `consents_by: reference` leaves patient:identifier out");
}

// --- searches -----------------------------------------------------------------------------------------------------

Value Server::read_page(const sdk::Reply& reply, const std::string& type, std::size_t& entries,
                        const Take& take) const {
  if (reply.status != 200) refuse(reply, type);
  const Take checked = [&](const Value& resource, const std::string& full_url) {
    const auto found = text_of(resource, "resourceType");
    if (found == "OperationOutcome" && is_error(resource)) nonsense(type, "it reports an error");
    if (found == "OperationOutcome") return;
    if (found != type) nonsense(type, "it holds something else");
    ++entries;
    take(resource, full_url);
  };
  Memory bytes(reply.body);
  Value page;
  try {
    page = read_resource(bytes, checked);
    if (page.is(Value::Kind::object) && text_of(page, "type") == "searchset") return page;
  } catch (const Malformed& problem) {
    nonsense(type, problem.what());
  }
  nonsense(type, "it is no Bundle of type searchset");
}

std::string Server::next_of(const Value& page) const {
  std::string next;
  for (const auto& link : list_of(page, "link")) {
    if (text_of(link, "relation") == "next") next = text_of(link, "url");
  }
  return next;
}

void Server::search(const std::string& type, const Parameters& parameters) {
  const Take take = [&](const Value& resource, const std::string& full_url) { facts_->take(resource, full_url); };
  std::size_t entries = 0;
  std::uint64_t total = 0;
  std::set<std::string> seen;
  auto reply = first_page(type, parameters);
  for (;;) {
    std::string next;
    try {
      const auto page = read_page(reply, type, entries, take);
      total = std::max(total, sdk::parse_number(page["total"].text()).value_or(0));
      next = next_of(page);
    } catch (const Malformed& problem) {
      nonsense(type, problem.what());
    }
    if (next.empty()) break;
    const bool ours = next.compare(0, origin_.size() + 1, origin_ + "/") == 0;
    if (!ours) nonsense(type, "its next page is on another server");
    if (!seen.insert(next).second) nonsense(type, "its pages go in a circle");
    if (seen.size() >= most_pages) nonsense(type, "more than " + std::to_string(most_pages) + " pages");
    reply = get(next);
  }
  if (entries < total) {
    nonsense(type, std::to_string(entries) + " of " + std::to_string(total) + " entries came");
  }
}

// Every Patient who is the sample's or the subject's, has a subject id of one who is, or is linked to one.
void Server::gather_patients(const std::string& sample, const std::string& subject) {
  if (!subject.empty()) search("Patient", {{"identifier", token(systems_.subject, subject)}});
  for (const auto& system : systems_.samples) {
    if (sample.empty()) break;
    const auto wanted = token(system, sample);
    search("Specimen", {{"accession", wanted}});
    search("Specimen", {{"identifier", wanted}});
    search("Patient", {{"identifier", wanted}});
  }
  searched_.clear();
  for (;;) {
    Parameters next;
    for (const auto& who : facts_->names(sample)) {
      const bool by_reference = who.reference.compare(0, 8, "Patient/") == 0;
      if (!by_reference && !who.reference.empty()) continue;
      const auto name = by_reference ? "_id" : "identifier";
      const auto value = by_reference ? who.reference.substr(8) : token(who.system, who.value);
      if (searched_.insert(name + value).second) next.emplace_back(name, value);
    }
    if (next.empty()) return;
    if (searched_.size() > most_names) nonsense("Patient", "more than " + std::to_string(most_names) + " names");
    for (const auto& one : next) search("Patient", {one});
  }
}

void Server::gather_answers() {
  constexpr std::string_view type = "QuestionnaireResponse/";
  const auto sources = facts_->sources();
  if (sources.size() > most_names) nonsense("Consent", "more than " + std::to_string(most_names) + " sources");
  for (const auto& source : sources) {
    if (source.compare(0, type.size(), type) == 0)
      search("QuestionnaireResponse", {{"_id", source.substr(type.size())}});
  }
}

void Server::gather_consents(const std::string& sample, const std::string& subject) {
  auto names = facts_->names(sample);
  if (!subject.empty()) names.push_back({{}, systems_.subject, subject});
  searched_.clear();
  for (const auto& who : names) {
    if (!searched_.insert(who.reference + "\n" + token(who.system, who.value)).second) continue;
    const bool by_reference = who.reference.compare(0, 8, "Patient/") == 0;
    if (by_reference) search("Consent", {{"patient", who.reference}});
    const bool is_subject = who.reference.empty() && who.system == systems_.subject;
    if (is_subject && settings_.by_identifier)
      search("Consent", {{"patient:identifier", token(who.system, who.value)}});
  }
}

void Server::gather(const std::string& sample, const std::string& subject) {
  facts_ = std::make_unique<Facts>(systems_);
  try {
    gather_patients(sample, subject);
    gather_consents(sample, subject);
    if (systems_.answers) gather_answers();
    facts_->close();
  } catch (const Malformed& problem) {
    nonsense(subject.empty() ? "the sample" : "the person", problem.what());
  }
}

Person Server::only(Person person) const {
  if (person.consents.size() != facts_->consents().size()) nonsense("Consent", "it holds consents of somebody else");
  return person;
}

Person Server::find(const std::string& sample, std::int64_t /*now_utc_s*/) {
  if (sample.empty()) throw sdk::Refused("a sample without a name");
  gather(sample, {});
  return only(facts_->find(sample));
}

Person Server::find_subject(const std::string& subject, std::int64_t /*now_utc_s*/) {
  if (subject.empty()) throw sdk::Refused("a person without an id");
  gather({}, subject);
  return only(facts_->find_subject(subject));
}

// --- the server as a whole ----------------------------------------------------------------------------------------

std::string Server::probe(std::int64_t /*now_utc_s*/) {
  away_until_utc_s_ = 0;
  const auto reply = get(settings_.url + "/metadata");
  if (reply.status != 200) refuse(reply, "metadata");
  std::string version;
  const Take take = [&](const Value& resource, const std::string& /*full_url*/) {
    if (text_of(resource, "resourceType") == "CapabilityStatement") version = text_of(resource, "fhirVersion");
  };
  Memory bytes(reply.body);
  try {
    read_resource(bytes, take);
  } catch (const Malformed& problem) {
    nonsense("metadata", problem.what());
  }
  if (version.empty()) nonsense("metadata", "it is no CapabilityStatement");
  if (version[0] != '4' && version[0] != '5' && version[0] != '6') {
    throw sdk::Broken("the FHIR server speaks a version that is none of R4, R5 and R6", "correct `url`");
  }
  return "FHIR " + sdk::excerpt(version, 20);
}

void Server::poll_type(const std::string& type, Newest& newest) {
  const auto reply = get(settings_.url + "/" + type + "?_sort=-_lastUpdated&_count=1&_total=accurate", newest.etag);
  if (reply.status == 304 && !newest.etag.empty()) return;
  std::string word;
  std::size_t entries = 0;
  const Take take = [&](const Value& resource, const std::string& full_url) {
    if (!resource.has("meta")) return;
    word += full_url + text_of(resource, "id") + "@" + text_of(resource["meta"], "versionId") + "@" +
            text_of(resource["meta"], "lastUpdated") + ";";
  };
  const auto page = read_page(reply, type, entries, take);
  newest.word = word + page["total"].text();
  newest.etag = reply.header("ETag");
}

void Server::poll(std::int64_t now_utc_s) {
  const bool fresh = polled_utc_s_ != 0 && now_utc_s >= polled_utc_s_ && now_utc_s - polled_utc_s_ < settings_.poll_s;
  if (fresh) return;
  polled_utc_s_ = now_utc_s;
  polled_well_ = false;
  for (auto& [type, newest] : newest_) poll_type(type, newest);
  polled_well_ = true;
}

// A denial may begin with a day, and no server tells of that: every answer may change at midnight. While the server
// tells nothing, every answer may change from hour to hour.
std::string Server::revision(std::int64_t now_utc_s) {
  try {
    poll(now_utc_s);
  } catch (const sdk::Outcome&) {
    polled_well_ = false;
  }
  std::uint64_t hash = 14695981039346656037ULL;
  for (const auto& [type, newest] : newest_) {
    for (const char c : newest.word + "\n") hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  if (!polled_well_) return "unknown-" + std::to_string(now_utc_s / 3600);
  return std::to_string(hash) + "-" + std::to_string(now_utc_s / 86400);
}

}  // namespace tributary::fhir
