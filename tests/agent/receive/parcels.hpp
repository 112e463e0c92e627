// tests/agent/receive/parcels.hpp: a programme's inbox with parcels of two sites, made by hand.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/port/crypto/crypto.hpp"
#include "agent/port/files/files.hpp"
#include "agent/receive/receive.hpp"
#include "tests/fakes/run_folder.hpp"

namespace tributary::receive_test {

struct Site {
  crypto::SigningKey key = std::move(*crypto::SigningKey::generate());
  [[nodiscard]] receive::SiteKey known_as(const std::string& file) const { return {file, *key.public_pem()}; }
};

class Inbox {
 public:
  Inbox() : reader_(std::move(*crypto::x25519_generate())) {}

  [[nodiscard]] std::string at(const std::string& name) const { return directory_.path() + "/" + name; }
  [[nodiscard]] std::string out() const { return out_.path(); }
  [[nodiscard]] const crypt4gh::SecretKey& secret() const { return reader_.secret; }

  /// A container of `plain` for `reader` (the programme's own by default).
  [[nodiscard]] Bytes sealed(const std::string& plain, const crypt4gh::PublicKey* reader = nullptr) const {
    crypt4gh::DataKey key;
    (void)crypto::random(key.fill());
    auto header = *crypt4gh::make_header(key, {reader != nullptr ? *reader : reader_.public_key});
    crypt4gh::EncryptingSource source(std::make_unique<stream::ViewSource>(view(plain)), key, std::move(header));
    Bytes out;
    stream::BufferSink sink(out, 1U << 28);
    (void)stream::copy(source, sink);
    return out;
  }
  void put(const std::string& name, ByteView content) const {
    const auto path = at(name);
    (void)files::make_directories(path.substr(0, path.rfind('/')), 0700);
    (void)files::write_atomic(path, content, 0600);
  }
  [[nodiscard]] Bytes get(const std::string& name) const {
    return to_bytes(files::read_small(at(name), 1U << 28).value_or(""));
  }

  /// One file of a parcel as the manifest tells it, put into the folder of that parcel.
  Json add(const std::string& folder, const std::string& name, const std::string& plain) const {
    const auto container = sealed(plain);
    put(folder + "/" + name, container);
    Json entry;
    entry.add("name", name).add("role", "fastq").add("size", plain.size()).add("sha256", digest(view(plain)));
    entry.add("ciphertext_size", container.size()).add("ciphertext_sha256", digest(container));
    return entry;
  }
  static Json body(const std::string& parcel, const std::vector<Json>& files, std::int64_t version = 1) {
    Json listed = Json::array();
    for (const auto& file : files) listed.push(file);
    Json out;
    out.add("manifest_version", version)
        .add("site", "a-lab")
        .add("parcel", parcel)
        .add("created", "2026-01-01T00:00:00Z");
    out.add("sample", "TL-1").add("subject", "TS-1").add("policy", "research").add("data_use", Json::object());
    return out.add("files", std::move(listed));
  }
  void sign(const std::string& folder, const Site& site, const Json& body,
            const std::string& type = "tributary-manifest+jws") const {
    put(folder + "/TL-1.manifest.json.c4gh", sealed(*crypto::jws_sign(site.key, body.dump(), type)));
  }
  /// A parcel of two files, whole.
  void deliver(const std::string& folder, const Site& site, const std::string& parcel = "p-1") const {
    const auto one = add(folder, "TL-1.R1.fastq.gz.c4gh", std::string(200000, 'A'));
    const auto two = add(folder, "TL-1.R2.fastq.gz.c4gh", "C");
    sign(folder, site, body(parcel, {one, two}));
  }

  [[nodiscard]] Result<receive::Report> receive(const std::vector<receive::SiteKey>& keys, bool keep = false) const {
    const Stop stop;
    return receive::receive(directory_.path(), {reader_.secret, keys, keep ? out_.path() : ""}, stop);
  }

 private:
  static std::string digest(ByteView bytes) { return to_hex(crypto::sha256(bytes)); }

  fakes::TemporaryDirectory directory_, out_;
  crypto::X25519Pair reader_;
};

}  // namespace tributary::receive_test
