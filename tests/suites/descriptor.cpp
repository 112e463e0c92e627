// tests/suites/descriptor.cpp: what every plugin's descriptor must hold.
#include <string>

#include "tests/suites/instance.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::suites {

void descriptor_must_hold(const tributary_descriptor* descriptor, tributary_kind kind) {
  LONGS_EQUAL(sizeof(tributary_descriptor), descriptor->size);
  LONGS_EQUAL(TRIBUTARY_ABI_MAJOR, descriptor->abi_major);
  LONGS_EQUAL(kind, descriptor->kind);
  CHECK_TRUE(descriptor->ops != nullptr && descriptor->keys != nullptr);
  for (const auto* text : {descriptor->name, descriptor->version, descriptor->summary}) CHECK_TRUE(*text != '\0');
  const std::string types = " string path url bool integer size duration list map ";
  for (const auto* key = descriptor->keys; key->name != nullptr; ++key) {
    CHECK_TRUE_TEXT(types.find(" " + std::string(key->type) + " ") != std::string::npos, key->name);
    CHECK_TRUE_TEXT(std::string(key->help).size() > 10, key->name);
  }
}

}  // namespace tributary::suites
