// tests/sandbox/examine.hpp: what a TES task does here: it opens every input and compares it with all that was said of
// it.
//
// Of each input: stored size and SHA-256 against DRS, decryption with the recipient's key, plaintext against the
// manifest, and that the format opens. Of each manifest: its signature (when site keys are known) and that every file
// it lists has been registered.
//
// Threads    one examination at a time per object.
// Failure    a verdict, not an error; `stopped` when it was told to end.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/stop.hpp"
#include "agent/crypt4gh/crypt4gh.hpp"
#include "tests/sandbox/address.hpp"
#include "tests/sandbox/leave.hpp"
#include "tests/sandbox/objects.hpp"
#include "tests/sandbox/storage.hpp"

namespace tributary::sandbox {

struct Verdict {
  bool good = true, stopped = false;
  bool system = false;  // we could not look: the fault is not the data's
  std::string good_lines, bad_lines;
};

struct ExaminerParts {
  const Storage& storage;
  const Objects& objects;
  const Address& address;
  const Clock& clock;
  const Secret<32>& url_key;
  const crypt4gh::SecretKey& recipient;
  const std::vector<std::string>& site_keys;
  std::string scratch_directory;
};

class Examiner {
 public:
  explicit Examiner(ExaminerParts parts) : parts_(std::move(parts)) {}
  [[nodiscard]] Verdict examine(const Json& task, const Stop& stop) const;

 private:
  /// An object as it was found inside.
  struct Opened {
    Object object;
    std::uint64_t plain_bytes = 0;
    std::string plain_sha256;
    std::string format;   // what the content turned out to be, for the log
    std::string content;  // of manifests only
  };
  struct Claim {  // one file as a manifest describes it
    std::string name, sha256, ciphertext_sha256;
    std::uint64_t size_bytes = 0, ciphertext_bytes = 0;
  };
  using Claims = std::vector<Claim>;
  struct Found {
    std::vector<Opened> data;
    std::map<std::string, Object> manifests;  // by id
  };

  [[nodiscard]] Result<Object> resolve(std::string_view url) const;
  [[nodiscard]] Result<Object> registered_at(const std::string& bucket, const std::string& key) const;
  [[nodiscard]] Result<Opened> open(const Object& object, const Stop& stop) const;
  [[nodiscard]] Status check_stored(const Object& object, const Blob& blob) const;
  [[nodiscard]] Result<Claims> read_manifest(const std::string& content, std::string& how) const;
  [[nodiscard]] Status check_complete(const Claims& claims) const;
  [[nodiscard]] static Status check_claim(const Claims& claims, const Opened& opened);
  [[nodiscard]] std::optional<Object> manifest_of(const Object& object) const;
  static void blame(Verdict& verdict, const std::string& where, const Error& error);
  void open_inputs(const Json& task, const Stop& stop, Found& found, Verdict& verdict) const;
  void check_manifest(const Opened& manifest, Claims& claims, Verdict& verdict) const;

  ExaminerParts parts_;
};

bool is_manifest(const std::string& name);
/// `tributary:p-1` of an object that has the alias `tributary:p-1:0`; empty when it has none.
std::string parcel_of(const Object& object);

}  // namespace tributary::sandbox
