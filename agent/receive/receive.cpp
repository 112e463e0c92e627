// agent/receive/receive.cpp: from a folder of containers to parcels that are proven whole.
#include "agent/receive/receive.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>

#include "agent/base/text.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::receive {
namespace {

constexpr std::string_view container_suffix = ".c4gh";
constexpr std::string_view manifest_suffix = ".manifest.json.c4gh";
constexpr std::size_t largest_manifest_bytes = 64U << 20;
constexpr std::size_t buffer_bytes = 1U << 20;
constexpr unsigned deepest = 16;

std::string beside(const std::string& path, const std::string& name) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? name : path.substr(0, slash + 1) + name;
}

std::string without_container(const std::string& name) { return name.substr(0, name.size() - container_suffix.size()); }

// The sealed bytes on their way: digested, whoever reads them. The digest outlives the reader.
struct Sealed {
  crypto::Sha256 digest;
  std::uint64_t bytes = 0;
};
class DigestedSource final : public stream::Source {
 public:
  DigestedSource(files::Fd file, Sealed& sealed) : file_(std::move(file)), sealed_(sealed) {}
  Result<std::size_t> read(MutableByteView into) override {
    auto n = file_.read(into);
    if (!n) return n;
    sealed_.digest.update(into.first(*n));
    sealed_.bytes += *n;
    return n;
  }

 private:
  files::FdSource file_;
  Sealed& sealed_;
};

// Reads to the end and forgets; the digest sees it.
Status drain(stream::Source& source, const Stop& stop) {
  Bytes buffer(buffer_bytes);
  for (;;) {
    if (stop.requested()) return wait_error("stopped");
    auto n = source.read(buffer);
    if (!n) return n.error();
    if (*n == 0) return {};
  }
}

struct Opened {
  crypto::Sha256 digest;
  std::uint64_t bytes = 0;
};

Result<Opened> open_into(std::unique_ptr<stream::Source> sealed, const crypt4gh::SecretKey& secret, files::Draft* into,
                         const Stop& stop) {
  auto plain = crypt4gh::DecryptingSource::open(std::move(sealed), secret);
  if (!plain) return plain.error();
  Opened opened;
  Bytes buffer(buffer_bytes);
  for (;;) {
    if (stop.requested()) return wait_error("stopped");
    auto n = (*plain)->read(buffer);
    if (!n) return n.error();
    if (*n == 0) return opened;
    const auto piece = ByteView(buffer).first(*n);
    opened.digest.update(piece);
    opened.bytes += *n;
    if (into == nullptr) continue;
    if (auto written = into->write(piece); !written) return written.error();
  }
}

// What was changed on the way is told as that, not as what the decryption made of it.
Status compare_sealed(const Claim& claim, Sealed& sealed) {
  if (sealed.bytes != claim.sealed_bytes) {
    return refusal(
        "it has " + counted(sealed.bytes, "byte") + ", the manifest promises " + std::to_string(claim.sealed_bytes),
        "fetch it again");
  }
  if (sealed.digest.finish() != claim.sealed_sha256)
    return refusal("its SHA-256 is not the one that the manifest promises", "fetch it again");
  return {};
}

Status compare_plain(const Claim& claim, Opened& opened) {
  if (opened.bytes == claim.plain_bytes && opened.digest.finish() == claim.plain_sha256) return {};
  return refusal("what it holds is not what the manifest promises, though the container is",
                 "tell the site: its manifest contradicts itself");
}

class Desk {
 public:
  Desk(const files::Root& root, const Settings& settings, const Stop& stop)
      : root_(root), settings_(settings), stop_(stop) {}

  Result<Bytes> manifest_text(const std::string& path) const {
    auto file = root_.open_file(path);
    if (!file) return file.error();
    Sealed sealed;
    auto plain =
        crypt4gh::DecryptingSource::open(std::make_unique<DigestedSource>(std::move(*file), sealed), settings_.secret);
    if (!plain) return plain.error();
    Bytes text;
    stream::BufferSink sink(text, largest_manifest_bytes);
    if (auto done = stream::copy(**plain, sink); !done) return done.error();
    return text;
  }

  /// Error: nothing more can be done for any parcel.
  Status take(Arrival& arrival) const {
    const auto& manifest = arrival.manifest;
    const auto folder = settings_.out + "/" + manifest.parcel;
    if (!settings_.out.empty()) {
      if (auto made = files::make_directories(folder, 0700); !made) return in("--out", made.error());
    }
    for (const auto& claim : manifest.files) {
      if (auto taken = take_file(arrival, claim, folder); !taken) {
        if (stop_.requested()) return taken;
        arrival.problems.push_back({beside(arrival.path, claim.name), taken.error()});
        continue;
      }
      arrival.plain_bytes += claim.plain_bytes;
    }
    if (settings_.out.empty() || !arrival.problems.empty()) return {};
    return files::write_atomic(folder + "/" + manifest.sample + ".manifest.json", view(manifest.payload), 0600);
  }

 private:
  Status take_file(const Arrival& arrival, const Claim& claim, const std::string& folder) const {
    const auto path = beside(arrival.path, claim.name);
    if (!root_.exists(path)) return refusal("it is not here", "fetch it; it lies beside its manifest");
    auto file = root_.open_file(path);
    if (!file) return file.error();
    auto again = file->duplicate();
    if (!again) return again.error();
    std::optional<files::Draft> draft;
    if (!settings_.out.empty()) {
      auto made = files::Draft::make(folder + "/" + without_container(claim.name), 0600);
      if (!made) return made.error();
      draft.emplace(std::move(*made));
    }
    Sealed sealed;
    auto opened = open_into(std::make_unique<DigestedSource>(std::move(*file), sealed), settings_.secret,
                            draft ? &*draft : nullptr, stop_);
    if (!opened || sealed.bytes != claim.sealed_bytes) {
      sealed = Sealed();
      DigestedSource whole(std::move(*again), sealed);
      if (auto drained = drain(whole, stop_); !drained) return drained;
    }
    if (auto same = compare_sealed(claim, sealed); !same) return same;
    if (!opened) return opened.error();
    if (auto same = compare_plain(claim, *opened); !same) return same;
    return draft ? draft->keep() : Status();
  }

  const files::Root& root_;
  const Settings& settings_;
  const Stop& stop_;
};

// Paths of all containers, sorted.
Result<std::vector<std::string>> containers(const files::Root& root) {
  std::vector<std::string> paths;
  auto walked = root.walk("", deepest, [&](const std::string& path, files::EntryKind kind, const files::FileId&) {
    if (kind == files::EntryKind::file && path.ends_with(container_suffix)) paths.push_back(path);
    return true;
  });
  if (!walked) return walked.error();
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

bool Report::good() const {
  return !parcels.empty() && unread.empty() && unlisted.empty() &&
         std::all_of(parcels.begin(), parcels.end(), [](const Arrival& arrival) { return arrival.problems.empty(); });
}

Result<Report> receive(const std::string& directory, const Settings& settings, const Stop& stop) {
  auto root = files::Root::open(directory);
  if (!root) return root.error();
  auto paths = containers(*root);
  if (!paths) return paths.error();
  const Desk desk(*root, settings, stop);
  Report report;
  std::set<std::string> listed;
  for (const auto& path : *paths) {
    if (!path.ends_with(manifest_suffix)) continue;
    if (stop.requested()) return wait_error("stopped");
    listed.insert(path);
    auto text = desk.manifest_text(path);
    auto manifest = text ? read_manifest(tributary::text(*text), settings.site_keys) : Result<Manifest>(text.error());
    if (!manifest) {
      if (manifest.error().remedy == Remedy::ask_operator && text) return manifest.error();  // a key of ours
      report.unread.push_back({path, manifest.error()});
      continue;
    }
    Arrival arrival{path, std::move(*manifest), 0, {}};
    for (const auto& claim : arrival.manifest.files) listed.insert(beside(path, claim.name));
    if (auto taken = desk.take(arrival); !taken) return taken.error();
    report.parcels.push_back(std::move(arrival));
  }
  for (const auto& path : *paths) {
    if (listed.count(path) == 0) report.unlisted.push_back(path);
  }
  return report;
}

}  // namespace tributary::receive
