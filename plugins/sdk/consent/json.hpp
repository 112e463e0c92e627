// plugins/sdk/consent/json.hpp: JSON (RFC 8259), strictly, one value at a time, from bytes of any length.
//
// Refuses    a name that an object holds twice, a control character or NUL in a text, a lone surrogate, bytes that are
//            not UTF-8, text after the value: what two readers could read in two ways nobody's consent rests on.
// Bounds     depth, texts and the number and size of values between two calls of `fresh_budget`; whoever reads a long
//            list asks for its elements one by one and keeps what it needs of each.
// Failure    throws Malformed.
// Never      puts content of the document into an error: `what` names the line.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tributary::sdk::consent {

/// Not JSON, beyond the bounds, or not what FHIR allows there.
class Malformed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Value {
 public:
  enum class Kind : std::uint8_t { null, boolean, number, text, array, object };
  using Member = std::pair<std::string, Value>;

  Value() = default;
  Value(Kind kind, std::string text) : kind_(kind), text_(std::move(text)) {}

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is(Kind kind) const { return kind_ == kind; }
  /// The text, the number as it was written, `true` or `false`; empty for everything else.
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::vector<Value>& items() const { return items_; }
  [[nodiscard]] const std::vector<Member>& members() const { return members_; }
  /// The member, or null when there is none.
  [[nodiscard]] const Value& operator[](std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;

  void add(std::string name, Value value);
  void push(Value value) { items_.push_back(std::move(value)); }

 private:
  Kind kind_ = Kind::null;
  std::string text_;
  std::vector<Value> items_;
  std::vector<Member> members_;
};

/// A member that must be a text when it is there; empty when it is not. Throws Malformed.
std::string text_of(const Value& object, std::string_view name);
/// A member that must be a list when it is there. Throws Malformed.
const std::vector<Value>& list_of(const Value& object, std::string_view name);

/// Where bytes come from.
class Bytes {
 public:
  virtual ~Bytes() = default;
  /// Bytes read on, 0 at the end. Throws what its owner understands.
  virtual std::size_t read(char* into, std::size_t room) = 0;
};

class Memory final : public Bytes {
 public:
  explicit Memory(std::string_view text) : text_(text) {}
  std::size_t read(char* into, std::size_t room) override;

 private:
  std::string_view text_;
};

class Reader {
 public:
  static constexpr int most_depth = 64;
  static constexpr std::size_t most_text_bytes = 1U << 20;
  static constexpr std::size_t most_budget_bytes = 2U << 20;
  static constexpr std::size_t most_budget_values = 100000;

  explicit Reader(Bytes& bytes);
  /// The whole value that begins here.
  Value value() { return value(0); }
  /// True, and the character is taken, when it comes next behind blanks.
  bool take_if(char c);
  void expect(char c);
  /// A member's name with its colon.
  std::string name();
  /// What comes next behind blanks, not taken; -1 at the end.
  int next();
  void fresh_budget();
  [[noreturn]] void fail(const std::string& what) const;

 private:
  int peek();
  int take();
  void spend();
  Value value(int depth);
  Value object(int depth);
  Value array(int depth);
  Value number();
  Value word(std::string_view spelling, Value::Kind kind);
  std::string text();
  void escape(std::string& out);
  std::uint32_t four_digits();

  Bytes& bytes_;
  std::array<char, 65536> buffer_;
  std::size_t at_ = 0, filled_ = 0;
  std::uint64_t line_ = 1;
  std::size_t budget_bytes_ = 0, budget_values_ = 0;
};

}  // namespace tributary::sdk::consent
