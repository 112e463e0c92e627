// tests/fuzz/journal_copy_fuzz.cpp: any bytes as the copy of a journal: as they are, and as rows of a line that is
// whole.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "agent/journal/copy.hpp"
#include "agent/journal/migrations.hpp"
#include "agent/port/json/json.hpp"

namespace {

using namespace tributary;  // NOLINT: a program of one page

struct Place {
  Place() {
    char folder[] = "/tmp/tributary-fuzz-XXXXXX";
    if (::mkdtemp(folder) == nullptr) std::abort();
    auto made = store::Database::open(std::string(folder) + "/journal.db", journal::migrations());
    auto opened = store::Tail::open(std::string(folder) + "/journal.copy");
    if (!made || !opened) std::abort();
    database = std::move(*made);
    tail = std::move(*opened);
  }
  std::unique_ptr<store::Database> database;
  std::unique_ptr<store::Tail> tail;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Place place;
  const Secret<32> key{Bytes(32)};
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  std::string text = bytes;
  if (auto rows = json::parse(bytes, 8)) text = journal::make_line(key, {}, *rows).text + bytes;
  if (!place.tail->put(0, text)) return 0;
  auto transaction = store::Transaction::begin(*place.database);
  if (!transaction) return 0;
  static_cast<void>(journal::read_lines(*place.tail, key, {}, [](const Json& rows) -> Status {
                      for (const auto& entry : rows.items()) {
                        if (auto put = journal::put_row(*place.database, entry); !put) return put.error();
                      }
                      return {};
                    }).ok());
  return 0;  // the transaction ends without effect
}
