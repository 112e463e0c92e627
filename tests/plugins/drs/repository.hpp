// tests/plugins/drs/repository.hpp: a DRS repository with an object store in memory, behind a host's `http`.
//
// The store checks signatures, digests, the scope and the end of credentials. Faults are switched on by members.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plugins/sdk/json.hpp"
#include "tests/fakes/plugin_host.hpp"

namespace tributary::tests {

class Repository {
 public:
  explicit Repository(fakes::PluginHost& host);

  // --- what kind of repository it is
  bool has_drs_block = true;
  bool fetch_by_checksum = true;
  bool controlled_access = false;
  bool removal = true;
  bool removes_data = true;  // with the record of an object
  bool takes_newer_spelling = true;
  std::size_t most_in_a_request = 100;
  bool new_key_for_every_request = true;
  bool credentials_reach_all_keys = true;                        // false: only the keys of the same answer
  std::string endpoint = "https://s3.example.org:9000/objects";  // of the store
  std::int64_t credentials_last_s = 3600;
  std::int64_t store_clock_ahead_s = 0;
  bool lists_parts = true;
  bool etag_is_digest = true;  // false: ETags are words of the store's own
  bool sends_checksum_type_without_hyphen = true;
  bool lets_us_read = true;     // GET access gives a URL
  bool gives_ranges = true;     // of that URL; false: all of it
  std::size_t url_serves = 99;  // exchanges, then 403

  // --- faults
  std::optional<std::size_t> lose_reply_after;  // carried out, but no answer arrives; once
  std::function<std::optional<fakes::HttpAnswer>(const fakes::HttpAsked&)> instead;  // answers before anything is done
  std::function<void(const fakes::HttpAsked&, fakes::HttpAnswer&)> tamper;           // changes a finished answer

  // --- what is there
  struct Stored {
    std::string bytes, etag;
  };
  struct Upload {
    std::string path;
    std::map<std::uint32_t, Stored> parts;
  };
  struct Record {
    std::string name, access_url, sha256_hex;
    std::uint64_t bytes = 0;
    std::vector<std::string> aliases, controlled_access;
  };
  std::map<std::string, Stored> store;       // bucket/key
  std::map<std::string, Upload> uploads;     // by upload id
  std::map<std::string, Record> records;     // by object id
  std::map<std::string, std::string> urls;   // presigned URL -> path in the store
  std::map<std::string, std::size_t> count;  // "PUT part", "POST /upload-request", ...

  [[nodiscard]] std::map<std::string, std::string> visible() const;
  [[nodiscard]] std::size_t left_over() const;

 private:
  struct Session {
    std::string secret;
    std::int64_t expires_utc_s = 0;
    std::vector<std::string> paths;
  };
  fakes::HttpAnswer answer(const fakes::HttpAsked& asked);
  fakes::HttpAnswer drs(const fakes::HttpAsked& asked, const std::string& path);
  fakes::HttpAnswer service_info();
  fakes::HttpAnswer upload_request(const sdk::Json& body);
  fakes::HttpAnswer register_objects(const sdk::Json& body);
  fakes::HttpAnswer find(const std::string& checksum);
  fakes::HttpAnswer remove(const std::string& id, const sdk::Json& body);
  fakes::HttpAnswer access(const std::string& id);
  fakes::HttpAnswer download(const fakes::HttpAsked& asked);
  fakes::HttpAnswer presigned(const fakes::HttpAsked& asked);
  fakes::HttpAnswer s3(const fakes::HttpAsked& asked, const std::string& path,
                       const std::map<std::string, std::string>& query);
  fakes::HttpAnswer s3_upload(const fakes::HttpAsked& asked, const std::string& path, const std::string& upload_id,
                              const std::map<std::string, std::string>& query);
  fakes::HttpAnswer complete(const fakes::HttpAsked& asked, const std::string& upload_id);
  std::optional<fakes::HttpAnswer> denied(const fakes::HttpAsked& asked, const std::string& path,
                                          const std::map<std::string, std::string>& query);
  [[nodiscard]] std::string record_json(const std::string& id, const Record& record) const;
  [[nodiscard]] std::string etag_of(const std::string& bytes) const;

  fakes::PluginHost& host_;
  std::map<std::string, Session> sessions_;                               // by access key id
  std::map<std::string, std::string> keys_;                               // name -> key, when keys stay
  std::map<std::string, std::pair<std::string, std::size_t>> downloads_;  // URL -> path in the store, exchanges left
  std::size_t serial_ = 0;
};

}  // namespace tributary::tests
