// agent/port/json/poco/json.cpp: reading JSON with Poco's event parser.
#include "agent/port/json/json.hpp"

#include <Poco/JSON/Handler.h>
#include <Poco/JSON/Parser.h>

#include <charconv>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "agent/base/text.hpp"

namespace tributary::json {
namespace {

// Thrown inside the parser's callbacks and caught in `parse`.
struct Unfit {
  std::string what;
};

// Builds the tree from the parser's events.
class Builder final : public Poco::JSON::Handler {
 public:
  void reset() override { open_.clear(); }
  void startObject() override { push(Json::object()); }
  void endObject() override { close(); }
  void startArray() override { push(Json::array()); }
  void endArray() override { close(); }
  void key(const std::string& name) override {
    if (!open_.back().names.insert(name).second) throw Unfit{"a member stands twice"};
    open_.back().name = name;
  }
  void null() override { add(Json()); }
  void value(int number) override { add(Json(std::int64_t{number})); }
  void value(unsigned number) override { add(Json(std::int64_t{number})); }
#if defined(POCO_HAVE_INT64)
  void value(Poco::Int64 number) override { add(Json(std::int64_t{number})); }
  void value(Poco::UInt64 number) override {
    if (number > INT64_MAX) {
      add(Json(static_cast<double>(number)));
    } else {
      add(Json(static_cast<std::int64_t>(number)));
    }
  }
#endif
  void value(const std::string& text) override { add(Json(text)); }
  void value(double number) override {
    if (!std::isfinite(number)) throw Unfit{"a number beyond all measure"};
    add(Json(number));
  }
  void value(bool flag) override { add(Json(flag)); }

  Json take() { return std::move(root_); }

 private:
  struct Level {
    Json value;
    std::string name;
    std::set<std::string, std::less<>> names;
  };
  void push(Json container) { open_.push_back({std::move(container), {}, {}}); }
  void close() {
    Json done = std::move(open_.back().value);
    open_.pop_back();
    add(std::move(done));
  }
  void add(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().value.is_array()) {
      open_.back().value.push(std::move(value));
    } else {
      open_.back().value.add(open_.back().name, std::move(value));
    }
  }
  std::vector<Level> open_;
  Json root_;
};

// Looks over the text before the parser does, for what the parser does not look at: nesting (it recurses), zero
// characters in names (it ends them there) and whole numbers that no integer holds (they become fractions: `.0`).
class Scan {
 public:
  Scan(std::string_view text, std::size_t depth) : text_(text), depth_(depth) {}
  /// The text to parse, or why not.
  Result<std::string> run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        if (!pass_string()) return refusal("JSON: a zero character in a string");
      } else if (c == '-' || (c >= '0' && c <= '9')) {
        pass_number();
      } else {
        if ((c == '{' || c == '[') && ++level_ > depth_)
          return refusal("JSON nested deeper than " + std::to_string(depth_) + " levels");
        if ((c == '}' || c == ']') && level_ > 0) --level_;
        ++at_;
      }
    }
    out_.append(text_.substr(copied_));
    return std::move(out_);
  }

 private:
  bool pass_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] != '\\') continue;
      if (text_.substr(at_, 6) == "\\u0000") return false;
      ++at_;
    }
    ++at_;
    return true;
  }

  void pass_number() {
    const auto end = text_.find_first_not_of("+-.0123456789eE", at_);
    const auto word = text_.substr(at_, end == std::string_view::npos ? end : end - at_);
    at_ += word.size();
    std::int64_t value = 0;
    const auto [stop, problem] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (problem != std::errc::result_out_of_range || stop != word.data() + word.size()) return;
    out_.append(text_.substr(copied_, at_ - copied_)).append(".0");
    copied_ = at_;
  }

  std::string_view text_;
  std::size_t depth_, at_ = 0, copied_ = 0, level_ = 0;
  std::string out_;
};

}  // namespace

Result<Json> parse(std::string_view text, std::size_t depth) {
  if (trim(text).empty()) return refusal("empty where JSON was expected");
  if (text.find('\0') != std::string_view::npos || !is_utf8(text)) return refusal("no JSON: the text is not UTF-8");
  const char first = trim(text).front();
  if (first != '{' && first != '[') return refusal("no JSON: neither an object nor a list");
  auto scanned = Scan(text, depth).run();
  if (!scanned) return scanned.error();
  try {
    Poco::SharedPtr<Builder> builder(new Builder);
    Poco::JSON::Parser parser(builder);
    parser.parse(*scanned);
    return builder->take();
  } catch (const Unfit& unfit) {
    return refusal("JSON: " + unfit.what);
  } catch (const std::exception&) {
    // The parser's own words quote the text, which may hold what must not be repeated.
    return refusal("no JSON: the text breaks the grammar of RFC 8259");
  }
}

}  // namespace tributary::json
