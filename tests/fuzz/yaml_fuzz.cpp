// tests/fuzz/yaml_fuzz.cpp: any bytes as a configuration file.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "agent/port/yaml/yaml.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto node = tributary::yaml::parse({reinterpret_cast<const char*>(data), size}, "fuzz.yaml");
  return node.ok() && node->kind == tributary::yaml::Kind::map && node->find("a") == node->find("") ? 0 : 0;
}
