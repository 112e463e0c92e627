// plugins/consent/optout/reply.cpp: JSON that nobody can read in two ways.
#include "plugins/consent/optout/reply.hpp"

#include "plugins/sdk/consent/json.hpp"

namespace tributary::optout {

std::optional<bool> read_reply(std::string_view body, const std::string& written) {
  using sdk::consent::Value;
  try {
    sdk::consent::Memory bytes(body);
    sdk::consent::Reader reader(bytes);
    const auto answer = reader.value();
    if (reader.next() != -1 || !answer.is(Value::Kind::object)) return std::nullopt;
    const auto& listed = answer["opted_out"];
    if (sdk::consent::text_of(answer, "id") != written || !listed.is(Value::Kind::boolean)) return std::nullopt;
    return listed.text() == "true";
  } catch (const sdk::consent::Malformed&) {  // its words could hold foreign text
    return std::nullopt;
  }
}

}  // namespace tributary::optout
