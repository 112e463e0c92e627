// plugins/consent/fhir/server.hpp: consents from a FHIR server, asked anew for every sample.
//
// Asks       Specimen by accession and identifier, Patient by identifier, then the Consents of every Patient of the
//            person, by reference and by identifier, and what answers a Consent rests on
//            when a code map asks for them. Searches go as POST .../_search: identifiers stand in bodies, in
//            no URL and no proxy's log.
// Trusts     answers that are Bundles of type searchset, complete (all pages, no fewer entries than `total`), of one
//            origin, and about the person who was asked for; everything else holds the sample.
// Keeps      no answer; entity tags and the newest change of each type for `revision`; that the server was away.
// Failure    throws sdk::Later, sdk::Broken (credentials), sdk::Refused (no such sample).
// Never      puts an identifier or a URL into an error.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/consent/fhir/bundle.hpp"
#include "plugins/consent/fhir/source.hpp"
#include "plugins/sdk/http.hpp"

namespace tributary::fhir {

struct ServerSettings {
  std::string url;  // without '/' at the end
  bool by_post = true;
  bool by_identifier = true;  // Consents that name the Patient by identifier, too
  std::int64_t poll_s = 60;
  std::uint32_t timeout_s = 30;
};

class Server final : public Documents {
 public:
  static constexpr std::size_t most_pages = 200;
  static constexpr std::size_t most_names = 50;  // of one person, all Patients together
  static constexpr std::int64_t away_s = 30;     // no new attempt for so long after one without an answer

  Server(const sdk::Host& host, ServerSettings settings, Systems systems);

  std::string probe(std::int64_t now_utc_s) override;
  Person find(const std::string& sample, std::int64_t now_utc_s) override;
  Person find_subject(const std::string& subject, std::int64_t now_utc_s) override;
  std::string revision(std::int64_t now_utc_s) override;

 private:
  using Parameters = std::vector<std::pair<std::string, std::string>>;
  struct Newest {
    std::string etag, word;
  };

  sdk::Reply exchange(sdk::Ask ask);
  sdk::Reply get(const std::string& url, const std::string& etag = {});
  sdk::Reply first_page(const std::string& type, const Parameters& parameters);
  void search(const std::string& type, const Parameters& parameters);
  /// What a page says beside its entries; their number is added.
  Value read_page(const sdk::Reply& reply, const std::string& type, std::size_t& entries, const Take& take) const;
  [[nodiscard]] std::string next_of(const Value& page) const;
  /// All of a sample, or all of a person; the other one is empty.
  void gather(const std::string& sample, const std::string& subject);
  void gather_patients(const std::string& sample, const std::string& subject);
  void gather_consents(const std::string& sample, const std::string& subject);
  [[nodiscard]] Person only(Person person) const;
  void gather_answers();
  void poll(std::int64_t now_utc_s);
  void poll_type(const std::string& type, Newest& newest);
  [[noreturn]] void refuse(const sdk::Reply& reply, const std::string& type) const;

  sdk::Host host_;
  ServerSettings settings_;
  Systems systems_;
  std::string origin_;
  std::unique_ptr<Facts> facts_;
  std::set<std::string> searched_;
  std::vector<std::pair<std::string, Newest>> newest_;
  std::int64_t polled_utc_s_ = 0, away_until_utc_s_ = 0;
  bool polled_well_ = false;
};

}  // namespace tributary::fhir
