// agent/seal/seal.hpp: the station that proves a parcel clean and fixes its sealed bytes, without sending or keeping
// one.
//
// One pass over every file: read, de-identify, look for identifiers left, digest, encrypt, digest; nothing is kept but
// the recipe. What is made rather than read (indices, the manifest) is small and kept sealed.
//
// Order      files as given, each followed by its index; the manifest last.
// Failure    give_up: an identifier was found, or a file is damaged (the sentence starts with "verify:" when it is a
//            matter of identifiers). ask_operator: the terms of use name somebody. wait: a file changed or went away
//            while it was read; stopping.
// Never      writes plaintext anywhere; names a file or an identifier in an error.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "agent/base/clock.hpp"
#include "agent/base/json.hpp"
#include "agent/base/result.hpp"
#include "agent/base/stop.hpp"
#include "agent/base/workers.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/pseudonymise/pseudonymise.hpp"
#include "agent/seal/recipe.hpp"
#include "agent/seal/release.hpp"

namespace tributary::seal {

/// How an object is cut into parts for its destination.
struct PartPlan {
  std::uint64_t wish_bytes = 64U << 20;
  std::uint64_t smallest_bytes = 1, largest_bytes = 5ULL << 30;
  std::uint32_t most = 1000;
  std::uint64_t bytes_per_s = 0;  // that one connection carries; 0: not known
};
/// The part size for an object that may become `bytes` long: what is wished, less where a part would take longer than a
/// minute, more where there would be too many parts.
std::uint64_t part_size(const PartPlan& plan, std::uint64_t bytes);

struct InlineObject {
  std::size_t number = 0;  // in the recipe
  Bytes sealed;
};

/// Proven clean; only Sealer makes one.
class SealedParcel {
 public:
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const Recipe& recipe() const { return recipe_; }
  [[nodiscard]] const std::vector<InlineObject>& inline_objects() const { return inline_; }

 private:
  friend class Sealer;
  SealedParcel() = default;
  std::string id_;
  Recipe recipe_;
  std::vector<InlineObject> inline_;
};

/// The obligations of a decision as a manifest tells them: CURIEs with their parameters.
std::vector<std::string> obligations_of(const consent::Decision& decision);
/// Whether the manifest of this sealing tells the terms and obligations of the decision, in whatever order.
bool tells_terms_of(const Recipe& recipe, const consent::Decision& decision);

class Sealer {
 public:
  struct Settings {
    std::string site;
    std::vector<crypt4gh::PublicKey> recipients;
    PartPlan parts;
    const crypto::SigningKey* signing_key = nullptr;  // null: the manifest is not signed
    std::string links;                                // directory for hard links of sources; empty: sources stay put
    std::optional<Digest256> rules;                   // goes into the recipe: what the sealing followed
    Workers* workers = nullptr;                       // they inflate and deflate; the bytes do not depend on them
  };
  Sealer(Settings settings, const Clock& clock, const Stop& stop)
      : settings_(std::move(settings)), clock_(clock), stop_(stop) {}

  /// `moved(bytes)` is told how many bytes of ciphertext were made; 0 now and then while none are.
  [[nodiscard]] Result<SealedParcel> seal(const std::string& parcel_id, const pseudonymise::PseudonymousParcel& parcel,
                                          const std::function<void(std::uint64_t)>& moved) const;

 private:
  struct Sealed;
  /// Gives every source a further name, before a byte of any is read.
  Status keep_sources(const std::string& directory, const pseudonymise::PseudonymousParcel& parcel) const;
  Result<Sealed> seal_file(const pseudonymise::PseudonymousParcel& parcel, const pseudonymise::CleanFile& file,
                           const std::string& link, Release& release,
                           const std::function<void(std::uint64_t)>& moved) const;
  /// What the manifest and the receipts will tell of the terms of use names nobody.
  static Status search_terms(const pseudonymise::PseudonymousParcel& parcel);
  Status add_inline(SealedParcel& parcel, const std::string& name, ByteView plain, bool is_manifest) const;
  Result<std::string> manifest(const SealedParcel& sealed, const pseudonymise::PseudonymousParcel& parcel,
                               const Release& release, Json files) const;

  Settings settings_;
  const Clock& clock_;
  const Stop& stop_;
};

/// The sealed bytes of one object from any offset on; forward is cheap, elsewhere it continues at the nearest restart
/// point before.
class ObjectReader {
 public:
  /// `inline_bytes` for objects that are made; both outlive the reader.
  ObjectReader(const Recipe& recipe, const ObjectRecipe& object, ByteView inline_bytes, Workers* workers = nullptr)
      : recipe_(recipe), object_(object), inline_bytes_(inline_bytes), workers_(workers) {}

  Result<std::size_t> read(std::uint64_t offset, MutableByteView into);
  /// The source is not what was sealed any more: the parcel must be sealed afresh.
  [[nodiscard]] bool source_changed() const { return source_changed_; }

 private:
  Status go_to(std::uint64_t offset);
  Status check(const files::Fd& file);

  const Recipe& recipe_;
  const ObjectRecipe& object_;
  ByteView inline_bytes_;
  Workers* workers_;
  std::unique_ptr<stream::Source> source_;
  files::Fd watched_;
  std::uint64_t offset_ = 0;
  std::uint64_t checked_at_ = 0;
  bool source_changed_ = false;
};

}  // namespace tributary::seal
