#include "engine/asl/source.h"

#include <algorithm>

namespace pawl::asl {

namespace {

constexpr std::size_t kExcerptBytesMax = 100;

void AppendEscaped(std::string& pointer, std::string_view name) {
  for (const char c : name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

}  // namespace

const SourceMember* SourceNode::Find(std::string_view name) const {
  const auto found = std::find_if(
      members.begin(), members.end(), [&](const SourceMember& m) { return m.name == name; });
  return found == members.end() ? nullptr : &*found;
}

const SourceNode* SourceNode::FindValue(std::string_view name) const {
  const SourceMember* member = Find(name);
  return member == nullptr ? nullptr : member->value;
}

SourceNode* SourceTree::NewNode(json::Type type, Position position) {
  SourceNode& node = nodes_.emplace_back();
  node.type = type;
  node.position = position;
  return &node;
}

Place Place::Root(const SourceNode& node) {
  Place place;
  place.node = &node;
  place.is_item = true;
  place.name_position = node.position;
  return place;
}

Place Place::Member(const SourceMember& member) const {
  Place place;
  place.node = member.value;
  place.parent = this;
  place.name = member.name;
  place.name_position = member.position;
  return place;
}

Place Place::Item(std::size_t item_index) const {
  Place place;
  place.node = node->items[item_index];
  place.parent = this;
  place.index = item_index;
  place.is_item = true;
  place.name_position = place.node->position;
  return place;
}

std::string Place::Pointer() const {
  std::vector<const Place*> way;
  for (const Place* place = this; place->parent != nullptr; place = place->parent) {
    way.push_back(place);
  }
  std::reverse(way.begin(), way.end());
  std::string pointer;
  for (const Place* step : way) {
    pointer += '/';
    if (step->is_item) {
      pointer += std::to_string(step->index);
    } else {
      AppendEscaped(pointer, step->name);
    }
  }
  return pointer;
}

Position Place::position() const {
  const bool is_container = node->is(json::Type::kObject) || node->is(json::Type::kArray);
  return is_container ? name_position : node->position;
}

// Recursion: as deep as the tree, at most kDefinitionDepthMax.
json::Value ToValue(const SourceNode& node, json::Arena& arena) {
  switch (node.type) {
    case json::Type::kNull:
      return {};
    case json::Type::kBoolean:
      return json::Value::Boolean(node.boolean);
    case json::Type::kNumber:
      return json::Value::Number(node.text);
    case json::Type::kString:
      return json::Value::String(node.text);
    case json::Type::kArray: {
      json::ArrayBuilder items;
      for (const SourceNode* item : node.items) {
        items.Add(ToValue(*item, arena));
      }
      return items.Build(arena);
    }
    case json::Type::kObject: {
      // Not ObjectBuilder: names are known to be different, and its search is linear.
      auto* members = static_cast<json::Member*>(
          arena.Allocate(std::max<std::size_t>(1, node.members.size()) * sizeof(json::Member)));
      for (std::size_t i = 0; i < node.members.size(); ++i) {
        new (members + i) json::Member{.name = node.members[i].name,
                                       .value = ToValue(*node.members[i].value, arena)};
      }
      return json::Value::Object({members, node.members.size()});
    }
  }
  return {};
}

std::string Describe(const SourceNode& node) {
  switch (node.type) {
    case json::Type::kNull:
      return "null";
    case json::Type::kBoolean:
      return node.boolean ? "true" : "false";
    case json::Type::kNumber:
      return "the number " + std::string(node.text.substr(0, kExcerptBytesMax));
    case json::Type::kString:
      return "the string " + Quote(node.text);
    case json::Type::kArray:
      return "an array";
    case json::Type::kObject:
      return "an object";
  }
  return "";
}

std::string Quote(std::string_view text) {
  if (text.size() <= kExcerptBytesMax) {
    return "'" + std::string(text) + "'";
  }
  std::size_t end = kExcerptBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return "'" + std::string(text.substr(0, end)) + "…'";
}

}  // namespace pawl::asl
