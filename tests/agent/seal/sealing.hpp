// tests/agent/seal/sealing.hpp: a parcel of one sample, sealed for a recipient whose secret is at hand.
#pragma once

#include <cstdlib>
#include <functional>
#include <string>

#include "agent/identify/arrival.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/seal/seal.hpp"
#include "tests/agent/pseudonymise/house.hpp"

namespace tributary::fakes {

class Sealing {
 public:
  Sealing() {
    auto pair = crypto::x25519_generate();
    if (!pair) std::abort();
    secret = crypt4gh::SecretKey(pair->secret.bytes());
    how.site = "test-lab";
    how.recipients = {pair->public_key};
    house.add_sample("SAMPLE-01", "SUBJECT-01");
  }

  /// `reads` records of 150 bases; `comment` stands in the third line of the last one.
  static std::string fastq(std::size_t reads, const std::string& name_of_last = "last") {
    std::string text;
    std::uint32_t state = 12345;
    for (std::size_t i = 0; i < reads; ++i) {
      text += "@" + (i + 1 == reads ? name_of_last : "M00146:21:FC:1:1101:1000:" + std::to_string(i)) + " 1:N:0:1\n";
      std::string bases(150, 'A'), qualities(150, 'F');
      for (auto& base : bases) base = "ACGT"[((state = state * 1664525U + 1013904223U) >> 20) & 3U];
      for (auto& quality : qualities) {
        quality = static_cast<char>('#' + ((state = state * 1664525U + 1013904223U) >> 20) % 40);
      }
      text += bases + "\n+\n" + qualities + "\n";
    }
    return text;
  }
  void add_fastq(std::size_t reads, const std::string& name_of_last = "last") {
    house.add_file("SAMPLE-01", path, "fastq", gzip(fastq(reads, name_of_last)), "R1", "L001");
  }

  /// The same in blocks (BGZF, stored): what a reader can enter in the middle.
  static std::string bgzf(const std::string& content) {
    const auto little = [](std::size_t value, int bytes) {
      std::string out;
      for (int i = 0; i < bytes; ++i) out += static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i)));
      return out;
    };
    constexpr std::size_t most = 0xff00;
    std::string out;
    for (std::size_t at = 0; at < content.size(); at += most) {
      const auto piece = content.substr(at, most);
      const auto n = piece.size();
      out += std::string("\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0", 16) + little(n + 30, 2) + '\1' + little(n, 2) +
             little(~n, 2) + piece + little(identify::crc32(0, view(piece)), 4) + little(n, 4);
    }
    return out + std::string("\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0\x1b\0\x03\0\0\0\0\0\0\0\0\0", 28);
  }

  /// The sample's parcel; nothing when there is none.
  std::optional<pseudonymise::PseudonymousParcel> parcel() {
    auto all = house.assign();
    if (!all || all->empty()) return std::nullopt;
    return all->front().parcel;
  }
  Result<seal::SealedParcel> seal(const std::function<void(std::uint64_t)>& moved = [](std::uint64_t) {}) {
    const auto one = parcel();
    if (!one) return operator_error("no parcel");
    return seal_this(*one, moved);
  }
  Result<seal::SealedParcel> seal_this(
      const pseudonymise::PseudonymousParcel& one,
      const std::function<void(std::uint64_t)>& moved = [](std::uint64_t) {}) {
    return seal::Sealer(how, house.clock, stop).seal("p-1", one, moved);
  }

  /// All sealed bytes of an object, by its reader.
  static Result<Bytes> read_all(const seal::SealedParcel& sealed, std::size_t number, std::uint64_t from = 0,
                                std::size_t piece = 100000) {
    const auto& object = sealed.recipe().objects[number];
    ByteView made;
    for (const auto& one : sealed.inline_objects()) {
      if (one.number == number) made = one.sealed;
    }
    seal::ObjectReader reader(sealed.recipe(), object, made);
    Bytes all, buffer(piece);
    for (;;) {
      auto n = reader.read(from + all.size(), buffer);
      if (!n) return n.error();
      if (*n == 0) return all;
      all.insert(all.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*n));
    }
  }
  Result<std::string> decrypt(const Bytes& sealed) const {
    auto plain = crypt4gh::DecryptingSource::open(std::make_unique<stream::ViewSource>(sealed), secret);
    if (!plain) return plain.error();
    Bytes out;
    stream::BufferSink sink(out, 64U << 20);
    if (auto copied = stream::copy(**plain, sink); !copied) return copied.error();
    return std::string(text(out));
  }

  std::string path = "Fastq/SAMPLE-01_S1_L001_R1_001.fastq.gz";
  House house;
  Stop stop;
  crypt4gh::SecretKey secret;
  seal::Sealer::Settings how;
};

}  // namespace tributary::fakes
