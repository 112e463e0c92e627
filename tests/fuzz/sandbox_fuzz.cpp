// tests/fuzz/sandbox_fuzz.cpp: everything that the sandbox reads of strangers: forms, part lists, queries, tickets,
// faults.
#include <cstddef>
#include <cstdint>

#include "agent/base/bytes.hpp"
#include "agent/base/secret.hpp"
#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/form.hpp"
#include "tests/sandbox/leave.hpp"
#include "tests/sandbox/query.hpp"
#include "tests/sandbox/xml.hpp"

namespace {

using tributary::ByteView;

/// The first byte says how long the pieces are in which the body comes.
void read_form(ByteView input) {
  class Pieces final : public tributary::stream::Source {
   public:
    Pieces(ByteView bytes, std::size_t piece) : whole_(bytes), piece_(piece) {}
    tributary::Result<std::size_t> read(tributary::MutableByteView into) override {
      return whole_.read(into.first(into.size() < piece_ ? into.size() : piece_));
    }

   private:
    tributary::stream::ViewSource whole_;
    std::size_t piece_;
  };
  if (input.empty()) return;
  Pieces pieces(input.subspan(1), input[0] + 1U);
  const auto form = tributary::sandbox::FormFile::open(pieces, "multipart/form-data; boundary=b");
  if (!form) return;
  tributary::Bytes out;
  tributary::stream::BufferSink sink(out, 1U << 20);
  static_cast<void>(tributary::stream::copy(**form, sink).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  const auto text = tributary::text(input);
  read_form(input);
  static_cast<void>(tributary::sandbox::read_complete_request(text));
  const tributary::sandbox::Query query(text);
  static_cast<void>(query.get("uploadId"));
  static_cast<void>(tributary::sandbox::read_ticket(text, tributary::Secret<32>()));
  tributary::sandbox::Faults faults(1);
  static_cast<void>(faults.add(text).ok());
  return 0;
}
