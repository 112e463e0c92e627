// tests/sandbox/examine.cpp: resolving, opening and comparing of inputs.
#include "tests/sandbox/examine.hpp"

#include <algorithm>

#include "agent/base/text.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "tests/sandbox/data_files.hpp"
#include "tests/sandbox/format.hpp"

namespace tributary::sandbox {
namespace {

constexpr std::size_t manifest_limit = 64U << 20;
constexpr std::size_t buffer_bytes = 256U << 10;

/// Digests what passes; the totals outlive it.
struct Total {
  crypto::Sha256 sha256;
  std::uint64_t bytes = 0;
};
class CountingSource final : public stream::Source {
 public:
  CountingSource(std::unique_ptr<stream::Source> from, Total& total) : from_(std::move(from)), total_(total) {}
  Result<std::size_t> read(MutableByteView into) override {
    auto got = from_->read(into);
    if (!got) return got;
    total_.sha256.update(into.first(*got));
    total_.bytes += *got;
    return got;
  }

 private:
  std::unique_ptr<stream::Source> from_;
  Total& total_;
};

}  // namespace

bool is_manifest(const std::string& name) {
  constexpr std::string_view suffix = ".manifest.json.c4gh";
  return name.size() > suffix.size() && name.substr(name.size() - suffix.size()) == suffix;
}

std::string parcel_of(const Object& object) {
  for (const auto& alias : object.aliases) {
    const auto last = alias.rfind(':');
    if (alias.compare(0, 10, "tributary:") == 0 && last > 9) return alias.substr(0, last);
  }
  return {};
}

Result<Object> Examiner::registered_at(const std::string& bucket, const std::string& key) const {
  for (const auto& object : parts_.objects.all()) {
    if (!object.deleted && object.bucket == bucket && object.key == key) return object;
  }
  return refusal("input: nothing is registered at that URL");
}

Result<Object> Examiner::resolve(std::string_view url) const {
  constexpr std::string_view drs = "drs://", download = "/download/";
  if (url.substr(0, drs.size()) == drs) {
    const auto rest = url.substr(drs.size());
    const auto slash = std::min(rest.find('/'), rest.size());
    if (lower(rest.substr(0, slash)) != lower(parts_.address.host()) || slash == rest.size()) {
      return refusal("input: that drs:// URI is not of this repository");
    }
    const auto object = parts_.objects.find(http::percent_decode(rest.substr(slash + 1)));
    if (!object) return refusal("input: there is no such DRS object");
    if (object->deleted) return refusal("input: that DRS object has been deleted");
    return *object;
  }
  if (const auto place = parts_.address.stored_at(url)) return registered_at(place->first, place->second);
  const auto path = parts_.address.own_path(url);
  if (!path || path->compare(0, download.size(), download) != 0) {
    return refusal("input: only drs:// URIs and access URLs of this repository can be read");
  }
  const auto ticket = read_ticket(std::string_view(*path).substr(download.size()), parts_.url_key);
  if (!ticket || ticket->verb != 'd') return refusal("input: that URL was not signed here");
  if (ticket->expires_utc_s <= parts_.clock.now_utc_s()) return refusal("input: that URL has expired");
  return registered_at(std::string(bucket_name), ticket->key);
}

/// The bytes on the disk against the register, without looking inside.
Status Examiner::check_stored(const Object& object, const Blob& blob) const {
  const auto source = parts_.storage.read(blob, 0, blob.size_bytes);
  const auto digest = digest_of(*source);
  if (!digest) return digest.error();
  if (blob.size_bytes != object.size_bytes) {
    return refusal("stored: " + std::to_string(blob.size_bytes) + " bytes, registered " +
                   std::to_string(object.size_bytes));
  }
  for (const auto& checksum : object.checksums) {
    if (plain_type(checksum.type) == "sha256" && lower(checksum.value) != *digest) {
      return refusal("stored: SHA-256 is " + *digest + ", registered " + checksum.value);
    }
  }
  return {};
}

Result<Examiner::Opened> Examiner::open(const Object& object, const Stop& stop) const {
  const auto blob = parts_.storage.find(object.bucket, object.key);
  if (!blob) return refusal("stored: the data is gone");
  if (const auto stored = check_stored(object, *blob); !stored) return stored.error();
  auto plain = crypt4gh::DecryptingSource::open(parts_.storage.read(*blob, 0, blob->size_bytes), parts_.recipient);
  if (!plain) return in("decrypt", plain.error());
  Total total;
  CountingSource counted(*std::move(plain), total);
  Opened opened;
  opened.object = object;
  const bool manifest = is_manifest(object.name);
  const auto keep = manifest ? manifest_limit : format_prefix_bytes;
  Bytes prefix, buffer(buffer_bytes);
  for (;;) {
    if (stop.requested()) return wait_error("stopped");
    const auto got = counted.read(buffer);
    if (!got) return in("decrypt", got.error());
    if (*got == 0) break;
    const auto room = std::min(*got, keep - prefix.size());
    prefix.insert(prefix.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(room));
  }
  opened.plain_bytes = total.bytes;
  opened.plain_sha256 = to_hex(total.sha256.finish());
  if (manifest) {
    if (total.bytes > manifest_limit) return refusal("manifest: longer than any manifest");
    opened.content = text(prefix);
    opened.format = "manifest";
    return opened;
  }
  auto format = check_format(object.name, prefix, parts_.scratch_directory);
  if (!format) return format.error();
  opened.format = *std::move(format);
  return opened;
}

std::optional<Object> Examiner::manifest_of(const Object& object) const {
  const auto parcel = parcel_of(object);
  if (parcel.empty()) return std::nullopt;
  for (const auto& other : parts_.objects.all()) {
    if (!other.deleted && is_manifest(other.name) && parcel_of(other) == parcel) return other;
  }
  return std::nullopt;
}

void Examiner::blame(Verdict& verdict, const std::string& where, const Error& error) {
  verdict.good = false;
  verdict.system = verdict.system || error.remedy != Remedy::give_up;
  verdict.bad_lines += where + sentence(error) + "\n";
}

/// Opens the data among the inputs; manifests, given or found beside the data, are put aside.
void Examiner::open_inputs(const Json& task, const Stop& stop, Found& found, Verdict& verdict) const {
  std::size_t number = 0;
  for (const auto& input : task["inputs"].items()) {
    const auto where = "inputs[" + std::to_string(number++) + "]: ";
    const auto url = input["url"].as_string();
    if (input["content"].is_string()) {
      verdict.good_lines += where + "content, taken as it is\n";
      continue;
    }
    const auto object = resolve(url);
    if (!object) {
      blame(verdict, where, object.error());
      continue;
    }
    if (is_manifest(object->name)) {
      found.manifests.emplace(object->id, *object);
      continue;
    }
    if (const auto manifest = manifest_of(*object)) found.manifests.emplace(manifest->id, *manifest);
    auto opened = open(*object, stop);
    if (stop.requested()) return;
    if (opened) {
      found.data.push_back(*std::move(opened));
    } else {
      blame(verdict, where + object->name + ": ", opened.error());
    }
  }
  if (number == 0) blame(verdict, {}, refusal("inputs: there is nothing to examine"));
}

Verdict Examiner::examine(const Json& task, const Stop& stop) const {
  Verdict verdict;
  Found found;
  open_inputs(task, stop, found, verdict);
  Claims claims;
  for (const auto& [id, object] : found.manifests) {
    if (stop.requested()) break;
    const auto opened = open(object, stop);
    if (opened) {
      check_manifest(*opened, claims, verdict);
    } else {
      blame(verdict, object.name + ": ", opened.error());
    }
  }
  if (stop.requested()) return {false, true, false, {}, {}};
  const bool alone = found.manifests.empty();
  for (const auto& opened : found.data) {
    const auto fits = alone ? Status() : check_claim(claims, opened);
    if (!fits) {
      blame(verdict, opened.object.name + ": ", fits.error());
      continue;
    }
    verdict.good_lines += opened.object.name + ": " + std::to_string(opened.object.size_bytes) +
                          " bytes stored as registered, decrypts to " + std::to_string(opened.plain_bytes) +
                          " bytes, " + opened.format +
                          (alone ? ", no manifest to compare with\n" : ", as the manifest says\n");
  }
  return verdict;
}

}  // namespace tributary::sandbox
