// plugins/consent/fhir/bundle.cpp: walks a Bundle without holding it.
#include "plugins/consent/fhir/bundle.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "plugins/consent/fhir/consent.hpp"

namespace tributary::fhir {
namespace {

using Kind = Value::Kind;

class Walk {
 public:
  Walk(Reader& reader, const Take& take) : reader_(reader), take_(take) {}

  Value run() {
    reader_.fresh_budget();
    reader_.expect('{');
    Value head(Kind::object, {});
    std::set<std::string> seen;
    if (!reader_.take_if('}')) {
      do {
        auto name = reader_.name();
        if (!seen.insert(name).second) reader_.fail("a name stands twice in one object");
        if (name == "entry" && reader_.next() == '[') {
          entries();
        } else {
          head.add(std::move(name), reader_.value());
        }
      } while (reader_.take_if(','));
      reader_.expect('}');
    }
    return judge(std::move(head));
  }

 private:
  void entries() {
    reader_.expect('[');
    if (reader_.take_if(']')) return;
    do {
      reader_.fresh_budget();
      entry(reader_.value());
    } while (reader_.take_if(','));
    reader_.expect(']');
    reader_.fresh_budget();
  }

  void entry(const Value& value) {
    if (!value.has("resource")) {
      ++empty_;
      return;
    }
    if (value.has("modifierExtension")) reader_.fail("a modifierExtension, which is not understood");
    const auto method = value.has("request") ? text_of(value["request"], "method") : "PUT";
    if (method != "PUT" && method != "POST") reader_.fail("an entry that is neither PUT nor POST");
    ++full_;
    tell(value["resource"], text_of(value, "fullUrl"));
  }

  void tell(const Value& resource, const std::string& full_url) {
    try {
      take_(resource, full_url);
    } catch (const Malformed& problem) {
      reader_.fail(problem.what());
    }
  }

  Value judge(Value head) {
    if (text_of(head, "resourceType") != "Bundle") {
      if (full_ > 0) reader_.fail("entries with resources in something that is no Bundle");
      tell(head, {});
      return {};
    }
    constexpr std::array<std::string_view, 5> types{"collection", "searchset", "transaction", "document", "message"};
    if (std::find(types.begin(), types.end(), text_of(head, "type")) == types.end()) {
      reader_.fail("a Bundle of another type than collection, searchset, transaction, document or message");
    }
    if (empty_ > 0) reader_.fail("a Bundle with an entry without a resource");
    if (head.has("modifierExtension") || head.has("implicitRules")) {
      reader_.fail("a Bundle with modifiers, which are not understood");
    }
    return head;
  }

  Reader& reader_;
  const Take& take_;
  std::size_t full_ = 0, empty_ = 0;
};

}  // namespace

Value read_resource(Bytes& bytes, const Take& take) {
  Reader reader(bytes);
  auto head = Walk(reader, take).run();
  if (reader.next() != -1) reader.fail("something stands behind the resource");
  return head;
}

void read_lines(Bytes& bytes, const Take& take) {
  Reader reader(bytes);
  while (reader.next() != -1) Walk(reader, take).run();
}

}  // namespace tributary::fhir
