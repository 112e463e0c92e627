// agent/port/yaml/yaml.hpp: YAML 1.2 documents as a tree that knows where everything stands.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"

namespace tributary::yaml {

struct Mark {
  int line = 0;    // 1-based
  int column = 0;  // 1-based
};

enum class Kind : unsigned char { null, scalar, sequence, map };

struct Node {
  Kind kind = Kind::null;
  Mark mark;
  std::string scalar;
  bool quoted = false;  // a quoted scalar is text, whatever it looks like
  std::vector<Node> items;
  struct Member;
  std::vector<Member> members;  // in file order; a key that stands twice is an error of `parse`
  [[nodiscard]] const Node* find(std::string_view key) const;
};

struct Node::Member {
  std::string key;
  Mark mark;
  Node value;
};

/// Failure: ask_operator with `FILE:LINE:COLUMN: what; hint`. Refuses text beyond 1 MiB or not UTF-8, aliases that
/// would blow the tree up beyond 100,000 nodes or 8 MiB, nesting beyond 100 levels, merge keys, foreign tags, a second
/// document. An empty text is null.
Result<Node> parse(std::string_view text, const std::string& file_name);

}  // namespace tributary::yaml
