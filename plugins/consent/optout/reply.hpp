// plugins/consent/optout/reply.hpp: what a register's service answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tributary::optout {

/// Whether the person is listed; nothing when the answer is not exactly {"id": ID, "opted_out": true | false} of the id
/// that was asked about. Further members are passed over.
std::optional<bool> read_reply(std::string_view body, const std::string& written);

}  // namespace tributary::optout
