#include "engine/expression/jsonata/syntax.h"

namespace pawl::expression::jsonata {

std::string_view NodeTypeName(const Node& node) {
  switch (node.type) {
    case NodeType::kEnd:
    case NodeType::kKeyword:
    case NodeType::kPlaceholder:
      return "operator";
    case NodeType::kNegation:
    case NodeType::kArray:
    case NodeType::kObject:
      return "unary";
    case NodeType::kName:
      return "name";
    case NodeType::kString:
      return "string";
    case NodeType::kNumber:
      return "number";
    case NodeType::kValue:
      return "value";
    case NodeType::kWildcard:
      return "wildcard";
    case NodeType::kDescendant:
      return "descendant";
    case NodeType::kParent:
      return "parent";
    case NodeType::kCondition:
      return "condition";
    case NodeType::kBlock:
      return "block";
    case NodeType::kBind:
      return "bind";
    case NodeType::kRegex:
      return "regex";
    case NodeType::kFunction:
      return "function";
    case NodeType::kPartial:
      return "partial";
    case NodeType::kLambda:
      return "lambda";
    case NodeType::kVariable:
      return "variable";
    case NodeType::kApply:
      return "apply";
    case NodeType::kTransform:
      return "transform";
    case NodeType::kPath:
      return "path";
    case NodeType::kSort:
      return "sort";
    default:
      return "binary";
  }
}

Node* Tree::Make(NodeType type, std::size_t position) {
  Node& node = nodes_.emplace_back();
  node.type = type;
  node.position = position;
  return &node;
}

AncestorSlot* Tree::MakeSlot() {
  AncestorSlot& slot = slots_.emplace_back();
  slot.label = IdOf("!" + std::to_string(slots_.size()));
  return &slot;
}

const Signature* Tree::Keep(Signature signature) {
  return &signatures_.emplace_back(std::move(signature));
}

const Regex* Tree::Keep(Regex regex) {
  return &regexes_.emplace_back(std::move(regex));
}

NameId Tree::IdOf(std::string_view name) {
  if (const auto found = ids_.find(name); found != ids_.end()) return found->second;
  const auto id = static_cast<NameId>(names_.size());
  ids_.emplace(names_.emplace_back(name), id);
  return id;
}

std::optional<NameId> Tree::FindId(std::string_view name) const {
  const auto found = ids_.find(name);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace pawl::expression::jsonata
