// The tree of an expression. The parser builds it as the operators nest; the resolver turns it into
// what is evaluated: paths of steps with their predicates, and each % tied to the step it means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/expression/jsonata/regex.h"
#include "engine/expression/jsonata/signature.h"
#include "engine/expression/jsonata/token.h"
#include "engine/expression/jsonata/value.h"
#include "engine/json/arena.h"

namespace pawl::expression::jsonata {

// Names of variables are numbered, so that frames compare numbers.
using NameId = std::uint32_t;

enum class NodeType : std::uint8_t {
  // What only the parser makes.
  kDot,
  kPredicate,
  kGroupBy,
  kOrderBy,
  kFocus,
  kIndex,
  kKeyword,
  kEnd,
  // What both make.
  kPlaceholder,
  kBinary,
  kNegation,
  kArray,
  kObject,
  kName,
  kString,
  kNumber,
  kValue,
  kWildcard,
  kDescendant,
  kParent,
  kCondition,
  kBlock,
  kBind,
  kRegex,
  kFunction,
  kPartial,
  kLambda,
  kVariable,
  kApply,
  kTransform,
  // What only the resolver makes.
  kPath,
  kSort,
};

// Of what is put together from several tokens.
inline constexpr std::size_t kNoPosition = 0;

struct Node;

// Where a % points to: the variable that holds the parent, and how many steps are still to go up.
struct AncestorSlot {
  NameId label = 0;
  int level = 1;
};

struct SortTerm {
  Node* expression = nullptr;
  bool is_descending = false;
};

// What happens to the results of a step: a predicate keeps some, an index numbers them.
struct Stage {
  // nullptr: an index.
  Node* predicate = nullptr;
  NameId index = 0;
};

struct Pair {
  Node* key = nullptr;
  Node* value = nullptr;
};

// The {...} behind a step.
struct Group {
  std::vector<Pair> pairs;
  std::size_t position = 0;
};

struct Node {
  NodeType type = NodeType::kEnd;
  // The operator, where it is one.
  Symbol symbol = Symbol::kEnd;
  // How deep the tree below is, this node included.
  std::uint16_t depth = 1;
  // Followed by []: the result stays an array.
  bool keeps_array = false;
  // Of a path: one of its steps does.
  bool keeps_singleton = false;
  // An array that is written out as the first or last step of a path.
  bool is_cons = false;
  // The step, or the path, carries tuples: contexts with the variables bound on the way.
  bool is_tuple = false;
  // A call in tail position of a function's body.
  bool is_tail_call = false;
  // Bytes from the start of the expression to just behind the token.
  std::size_t position = 0;
  std::string_view text = {};
  Value value = {};
  NameId name = 0;
  // Operands: of an operator; condition, then, else; procedure or body; pattern, update, delete.
  Node* first = nullptr;
  Node* second = nullptr;
  Node* third = nullptr;
  // Steps of a path, expressions of a block or an array, arguments.
  std::vector<Node*> items;
  // Of a function's definition, by name.
  std::vector<NameId> parameters;
  std::vector<Pair> pairs;
  std::vector<SortTerm> terms;
  std::vector<Stage> predicates;
  std::vector<Stage> stages;
  std::optional<Group> group;
  std::optional<NameId> focus;
  std::optional<NameId> index;
  AncestorSlot* ancestor = nullptr;
  // The % inside that have not found their step yet.
  std::vector<AncestorSlot*> seeking;
  const Signature* signature = nullptr;
  const Regex* regex = nullptr;
};

// As JSONata calls the node in errors.
std::string_view NodeTypeName(const Node& node);

// Owns the nodes of one expression and what they point to.
class Tree final {
 public:
  Tree() = default;
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  Node* Make(NodeType type, std::size_t position);
  AncestorSlot* MakeSlot();
  const Signature* Keep(Signature signature);
  const Regex* Keep(Regex regex);
  NameId IdOf(std::string_view name);
  // nullopt: no variable of that name occurs.
  std::optional<NameId> FindId(std::string_view name) const;

  std::string_view NameOf(NameId id) const { return names_[id]; }

  std::size_t name_count() const { return names_.size(); }

  json::Arena& arena() { return arena_; }

  Node* root = nullptr;
  // A text of the expression has half a surrogate pair in it.
  bool has_lone_surrogate = false;

 private:
  json::Arena arena_;
  std::deque<Node> nodes_;
  std::deque<AncestorSlot> slots_;
  std::deque<Signature> signatures_;
  std::deque<Regex> regexes_;
  std::deque<std::string> names_;
  std::map<std::string_view, NameId> ids_;
};

}  // namespace pawl::expression::jsonata
