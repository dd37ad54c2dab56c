#include "engine/expression/jsonata/resolver.h"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/expression/jsonata/ancestry.h"
#include "engine/json/number.h"

namespace pawl::expression::jsonata {
namespace {

// Errors travel as nullptr; the first one is kept. The recursion is as deep as the tree, which the
// parser has bounded.
class Resolver final {
 public:
  explicit Resolver(Tree& tree) : tree_(tree) {}

  std::optional<Error> Run(Node* syntax) {
    Node* const root = Process(syntax);
    if (root == nullptr) return error_;
    if (root->type == NodeType::kParent || !root->seeking.empty()) {
      Error error{.code = "S0217", .token = ErrorText{std::string(NodeTypeName(*root))}};
      if (root->type != NodeType::kParent && root->position != kNoPosition) {
        error.position = root->position;
      }
      return error;
    }
    tree_.root = root;
    return std::nullopt;
  }

 private:
  std::nullptr_t Fail(std::string_view code,
                      std::optional<std::size_t> position,
                      std::optional<ErrorText> token = std::nullopt) {
    error_ = Error{.code = code, .token = std::move(token), .position = position};
    return nullptr;
  }

  Node* Process(Node* node) {
    const bool keeps_array = node->keeps_array;
    Node* const result = ProcessKind(node);
    if (result != nullptr && keeps_array) result->keeps_array = true;
    return result;
  }

  Node* ProcessKind(Node* node) {
    switch (node->type) {
      case NodeType::kDot:
        return Dot(node);
      case NodeType::kPredicate:
        return Predicate(node);
      case NodeType::kGroupBy:
        return GroupBy(node);
      case NodeType::kOrderBy:
        return OrderBy(node);
      case NodeType::kFocus:
        return Focus(node);
      case NodeType::kIndex:
        return Index(node);
      case NodeType::kKeyword:
        node->type = NodeType::kName;
        return PathOf(node);
      case NodeType::kName:
        return PathOf(node);
      case NodeType::kEnd:
        return Fail("S0207", node->position, ErrorText{std::string(SymbolText(Symbol::kEnd))});
      case NodeType::kParent:
        node->ancestor = tree_.MakeSlot();
        return node;
      case NodeType::kNegation:
        return Negation(node);
      case NodeType::kObject:
        return ProcessPairs(*node, node->pairs) ? node : nullptr;
      case NodeType::kArray:
        return ProcessItems(*node) ? node : nullptr;
      case NodeType::kBlock:
        return Block(node);
      case NodeType::kFunction:
      case NodeType::kPartial:
        if (!ProcessItems(*node)) return nullptr;
        node->first = Process(node->first);
        return node->first == nullptr ? nullptr : node;
      case NodeType::kLambda:
        node->first = Process(node->first);
        if (node->first == nullptr) return nullptr;
        MarkTailCalls(node->first);
        return node;
      case NodeType::kBinary:
      case NodeType::kCondition:
        return ProcessOperands(node, /*takes_over=*/true);
      case NodeType::kApply:
        if (Plain(node) == nullptr) return nullptr;
        node->keeps_array = node->first->keeps_array || node->second->keeps_array;
        return node;
      case NodeType::kBind:
      case NodeType::kTransform:
        return Plain(node);
      default:
        return node;
    }
  }

  bool ProcessPart(Node*& part, Node& whole, bool takes_over) {
    if (part == nullptr) return true;
    part = Process(part);
    if (part == nullptr) return false;
    if (takes_over) TakeOverAncestry(whole, *part);
    return true;
  }

  Node* ProcessOperands(Node* node, bool takes_over) {
    const bool done = ProcessPart(node->first, *node, takes_over) &&
                      ProcessPart(node->second, *node, takes_over) &&
                      ProcessPart(node->third, *node, takes_over);
    return done ? node : nullptr;
  }

  // The parts have contexts of their own; only what is assigned can look out for a parent.
  Node* Plain(Node* node) {
    if (ProcessOperands(node, /*takes_over=*/false) == nullptr) return nullptr;
    if (node->type == NodeType::kBind) TakeOverAncestry(*node, *node->second);
    return node;
  }

  bool ProcessItems(Node& node) {
    return std::all_of(node.items.begin(), node.items.end(), [this, &node](Node*& item) {
      return ProcessPart(item, node, /*takes_over=*/true);
    });
  }

  bool ProcessPairs(Node& node, std::vector<Pair>& pairs) {
    return std::all_of(pairs.begin(), pairs.end(), [this, &node](Pair& pair) {
      return ProcessPart(pair.key, node, /*takes_over=*/true) &&
             ProcessPart(pair.value, node, /*takes_over=*/true);
    });
  }

  Node* PathOf(Node* step) {
    Node* const path = tree_.Make(NodeType::kPath, kNoPosition);
    path->items.push_back(step);
    path->keeps_singleton = step->keeps_array;
    return path;
  }

  // What predicates behind a.b apply to: its last step.
  static Node& LastStep(Node& node) {
    return node.type == NodeType::kPath ? *node.items.back() : node;
  }

  // a.b
  Node* Dot(Node* node) {
    Node* const left = Process(node->first);
    if (left == nullptr) return nullptr;
    Node* path = left;
    if (left->type != NodeType::kPath) {
      path = tree_.Make(NodeType::kPath, kNoPosition);
      path->items.push_back(left);
      if (left->type == NodeType::kParent) path->seeking = {left->ancestor};
    }
    Node* const right = Process(node->second);
    if (right == nullptr) return nullptr;
    if (right->type == NodeType::kPath) {
      path->items.insert(path->items.end(), right->items.begin(), right->items.end());
    } else {
      std::swap(right->stages, right->predicates);
      path->items.push_back(right);
    }
    return FinishPath(path);
  }

  Node* FinishPath(Node* path) {
    for (Node* const step : path->items) {
      if (step->type == NodeType::kNumber || step->type == NodeType::kValue) {
        return LiteralStep(*step);
      }
      // Strings in a path are names.
      if (step->type == NodeType::kString) step->type = NodeType::kName;
      if (step->keeps_array) path->keeps_singleton = true;
    }
    for (Node* const step : {path->items.front(), path->items.back()}) {
      if (step->type == NodeType::kArray) step->is_cons = true;
    }
    return ResolveAncestry(*path, error_) ? path : nullptr;
  }

  Node* LiteralStep(const Node& step) {
    ErrorText text{std::string(step.text), false};
    if (step.type == NodeType::kNumber) text.text = json::NumberFromDouble(step.value.number());
    Fail("S0213", step.position);
    error_.value = text.text;
    return nullptr;
  }

  // a[b]
  Node* Predicate(Node* node) {
    Node* const result = Process(node->first);
    if (result == nullptr) return nullptr;
    Node& step = LastStep(*result);
    if (step.group) return Fail("S0209", node->position);
    Node* const predicate = Process(node->second);
    if (predicate == nullptr) return nullptr;
    for (AncestorSlot* const slot : predicate->seeking) {
      if (slot->level != 1) {
        --slot->level;
      } else if (!SeekParent(step, *slot, error_)) {
        return nullptr;
      }
    }
    if (!predicate->seeking.empty()) TakeOverAncestry(step, *predicate);
    std::vector<Stage>& stages = result->type == NodeType::kPath ? step.stages : step.predicates;
    stages.push_back({.predicate = predicate});
    return result;
  }

  // a{b: c}
  Node* GroupBy(Node* node) {
    Node* const result = Process(node->first);
    if (result == nullptr) return nullptr;
    if (result->group) return Fail("S0210", node->position);
    for (Pair& pair : node->pairs) {
      pair.key = Process(pair.key);
      if (pair.key == nullptr) return nullptr;
      pair.value = Process(pair.value);
      if (pair.value == nullptr) return nullptr;
    }
    result->group = Group{.pairs = std::move(node->pairs), .position = node->position};
    return result;
  }

  // a^(b)
  Node* OrderBy(Node* node) {
    Node* result = Process(node->first);
    if (result == nullptr) return nullptr;
    if (result->type != NodeType::kPath) {
      Node* const path = tree_.Make(NodeType::kPath, kNoPosition);
      path->items.push_back(result);
      result = path;
    }
    Node* const sort = tree_.Make(NodeType::kSort, node->position);
    for (const SortTerm& term : node->terms) {
      Node* const expression = Process(term.expression);
      if (expression == nullptr) return nullptr;
      TakeOverAncestry(*sort, *expression);
      sort->terms.push_back({.expression = expression, .is_descending = term.is_descending});
    }
    result->items.push_back(sort);
    return ResolveAncestry(*result, error_) ? result : nullptr;
  }

  // a@$b
  Node* Focus(Node* node) {
    Node* const result = Process(node->first);
    if (result == nullptr) return nullptr;
    Node& step = LastStep(*result);
    if (!step.stages.empty() || !step.predicates.empty()) return Fail("S0215", node->position);
    if (step.type == NodeType::kSort) return Fail("S0216", node->position);
    if (node->keeps_array) step.keeps_array = true;
    step.focus = node->second->name;
    step.is_tuple = true;
    return result;
  }

  // a#$b
  Node* Index(Node* node) {
    Node* result = Process(node->first);
    if (result == nullptr) return nullptr;
    Node& step = LastStep(*result);
    if (result->type != NodeType::kPath) {
      Node* const path = tree_.Make(NodeType::kPath, kNoPosition);
      path->items.push_back(result);
      std::swap(step.stages, step.predicates);
      result = path;
    }
    if (step.stages.empty()) {
      step.index = node->second->name;
    } else {
      step.stages.push_back({.index = node->second->name});
    }
    step.is_tuple = true;
    return result;
  }

  Node* Negation(Node* node) {
    node->first = Process(node->first);
    if (node->first == nullptr) return nullptr;
    if (node->first->type == NodeType::kNumber) {
      node->first->value = Value::Number(-node->first->value.number());
      return node->first;
    }
    TakeOverAncestry(*node, *node->first);
    return node;
  }

  Node* Block(Node* node) {
    if (!ProcessItems(*node)) return nullptr;
    node->is_cons = std::any_of(node->items.begin(), node->items.end(), [](const Node* part) {
      return part->is_cons || (part->type == NodeType::kPath && part->items.front()->is_cons);
    });
    return node;
  }

  // A call whose result is the function's result need not be nested in it.
  static void MarkTailCalls(Node* node) {
    if (!node->predicates.empty() || node->group) return;
    switch (node->type) {
      case NodeType::kFunction:
        node->is_tail_call = true;
        return;
      case NodeType::kCondition:
        MarkTailCalls(node->second);
        if (node->third != nullptr) MarkTailCalls(node->third);
        return;
      case NodeType::kBlock:
        if (!node->items.empty()) MarkTailCalls(node->items.back());
        return;
      default:
        return;
    }
  }

  Tree& tree_;
  Error error_;
};

}  // namespace

std::optional<Error> Resolve(Node* syntax, Tree& tree) {
  return Resolver(tree).Run(syntax);
}

}  // namespace pawl::expression::jsonata
