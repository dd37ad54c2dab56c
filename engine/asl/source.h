// SourceTree: a definition as it was written. JSON and YAML readers fill it; the compiler walks it.
// Every value knows its line and column, members keep their order, and a member that stands there
// twice is kept, so that all of this can be reported.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/json/arena.h"
#include "engine/json/value.h"

namespace pawl::asl {

// How deep a definition may nest, each array and each object counting.
inline constexpr std::size_t kDefinitionDepthMax = 128;

// A place in the source text, from 1; columns count bytes.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;

  auto operator<=>(const Position&) const = default;
};

struct SourceNode;

struct SourceMember {
  std::string_view name;
  Position position;
  const SourceNode* value = nullptr;
};

struct SourceNode {
  json::Type type = json::Type::kNull;
  bool boolean = false;
  Position position;
  // A string's characters, or a number's JSON text.
  std::string_view text;
  // A tag of YAML such as "!Ref", where the reader takes them (TagRule); else empty.
  std::string_view tag;
  std::vector<const SourceNode*> items;
  std::vector<SourceMember> members;

  bool is(json::Type other) const { return type == other; }

  // The first member of that name; nullptr if there is none.
  const SourceMember* Find(std::string_view name) const;
  const SourceNode* FindValue(std::string_view name) const;
};

// Owns the nodes. A YAML alias makes two parents share one node: the tree may be a directed acyclic
// graph, whose expansion the YAML reader bounds.
class SourceTree {
 public:
  SourceTree() = default;
  SourceTree(const SourceTree&) = delete;
  SourceTree& operator=(const SourceTree&) = delete;

  SourceNode* NewNode(json::Type type, Position position);

  // Text that does not stand in the source as it is.
  std::string_view Keep(std::string_view text) { return text_.Copy(text); }

  const SourceNode* root() const { return root_; }

  void set_root(const SourceNode* root) { root_ = root; }

 private:
  std::deque<SourceNode> nodes_;
  json::Arena text_;
  const SourceNode* root_ = nullptr;
};

// A node together with the way to it. Lives on the stack of the walk; a parent outlives its
// children's places.
struct Place {
  const SourceNode* node = nullptr;
  const Place* parent = nullptr;
  // The last step of the way: a member's name, or an item's index where `is_item`.
  std::string_view name;
  std::size_t index = 0;
  bool is_item = false;
  // Where the name of the member stands; of an item and the root, the value's position.
  Position name_position;

  static Place Root(const SourceNode& node);
  Place Member(const SourceMember& member) const;
  Place Item(std::size_t item_index) const;

  // RFC 6901.
  std::string Pointer() const;

  // Where a reader looks first: a plain value itself, an object or array at the name it stands
  // under (in YAML it may begin a line later).
  Position position() const;
};

// Converts a subtree; its strings point into the tree.
json::Value ToValue(const SourceNode& node, json::Arena& arena);

// "an object", "the string 'abc'", "the number 12": for messages. Cut to a readable length.
std::string Describe(const SourceNode& node);

// `text` in quotes, cut to a readable length at a character's boundary.
std::string Quote(std::string_view text);

}  // namespace pawl::asl
