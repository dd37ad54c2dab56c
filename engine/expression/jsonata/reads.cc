#include "engine/expression/jsonata/reads.h"

namespace pawl::expression::jsonata {

Reads::Reads(const Tree& tree) {
  Visit(*tree.root, /*is_top=*/true);
}

bool Reads::MayRead(std::string_view variable) const {
  if (whole_.contains(variable)) return true;
  const auto member = members_.lower_bound({variable, {}});
  return member != members_.end() && member->first == variable;
}

bool Reads::MayRead(std::string_view variable, std::string_view member) const {
  return whole_.contains(variable) || members_.contains({variable, member});
}

void Reads::Visit(const Node& node, bool is_top) {
  switch (node.type) {
    case NodeType::kName:
    case NodeType::kWildcard:
    case NodeType::kDescendant:
    case NodeType::kParent:
      reads_input_ = reads_input_ || is_top;
      break;
    case NodeType::kVariable:
      VisitVariable(node, is_top);
      break;
    case NodeType::kPath:
      VisitPath(node, is_top);
      break;
    case NodeType::kLambda:
      Visit(*node.first, /*is_top=*/false);
      break;
    case NodeType::kTransform:
      VisitParts(node, /*is_top=*/false);
      break;
    default:
      VisitParts(node, is_top);
      break;
  }
  VisitTrailers(node);
}

void Reads::VisitParts(const Node& node, bool is_top) {
  // What is assigned to is not read.
  const bool skips_first = node.type == NodeType::kBind;
  if (node.first != nullptr && !skips_first) Visit(*node.first, is_top);
  if (node.second != nullptr) Visit(*node.second, is_top);
  if (node.third != nullptr) Visit(*node.third, is_top);
  for (const Node* const item : node.items) {
    Visit(*item, is_top);
  }
  for (const Pair& pair : node.pairs) {
    Visit(*pair.key, is_top);
    Visit(*pair.value, is_top);
  }
  for (const SortTerm& term : node.terms) {
    Visit(*term.expression, /*is_top=*/false);
  }
}

void Reads::VisitTrailers(const Node& node) {
  for (const std::vector<Stage>& stages : {node.predicates, node.stages}) {
    for (const Stage& stage : stages) {
      if (stage.predicate != nullptr) Visit(*stage.predicate, /*is_top=*/false);
    }
  }
  if (!node.group) return;
  for (const Pair& pair : node.group->pairs) {
    Visit(*pair.key, /*is_top=*/false);
    Visit(*pair.value, /*is_top=*/false);
  }
}

// $variable.member reads no more than the member.
void Reads::VisitPath(const Node& path, bool is_top) {
  const Node& first = *path.items.front();
  const bool is_member = path.items.size() > 1 && first.type == NodeType::kVariable &&
                         !first.text.empty() && first.text != "$" && first.predicates.empty() &&
                         first.stages.empty() && !first.group && !first.focus && !first.index &&
                         path.items[1]->type == NodeType::kName;
  if (is_member) {
    members_.insert({first.text, path.items[1]->text});
  } else {
    Visit(first, is_top);
  }
  for (std::size_t i = 1; i < path.items.size(); ++i) {
    Visit(*path.items[i], /*is_top=*/false);
  }
}

void Reads::VisitVariable(const Node& node, bool is_top) {
  if (node.text == "$") {
    reads_input_ = true;
  } else if (node.text.empty()) {
    reads_input_ = reads_input_ || is_top;
  } else {
    whole_.insert(node.text);
  }
}

}  // namespace pawl::expression::jsonata
