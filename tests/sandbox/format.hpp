// tests/sandbox/format.hpp: whether a plaintext is what its name says, by its beginning.
#pragma once

#include <string>
#include <string_view>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"

namespace tributary::sandbox {

inline constexpr std::size_t format_prefix_bytes = 16U << 20;

/// `prefix`: the first bytes of the file, at most format_prefix_bytes. `name`: the object's, with `.c4gh`. Answers what
/// it is. Failure: give_up when it does not open, or is something else than its name says.
Result<std::string> check_format(std::string_view name, ByteView prefix, const std::string& scratch_directory);

}  // namespace tributary::sandbox
