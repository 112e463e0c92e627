// agent/seal/seal.cpp: the pass that proves and fixes.
#include "agent/seal/seal.hpp"

#include <algorithm>

#include "agent/base/text.hpp"
#include "agent/seal/digests.hpp"
#include "agent/seal/source.hpp"

namespace tributary::seal {
namespace {

constexpr std::size_t buffer_bytes = 4 * crypt4gh::sealed_segment_bytes;
constexpr std::uint64_t restart_distance_bytes = 16U << 20;
constexpr std::uint64_t round_bytes = 1U << 20;
constexpr std::uint64_t longest_part_s = 60;  // a line that becomes twice as slow still sends one in two minutes

// The plaintext on its way into the encryption: digested, and its restart points kept.
class WatchedSource final : public stream::Source {
 public:
  explicit WatchedSource(genomics::CleanSource& clean) : clean_(clean) {}
  Result<std::size_t> read(MutableByteView into) override {
    auto n = clean_.read(into);
    if (!n) return n;
    digest_.update(into.first(*n));
    bytes_ += *n;
    const bool far = bytes_ >= (restarts.empty() ? 0 : restarts.back().output_offset) + restart_distance_bytes;
    if (*n > 0 && far) {
      auto point = clean_.restart_point();
      if (point && (restarts.empty() || point->output_offset > restarts.back().output_offset))
        restarts.push_back(std::move(*point));
    }
    return n;
  }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  Digest256 digest() { return digest_.finish(); }
  std::vector<genomics::RestartPoint> restarts;

 private:
  genomics::CleanSource& clean_;
  crypto::Sha256 digest_;
  std::uint64_t bytes_ = 0;
};

Error changed_while_read() {
  return wait_error("seal: a source file changed while it was read", "it is sealed again when it is at rest");
}

Result<files::Fd> open_same(const SourceName& name, const files::FileId& id) {
  auto file = open_source(name);
  if (!file) return in("seal", file.error());
  auto now = files::identify(*file);
  if (!now) return in("seal", now.error());
  return *now == id ? std::move(file) : Result<files::Fd>(changed_while_read());
}

std::string link_in(const std::string& directory, std::size_t number) {
  return directory.empty() ? std::string() : directory + "/" + std::to_string(number);
}

// The points within a stretch that is read as it is packed serve nobody; those behind one do.
genomics::Trace trace_of(std::vector<genomics::RestartPoint> restarts, std::vector<genomics::CopiedRun> copied) {
  for (auto& run : copied) {
    std::erase_if(restarts, [&](const auto& point) {
      return point.output_offset >= run.output_offset && point.output_offset <= run.end();
    });
    if (run.behind) restarts.push_back(std::move(*run.behind));
    run.behind.reset();
  }
  std::sort(restarts.begin(), restarts.end(),
            [](const auto& a, const auto& b) { return a.output_offset < b.output_offset; });
  return {std::move(restarts), std::move(copied)};
}

std::string show(const std::vector<verify::Finding>& findings, std::uint64_t hits) {
  std::string out =
      std::to_string(hits) + (hits == 1 ? " identifier" : " identifiers") + " left after de-identification: ";
  std::size_t shown = 0;
  for (const auto& finding : findings) {
    if (shown++ == 3) break;
    out += (shown > 1 ? ", " : "") + finding.kind + " in " + finding.place;
  }
  if (hits > shown) out += ", ...";
  return out;
}

Json counts_json(const std::map<std::string, std::uint64_t>& counts) {
  Json out = Json::object();
  for (const auto& [name, count] : counts) out.add(name, count);
  return out;
}

}  // namespace

std::uint64_t part_size(const PartPlan& plan, std::uint64_t bytes) {
  std::uint64_t size = plan.wish_bytes;
  if (plan.bytes_per_s > 0) size = std::min(size, plan.bytes_per_s * longest_part_s / round_bytes * round_bytes);
  size = std::max(size, plan.smallest_bytes);
  const std::uint64_t needed = (bytes + plan.most - 1) / std::max<std::uint64_t>(plan.most, 1);
  if (needed > size) size = (needed + round_bytes - 1) / round_bytes * round_bytes;
  return std::min(size, plan.largest_bytes);
}

std::vector<std::string> obligations_of(const consent::Decision& decision) {
  std::vector<std::string> out;
  for (const auto& term : decision.obligations) {
    out.push_back(consent::curie_of(term.code) +
                  (term.parameters.empty() ? "" : "[" + join(term.parameters, "|") + "]"));
  }
  return out;
}

bool tells_terms_of(const Recipe& recipe, const consent::Decision& decision) {
  const auto same = [](std::vector<std::string> a, std::vector<std::string> b) {
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    return a == b;
  };
  return same(recipe.terms, decision.terms) &&
         same(recipe.obligations.value_or(std::vector<std::string>()), obligations_of(decision));
}

struct Sealer::Sealed {
  ObjectRecipe object;
  Bytes index;
  std::map<std::string, std::uint64_t> counts;
};

Result<Sealer::Sealed> Sealer::seal_file(const pseudonymise::PseudonymousParcel& parcel,
                                         const pseudonymise::CleanFile& file, const std::string& link, Release& release,
                                         const std::function<void(std::uint64_t)>& moved) const {
  auto fd = open_same({parcel.folder(), file.path, link}, file.id);
  if (!fd) return fd.error();
  auto watched = fd->duplicate();
  if (!watched) return in("seal", watched.error());

  Sealed out;
  auto& object = out.object;
  object.name = file.object_name + ".c4gh";
  object.path = file.path;
  object.link = link;
  object.id = file.id;
  object.transform = file.transform;
  if (auto random = crypto::random(object.data_key.fill()); !random) return random.error();
  auto header = crypt4gh::make_header(object.data_key, settings_.recipients);
  if (!header) return in("seal", header.error());
  object.header = std::move(*header);
  // Re-compressed output may be larger than what was read; twice the size is beyond what BGZF level 1 makes of real
  // data.
  object.part_bytes = part_size(settings_.parts, 2 * file.id.size + round_bytes);

  auto inspector = verify::Inspector::make(parcel.dictionary(), file.transform.format);
  if (!inspector) return in("verify", inspector.error());
  const auto pulse = [&]() -> Status {
    if (stop_.requested()) return wait_error("seal: stopping");
    moved(0);
    return {};
  };
  auto clean = genomics::open_clean(std::move(*fd), file.transform,
                                    {.tap = inspector->get(), .workers = settings_.workers, .pulse = pulse});
  if (!clean) return in("pseudonymise: " + std::string(genomics::name_of(file.transform.format)), clean.error());
  auto* watched_plain = new WatchedSource(**clean);
  crypt4gh::EncryptingSource sealed(std::unique_ptr<stream::Source>(watched_plain), object.data_key, object.header);
  PartDigests digests(object.part_bytes);
  Bytes buffer(buffer_bytes);
  for (;;) {
    if (stop_.requested()) return wait_error("seal: stopping");
    auto n = sealed.read(buffer);
    if (!n) {
      auto after = files::identify(*watched);
      if (after && *after != file.id) return changed_while_read();
      return in("pseudonymise: " + std::string(genomics::name_of(file.transform.format)), n.error());
    }
    if (*n == 0) break;
    digests.update(ByteView(buffer).first(*n));
    moved(*n);
  }
  digests.finish();
  auto after = files::identify(*watched);
  if (!after) return in("seal", after.error());
  if (*after != file.id) return changed_while_read();
  if ((*inspector)->hits() > 0) {
    return refusal(
        "verify: " + file.kind + (file.read.empty() ? "" : " " + file.read) + ": " +
            show((*inspector)->findings(), (*inspector)->hits()),
        "nothing of this sample was sent; remove the identifier at its source, then: tributary retry PARCEL");
  }
  if (digests.sha256s.size() > settings_.parts.most) {
    return refusal("seal: a file needs " + std::to_string(digests.sha256s.size()) + " parts, the destination takes " +
                       std::to_string(settings_.parts.most),
                   "raise part_size of the destination");
  }
  object.bytes = digests.total();
  object.sha256 = digests.sha256;
  object.md5 = digests.md5s.front();
  object.part_sha256 = std::move(digests.sha256s);
  object.part_md5 = std::move(digests.md5s);
  object.plain_bytes = watched_plain->bytes();
  object.plain_sha256 = watched_plain->digest();
  object.trace = trace_of(std::move(watched_plain->restarts), (*clean)->copied());
  out.counts = (*clean)->counts();
  release.add(file.transform, out.counts, **inspector);
  if (file.transform.index != genomics::IndexKind::none) {
    auto index = (*clean)->index();
    if (!index) return in("pseudonymise: index", index.error());
    out.index = std::move(*index);
  }
  return out;
}

Status Sealer::add_inline(SealedParcel& parcel, const std::string& name, ByteView plain, bool is_manifest) const {
  ObjectRecipe object;
  object.name = name + ".c4gh";
  object.is_manifest = is_manifest;
  object.is_inline = true;
  if (auto random = crypto::random(object.data_key.fill()); !random) return random.error();
  auto header = crypt4gh::make_header(object.data_key, settings_.recipients);
  if (!header) return in("seal", header.error());
  InlineObject made;
  made.number = parcel.recipe_.objects.size();
  const std::size_t size = crypt4gh::sealed_size(header->size(), plain.size());
  crypt4gh::EncryptingSource source(std::make_unique<stream::ViewSource>(plain), object.data_key, std::move(*header));
  made.sealed.resize(size);
  auto n = stream::read_full(source, made.sealed);
  if (!n) return in("seal", n.error());
  object.part_bytes = part_size(settings_.parts, size);
  PartDigests digests(object.part_bytes);
  digests.update(made.sealed);
  digests.finish();
  object.bytes = size;
  object.plain_bytes = plain.size();
  object.plain_sha256 = crypto::sha256(plain);
  object.sha256 = digests.sha256;
  object.md5 = digests.md5s.front();
  object.part_sha256 = std::move(digests.sha256s);
  object.part_md5 = std::move(digests.md5s);
  object.data_key = {};  // the bytes are kept: the key is not needed again
  parcel.recipe_.objects.push_back(std::move(object));
  parcel.inline_.push_back(std::move(made));
  return {};
}

Result<std::string> Sealer::manifest(const SealedParcel& sealed, const pseudonymise::PseudonymousParcel& parcel,
                                     const Release& release, Json files) const {
  const auto& decision = parcel.decision();
  Json terms = Json::array();
  for (const auto& term : decision.terms) terms.push(term);
  Json obligations = Json::array();
  for (const auto& term : obligations_of(decision)) obligations.push(term);
  Json out;
  out.add("manifest_version", 1).add("software", "tributary " TRIBUTARY_VERSION).add("site", settings_.site);
  out.add("parcel", sealed.id()).add("created", to_rfc3339(clock_.now_utc_s()));
  out.add("sample", parcel.pseudonym()).add("subject", parcel.subject_pseudonym()).add("policy", parcel.policy());
  out.add("instrument_model", parcel.model());
  out.add("data_use", Json().add("terms", std::move(terms)).add("obligations", std::move(obligations)));
  out.add("consent_evidence_sha256", to_hex(decision.evidence_sha256));
  out.add("release", release.to_json());
  out.add("files", std::move(files));
  const std::string payload = out.dump();
  if (settings_.signing_key == nullptr) return payload;
  return crypto::jws_sign(*settings_.signing_key, payload, "tributary-manifest+jws");
}

// A parameter may be any word, and both manifest and receipts repeat it.
Status Sealer::search_terms(const pseudonymise::PseudonymousParcel& parcel) {
  auto told = parcel.decision().terms;
  for (auto& term : obligations_of(parcel.decision())) told.push_back(std::move(term));
  auto findings = parcel.dictionary()->scan_text("terms of use", join(told, "\n"));
  if (!findings) return in("verify", findings.error());
  if (findings->empty()) return {};
  return operator_error("verify: terms of use: " + show(*findings, findings->size()),
                        "take it out of the permissions at the source of consent, then: tributary retry PARCEL");
}

Status Sealer::keep_sources(const std::string& directory, const pseudonymise::PseudonymousParcel& parcel) const {
  // What a sealing of before left may be other files.
  if (auto cleared = files::remove_directory(directory); !cleared) return cleared;
  if (auto made = files::make_directories(directory, 0700); !made) return made;
  for (std::size_t i = 0; i < parcel.files().size(); ++i) {
    const auto& file = parcel.files()[i];
    auto opened = open_same({parcel.folder(), file.path, {}}, file.id);
    if (!opened) return opened.error();
    if (auto linked = files::make_link(*opened, link_in(directory, i)); !linked) return in("seal", linked.error());
  }
  for (const auto& path : {directory, settings_.links}) {
    if (auto synced = files::sync_directory(path); !synced) return synced;
  }
  return {};
}

Result<SealedParcel> Sealer::seal(const std::string& parcel_id, const pseudonymise::PseudonymousParcel& parcel,
                                  const std::function<void(std::uint64_t)>& moved) const {
  if (auto clean = search_terms(parcel); !clean) return clean.error();
  SealedParcel sealed;
  sealed.id_ = parcel_id;
  sealed.recipe_.folder = parcel.folder();
  sealed.recipe_.terms = parcel.decision().terms;
  sealed.recipe_.obligations = obligations_of(parcel.decision());
  sealed.recipe_.rules = settings_.rules;
  Release release(parcel.policy(), *parcel.dictionary());
  const std::string links = settings_.links.empty() ? std::string() : settings_.links + "/" + parcel_id;
  if (!links.empty()) {
    if (auto kept = keep_sources(links, parcel); !kept) return kept.error();
  }
  Json listed = Json::array();
  const auto list = [&](const ObjectRecipe& object, const std::string& role, const std::string& read,
                        const std::string& of, Json changed) {
    Json entry;
    entry.add("name", object.name).add("role", role).add("read", read.empty() ? Json() : Json(read));
    entry.add("index_of", of.empty() ? Json() : Json(of))
        .add("size", object.plain_bytes)
        .add("sha256", to_hex(object.plain_sha256));
    entry.add("ciphertext_size", object.bytes)
        .add("ciphertext_sha256", to_hex(object.sha256))
        .add("changed", std::move(changed));
    listed.push(std::move(entry));
  };
  for (std::size_t i = 0; i < parcel.files().size(); ++i) {
    const auto& file = parcel.files()[i];
    auto done = seal_file(parcel, file, link_in(links, i), release, moved);
    if (!done) return done.error();
    const std::string name = done->object.name;
    list(done->object, file.kind, file.read, {}, counts_json(done->counts));
    sealed.recipe_.objects.push_back(std::move(done->object));
    if (done->index.empty()) continue;
    if (auto added = add_inline(sealed, file.index_object_name, done->index, false); !added) return added.error();
    list(sealed.recipe_.objects.back(), std::string(genomics::extension_of(file.transform.index)), {}, name,
         Json::object());
  }
  auto text = manifest(sealed, parcel, release, std::move(listed));
  if (!text) return in("seal: manifest", text.error());
  if (auto added = add_inline(sealed, parcel.pseudonym() + ".manifest.json", view(*text), true); !added)
    return added.error();
  sealed.recipe_.release = release.totals();
  return sealed;
}

}  // namespace tributary::seal
