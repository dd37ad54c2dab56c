#include "engine/expression/jsonata/ancestry.h"

#include <string>

namespace pawl::expression::jsonata {
namespace {

bool SeekInPath(Node& path, AncestorSlot& slot, Error& error) {
  path.is_tuple = true;
  std::size_t index = path.items.size();
  do {
    if (!SeekParent(*path.items[--index], slot, error)) return false;
  } while (slot.level > 0 && index > 0);
  return true;
}

// The steps before the last one, from the back. Of steps that bind their focus one behind the other
// only the first counts: they have one context.
bool SeekBeforeLast(Node& path, AncestorSlot& slot, Error& error) {
  std::size_t index = path.items.size() - 1;
  while (slot.level > 0) {
    if (index == 0) {
      path.seeking.push_back(&slot);
      return true;
    }
    Node* step = path.items[--index];
    while (index > 0 && step->focus && path.items[index - 1]->focus) {
      step = path.items[--index];
    }
    if (!SeekParent(*step, slot, error)) return false;
  }
  return true;
}

AncestorSlot* SlotOf(const Node& parent) {
  return parent.ancestor;
}

}  // namespace

void TakeOverAncestry(Node& node, const Node& part) {
  node.seeking.insert(node.seeking.end(), part.seeking.begin(), part.seeking.end());
  if (part.type == NodeType::kParent) node.seeking.push_back(SlotOf(part));
}

bool SeekParent(Node& node, AncestorSlot& slot, Error& error) {
  switch (node.type) {
    case NodeType::kName:
    case NodeType::kWildcard:
      if (--slot.level == 0) {
        if (node.ancestor == nullptr) {
          node.ancestor = &slot;
        } else {
          slot.label = node.ancestor->label;
        }
        node.is_tuple = true;
      }
      return true;
    case NodeType::kParent:
      ++slot.level;
      return true;
    case NodeType::kBlock:
      if (node.items.empty()) return true;
      node.is_tuple = true;
      return SeekParent(*node.items.back(), slot, error);
    case NodeType::kPath:
      return SeekInPath(node, slot, error);
    default:
      error = Error{.code = "S0217",
                    .token = ErrorText{std::string(NodeTypeName(node))},
                    .position = node.position};
      return false;
  }
}

bool ResolveAncestry(Node& path, Error& error) {
  const Node& last = *path.items.back();
  std::vector<AncestorSlot*> slots = last.seeking;
  if (last.type == NodeType::kParent) slots.push_back(SlotOf(last));
  for (AncestorSlot* const slot : slots) {
    if (!SeekBeforeLast(path, *slot, error)) return false;
  }
  return true;
}

}  // namespace pawl::expression::jsonata
