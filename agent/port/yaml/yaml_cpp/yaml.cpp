// agent/port/yaml/yaml_cpp/yaml.cpp: builds the tree from yaml-cpp's events, with every bound checked on the way.
//
// Events, not YAML::Node: they carry anchors and marks, and an exception of ours ends the parser's recursion at the
// depth we allow (yaml-cpp itself stops at 500 levels only).
#include "agent/port/yaml/yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <exception>
#include <istream>
#include <map>
#include <streambuf>

#include "agent/base/text.hpp"

namespace tributary::yaml {
namespace {

constexpr std::size_t max_text_bytes = 1U << 20;
constexpr std::size_t max_nodes = 100000;
constexpr std::size_t max_scalar_bytes = 8U << 20;  // all scalars of the tree, copies through aliases among them
constexpr std::size_t max_depth = 100;

struct Problem {
  Mark mark;
  std::string what, hint;
};

Mark mark_of(const YAML::Mark& mark) { return mark.is_null() ? Mark{1, 1} : Mark{mark.line + 1, mark.column + 1}; }

std::string place_of(const Mark& mark) {
  return "line " + std::to_string(mark.line) + ", column " + std::to_string(mark.column);
}

struct Weight {
  std::size_t nodes = 0, bytes = 0;
};

Weight weigh(const Node& node) {
  Weight sum{1, node.scalar.size()};
  const auto add = [&sum](const Weight& part) {
    sum.nodes += part.nodes;
    sum.bytes += part.bytes;
  };
  for (const auto& item : node.items) add(weigh(item));
  for (const auto& member : node.members) {
    add(weigh(member.value));
    sum.bytes += member.key.size();
  }
  return sum;
}

std::size_t depth_of(const Node& node) {
  std::size_t deepest = 0;
  for (const auto& item : node.items) deepest = std::max(deepest, depth_of(item));
  for (const auto& member : node.members) deepest = std::max(deepest, depth_of(member.value));
  return deepest + 1;
}

class Builder final : public YAML::EventHandler {
 public:
  Node take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override { root_.mark = mark_of(mark); }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.mark = mark_of(mark);
    place(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto at = mark_of(mark);
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) {
      throw Problem{at, "an alias inside of the node it stands for", "write the value out"};
    }
    if (open_.size() + depth_of(known->second) > max_depth) throw too_deep(at);
    charge(weigh(known->second), at);
    put(known->second, at);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node;
    node.kind = Kind::scalar;
    node.mark = mark_of(mark);
    node.scalar = value;
    node.quoted = tag != "?";
    if (tag != "?" && tag != "!" && tag != "tag:yaml.org,2002:str") throw foreign_tag(node.mark, tag);
    place(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    if (tag != "?" && tag != "!" && tag != "tag:yaml.org,2002:seq") throw foreign_tag(mark_of(mark), tag);
    open(Kind::sequence, mark_of(mark), anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    if (tag != "?" && tag != "!" && tag != "tag:yaml.org,2002:map") throw foreign_tag(mark_of(mark), tag);
    open(Kind::map, mark_of(mark), anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  // A sequence or map that has begun; `key` waits for its value.
  struct Open {
    Node node;
    YAML::anchor_t anchor = 0;
    bool has_key = false;
    Node::Member next;
    std::map<std::string, Mark, std::less<>> keys;
  };

  static Problem foreign_tag(const Mark& mark, const std::string& tag) {
    return Problem{mark, "the tag '" + printable(tag) + "' is not known here", "write the value without a tag"};
  }
  static Problem too_deep(const Mark& mark) {
    return Problem{mark, "nested deeper than " + std::to_string(max_depth) + " levels", "make it flatter"};
  }

  void charge(const Weight& weight, const Mark& mark) {
    nodes_ += weight.nodes;
    bytes_ += weight.bytes;
    if (nodes_ > max_nodes) {
      throw Problem{mark, "more than " + std::to_string(max_nodes) + " values", "use fewer aliases or shorter lists"};
    }
    if (bytes_ > max_scalar_bytes) {
      throw Problem{mark, "more than " + std::to_string(max_scalar_bytes) + " bytes of values", "use fewer aliases"};
    }
  }

  void open(Kind kind, const Mark& mark, YAML::anchor_t anchor) {
    if (open_.size() >= max_depth) throw too_deep(mark);
    if (expects_key()) throw Problem{mark, "a list or a map as a key", "write a plain word as the key"};
    Open next;
    next.node.kind = kind;
    next.node.mark = mark;
    next.anchor = anchor;
    charge({1, 0}, mark);
    open_.push_back(std::move(next));
  }

  void close() {
    auto done = std::move(open_.back());
    open_.pop_back();
    remember(done.node, done.anchor);
    const auto mark = done.node.mark;
    put(std::move(done.node), mark);
  }

  void place(Node node, YAML::anchor_t anchor) {
    charge({1, node.scalar.size()}, node.mark);
    remember(node, anchor);
    const auto mark = node.mark;
    put(std::move(node), mark);
  }

  void remember(const Node& node, YAML::anchor_t anchor) {
    if (anchor == 0) return;
    charge(weigh(node), node.mark);
    anchors_[anchor] = node;
  }

  [[nodiscard]] bool expects_key() const {
    return !open_.empty() && open_.back().node.kind == Kind::map && !open_.back().has_key;
  }

  void put(Node node, const Mark& mark) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    auto& into = open_.back();
    if (into.node.kind == Kind::sequence) {
      into.node.items.push_back(std::move(node));
    } else if (into.has_key) {
      into.next.value = std::move(node);
      into.node.members.push_back(std::move(into.next));
      into.next = {};
      into.has_key = false;
    } else {
      take_key(into, node, mark);
    }
  }

  static void take_key(Open& into, const Node& node, const Mark& mark) {
    if (node.kind != Kind::scalar) throw Problem{mark, "a key that is no word", "write a plain word as the key"};
    if (node.scalar == "<<" && !node.quoted) {
      throw Problem{mark, "merge keys (<<) are not supported", "write the keys out, or use an alias for a whole value"};
    }
    const auto [first, is_new] = into.keys.emplace(node.scalar, mark);
    if (!is_new) {
      throw Problem{mark, "the key '" + printable(node.scalar) + "' stands twice, first at " + place_of(first->second),
                    "keep one of them"};
    }
    into.next.key = node.scalar;
    into.next.mark = mark;
    into.has_key = true;
  }

  Node root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Node> anchors_;
  std::size_t nodes_ = 0, bytes_ = 0;
};

// Lets yaml-cpp read the text where it lies.
class TextBuffer final : public std::streambuf {
 public:
  explicit TextBuffer(std::string_view text) {
    auto* first = const_cast<char*>(text.data());  // a get area is never written to
    setg(first, first, first + text.size());
  }
};

// yaml-cpp guesses UTF-16 and UTF-32 from the first bytes, and takes control characters: say no to both first.
void look_at_bytes(std::string_view text) {
  if (text.size() > max_text_bytes) {
    throw Problem{{1, 1},
                  std::to_string(text.size()) + " bytes, of at most " + std::to_string(max_text_bytes),
                  "a configuration is not that large: is this the right file?"};
  }
  if (!is_utf8(text)) throw Problem{{1, 1}, "not UTF-8", "save the file as UTF-8"};
  Mark mark{1, 1};
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20 && c != '\n' && c != '\r' && c != '\t') {
      throw Problem{mark, "the control character " + printable(std::string_view(&c, 1)), "remove it"};
    }
    mark = c == '\n' ? Mark{mark.line + 1, 1} : Mark{mark.line, mark.column + 1};
  }
}

Node build(std::string_view text) {
  look_at_bytes(text);
  TextBuffer buffer(text);
  std::istream stream(&buffer);
  YAML::Parser parser(stream);
  Builder builder;
  if (!parser.HandleNextDocument(builder)) {
    Node nothing;
    nothing.mark = {1, 1};
    return nothing;
  }
  Builder second;
  if (parser.HandleNextDocument(second)) {
    throw Problem{second.take().mark, "a second document", "one file holds one document: remove the line '---'"};
  }
  return builder.take();
}

Error error_of(const std::string& file_name, const Problem& problem) {
  return operator_error(file_name + ":" + std::to_string(problem.mark.line) + ":" +
                            std::to_string(problem.mark.column) + ": " + problem.what,
                        problem.hint);
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (const auto& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

Result<Node> parse(std::string_view text, const std::string& file_name) {
  try {
    return build(text);
  } catch (const Problem& problem) {
    return error_of(file_name, problem);
  } catch (const YAML::Exception& problem) {
    return error_of(file_name, {mark_of(problem.mark), "not YAML: " + printable(problem.msg), "mend the syntax there"});
  } catch (const std::exception& problem) {
    return error_of(file_name, {{1, 1}, std::string("can not be read: ") + problem.what(), ""});
  }
}

}  // namespace tributary::yaml
