// agent/port/json/poco/json.cpp: reading JSON with Poco's event parser.
#include "agent/port/json/json.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Handler.h>
#include <Poco/JSON/Parser.h>

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
  void value(double number) override { add(Json(number)); }
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

// Nesting is counted before the parser recurses.
bool deeper_than(std::string_view text, std::size_t depth) {
  std::size_t level = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      if (++level > depth) return true;
    } else if ((c == '}' || c == ']') && level > 0) {
      --level;
    }
  }
  return false;
}

}  // namespace

Result<Json> parse(std::string_view text, std::size_t depth) {
  if (trim(text).empty()) return refusal("empty where JSON was expected");
  if (text.find('\0') != std::string_view::npos || !is_utf8(text)) return refusal("no JSON: the text is not UTF-8");
  const char first = trim(text).front();
  if (first != '{' && first != '[') return refusal("no JSON: neither an object nor a list");
  if (deeper_than(text, depth)) return refusal("JSON nested deeper than " + std::to_string(depth) + " levels");
  try {
    Poco::SharedPtr<Builder> builder(new Builder);
    Poco::JSON::Parser parser(builder);
    parser.parse(std::string(text));
    return builder->take();
  } catch (const Poco::Exception&) {
    // The parser's own words quote the text, which may hold what must not be repeated.
    return refusal("no JSON: the text breaks the grammar of RFC 8259");
  } catch (const Unfit& unfit) {
    return refusal("JSON: " + unfit.what);
  } catch (const std::exception&) {
    return refusal("no JSON: the text breaks the grammar of RFC 8259");
  }
}

}  // namespace tributary::json
