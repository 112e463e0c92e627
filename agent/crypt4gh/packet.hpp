// agent/crypt4gh/packet.hpp: what header packets have in common, on the way out and in.
//
// Source     hts-specs crypt4gh.tex, sections 2.2 and 2.3. All numbers little-endian.
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/crypt4gh/crypt4gh.hpp"

namespace tributary::crypt4gh {

inline constexpr std::string_view container_magic = "crypt4gh";
inline constexpr std::uint32_t container_version = 1;
inline constexpr std::size_t prefix_bytes = 16;        // magic, version, number of packets
inline constexpr std::size_t packet_fixed_bytes = 68;  // length, method, writer's public key, nonce, tag
inline constexpr std::size_t nonce_bytes = 12;
inline constexpr std::size_t tag_bytes = 16;
inline constexpr std::size_t key_bytes = 32;
inline constexpr std::uint32_t packet_x25519_chacha = 0;
inline constexpr std::uint32_t payload_data_key = 0;
inline constexpr std::uint32_t payload_edit_list = 1;
inline constexpr std::uint32_t data_chacha = 0;

/// First 32 bytes of BLAKE2b-512(X25519(own, peer) || reader || writer): the key of a packet.
Result<Secret<32>> packet_key(const SecretKey& own, const PublicKey& peer, const PublicKey& reader,
                              const PublicKey& writer);

}  // namespace tributary::crypt4gh
