// tests/fuzz/subject_csv_fuzz.cpp: any bytes as a subject table; every sample that is indexed must be found again,
// and of rows as forms of consent none but active ones permits.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "plugins/consent/csv/form.hpp"
#include "plugins/consent/csv/index.hpp"
#include "plugins/consent/csv/words.hpp"

namespace {

using namespace tributary::csv;  // NOLINT: a fuzz target of this namespace

class Memory final : public Bytes {
 public:
  Memory(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  std::size_t read(std::uint64_t offset, char* into, std::size_t room) override {
    if (offset >= size_) return 0;
    const auto n = std::min<std::size_t>(room, size_ - offset);
    std::memcpy(into, data_ + offset, n);
    return n;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

void find_again(Bytes& bytes, const Index& index) {
  Reader reader(bytes);
  Row row;
  reader.next(row);
  const auto wanted = std::find_if(row.fields.begin(), row.fields.end(),
                                   [](const std::string& name) { return heading(name) == "sample_id"; });
  const auto at = static_cast<std::size_t>(wanted - row.fields.begin());
  for (int i = 0; i < 20 && reader.next(row); ++i) {
    const auto sample = trimmed(row.fields[at]);
    if (!sample.empty() && index.rows_of_sample(bytes, sample).empty()) std::abort();
  }
}

void read_forms(Bytes& bytes, const Index& index) {
  static const std::vector<tributary::sdk::consent::Programme> programmes{tributary::sdk::consent::read_programme(
      "programme: fuzz\npacks:\n  - valid_from: 2000-01-01\n    grants:\n      - { codes: [HMB], terms: HMB }\n")};
  index.each(bytes, [](const Entry& row) {
    for (const auto& statement : form_of(row, programmes).statements) {
      if (statement.permits && heading(row[consent_status]) != "active") std::abort();
    }
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The first byte chooses whether a good header stands in front.
  static const std::string header =
      "sample_id,subject_id,consent_id,consent_status,permissions,valid_from,valid_until\n";
  if (size == 0) return 0;
  std::string text((data[0] & 1U) != 0 ? header : std::string());
  text.append(reinterpret_cast<const char*>(data) + 1, size - 1);
  Memory bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  try {
    const Index index(bytes);
    find_again(bytes, index);
    read_forms(bytes, index);
  } catch (const Malformed&) {
    return 0;
  }
  return 0;
}
