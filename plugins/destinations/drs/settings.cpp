// plugins/destinations/drs/settings.cpp: the key table and its reading.
#include "plugins/destinations/drs/settings.hpp"

#include <algorithm>
#include <initializer_list>

#include "plugins/sdk/text.hpp"

namespace tributary::drs {
namespace {

constexpr tributary_key key_table[] = {
    {"url", "url", nullptr, "base URL of the repository, e.g. https://drs.example.org/ga4gh/drs/v1"},
    {"upload_method", "string", "s3", "how objects travel: s3 | https"},
    {"https_verb", "string", "put", "how a presigned URL takes an object: put | post | form (upload_method https)"},
    {"s3_endpoint", "url", "", "object store to use when the repository's upload details name no endpoint"},
    {"s3_region", "string", "us-east-1", "region to sign for when the repository's upload details name none"},
    {"content_md5", "bool", "false",
     "true: send the header Content-MD5 from the first body on; a store that asks for it gets it anyway"},
    {"part_size", "size", "67108864",
     "part of an upload; less on a line that takes over a minute for it, more where max_parts would not do"},
    {"max_parts", "integer", "1000", "most parts of one object that the object store takes"},
    {"controlled_access", "list", "",
     "visa values (URLs) that a reader needs; without them a repository treats objects as open access"},
    {"request_fields", "string", "auto",
     "spelling of the wished method in upload requests: auto | upload_methods | upload_method_types"},
    {nullptr, nullptr, nullptr, nullptr},
};

std::string choice(const sdk::Host& host, const char* key, std::initializer_list<std::string_view> allowed) {
  const auto value = host.setting(key);
  if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return value;
  std::string words;
  for (const auto word : allowed) words += (words.empty() ? "" : ", ") + std::string(word);
  throw sdk::Broken(std::string(key) + ": '" + sdk::excerpt(value, 40) + "' is not known", "set it to one of " + words);
}

std::uint64_t number(const sdk::Host& host, const char* key, std::uint64_t least, std::uint64_t most) {
  const auto value = sdk::parse_number(host.setting(key));
  if (value && *value >= least && *value <= most) return *value;
  throw sdk::Broken(std::string(key) + ": must be from " + std::to_string(least) + " to " + std::to_string(most) +
                        ", not '" + sdk::excerpt(host.setting(key), 40) + "'",
                    "correct it in the configuration");
}

}  // namespace

const tributary_key* keys() { return key_table; }

Settings read_settings(const sdk::Host& host) {
  Settings settings;
  settings.url = sdk::without_slash(host.setting("url"));
  settings.upload_method = choice(host, "upload_method", {"s3", "https"});
  settings.https_verb = choice(host, "https_verb", {"put", "post", "form"});
  settings.s3_endpoint = sdk::without_slash(host.setting("s3_endpoint"));
  settings.s3_region = host.setting("s3_region");
  settings.content_md5 = host.flag("content_md5");
  static_cast<void>(number(host, "part_size", smallest_part_bytes, largest_part_bytes));  // the host plans by it
  settings.max_parts = static_cast<std::uint32_t>(number(host, "max_parts", 1, 10000));
  settings.controlled_access = host.list("controlled_access");
  const auto spelling = choice(host, "request_fields", {"auto", "upload_methods", "upload_method_types"});
  if (spelling == "upload_methods") settings.spelling = Spelling::upload_methods;
  if (spelling == "upload_method_types") settings.spelling = Spelling::upload_method_types;
  return settings;
}

}  // namespace tributary::drs
