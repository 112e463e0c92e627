// agent/status/html.hpp: text on its way into HTML, and fields on their way out of a URL or a form.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace tributary::status {

/// Fit for the content of an element and for the value of an attribute in double quotes, whatever it holds; control
/// characters and broken UTF-8 are shown as `\xHH`.
std::string escaped(std::string_view text);

/// Names with their values, decoded (application/x-www-form-urlencoded, URL Standard section 5.1). The first of a name
/// counts.
std::map<std::string, std::string> fields_of(std::string_view encoded);

}  // namespace tributary::status
