// agent/port/scan/vectorscan/matcher.cpp: many literals at once, with vectorscan (or Hyperscan: the same interface).
#include <hs.h>

#include <exception>
#include <limits>

#include "agent/port/scan/scan.hpp"

namespace tributary::scan {
namespace {

struct FreeDatabase {
  void operator()(hs_database_t* database) const noexcept { (void)hs_free_database(database); }
};
struct FreeScratch {
  void operator()(hs_scratch_t* scratch) const noexcept { (void)hs_free_scratch(scratch); }
};
using Database = std::unique_ptr<hs_database_t, FreeDatabase>;

class LibraryScratch final : public Matcher::Scratch {
 public:
  explicit LibraryScratch(hs_scratch_t* scratch) : scratch_(scratch) {}
  [[nodiscard]] hs_scratch_t* get() const { return scratch_.get(); }

 private:
  std::unique_ptr<hs_scratch_t, FreeScratch> scratch_;
};

/// One scan; the library calls `on_match`, which must not throw through it.
struct Visit {
  const std::function<bool(std::uint32_t, std::size_t)>& hit;
  std::exception_ptr thrown;

  static int on_match(unsigned id, unsigned long long /*from*/, unsigned long long to, unsigned /*flags*/,
                      void* context) noexcept {
    auto& visit = *static_cast<Visit*>(context);
    try {
      return visit.hit(id, static_cast<std::size_t>(to)) ? 0 : 1;
    } catch (...) {
      visit.thrown = std::current_exception();  // thrown again behind the library
      return 1;
    }
  }
};

class LibraryMatcher final : public Matcher {
 public:
  explicit LibraryMatcher(Database database) : database_(std::move(database)) {}

  [[nodiscard]] Result<std::unique_ptr<Scratch>> scratch() const override {
    hs_scratch_t* made = nullptr;
    if (database_ != nullptr && hs_alloc_scratch(database_.get(), &made) != HS_SUCCESS) {
      return wait_error("scan: no memory for the search");
    }
    return std::unique_ptr<Scratch>(std::make_unique<LibraryScratch>(made));
  }

  [[nodiscard]] Status scan(ByteView block, Scratch& scratch,
                            const std::function<bool(std::uint32_t, std::size_t)>& hit) const override {
    if (database_ == nullptr || block.empty()) return {};
    if (block.size() > std::numeric_limits<unsigned>::max()) {
      return refusal("scan: a block of " + std::to_string(block.size()) + " bytes, at most 4 GiB can be searched");
    }
    Visit visit{hit, nullptr};
    const auto rc =
        hs_scan(database_.get(), reinterpret_cast<const char*>(block.data()), static_cast<unsigned>(block.size()), 0,
                static_cast<LibraryScratch&>(scratch).get(), Visit::on_match, &visit);
    if (visit.thrown) std::rethrow_exception(visit.thrown);
    if (rc == HS_SUCCESS || rc == HS_SCAN_TERMINATED) return {};
    return operator_error("scan: the library stopped with code " + std::to_string(rc));
  }

 private:
  Database database_;  // none: no literals, no hits
};

}  // namespace

Result<std::shared_ptr<const Matcher>> Matcher::compile(const std::vector<Literal>& literals) {
  if (literals.empty()) return std::shared_ptr<const Matcher>(std::make_shared<LibraryMatcher>(nullptr));
  if (hs_valid_platform() != HS_SUCCESS) {
    return operator_error("scan: the search library does not support this processor",
                          "x86-64 needs SSSE3 (SSE4.2 for vectorscan), ARM64 needs NEON");
  }
  std::vector<const char*> bytes;
  std::vector<std::size_t> sizes;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
  for (const Literal& literal : literals) {
    if (literal.bytes.empty()) return refusal("scan: an empty literal");
    bytes.push_back(literal.bytes.data());
    sizes.push_back(literal.bytes.size());
    flags.push_back(literal.any_case ? HS_FLAG_CASELESS : 0U);
    ids.push_back(literal.id);
  }
  hs_database_t* made = nullptr;
  hs_compile_error_t* problem = nullptr;
  const auto rc = hs_compile_lit_multi(bytes.data(), flags.data(), ids.data(), sizes.data(),
                                       static_cast<unsigned>(literals.size()), HS_MODE_BLOCK, nullptr, &made, &problem);
  if (rc != HS_SUCCESS) {
    // The library's own message may quote a literal: it is not passed on.
    (void)hs_free_compile_error(problem);
    return operator_error("scan: " + std::to_string(literals.size()) + " literals could not be compiled (code " +
                              std::to_string(rc) + ")",
                          "shorten the list of identifiers; 100,000 are too many");
  }
  return std::shared_ptr<const Matcher>(std::make_shared<LibraryMatcher>(Database(made)));
}

}  // namespace tributary::scan
