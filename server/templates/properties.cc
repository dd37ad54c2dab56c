#include "server/templates/properties.h"

#include <limits>

#include "server/templates/problem_codes.h"

namespace pawl::templates {

using asl::Place;
using asl::SourceMember;
using json::Type;
using json::Value;

namespace {

// No deeper than its values nest, which the reader bounds.
Value Joined(Value below, Value above, json::Arena& arena) {
  if (below.is_array() && above.is_array()) {
    json::ArrayBuilder items;
    for (const Value item : below.items())
      items.Add(item);
    for (const Value item : above.items())
      items.Add(item);
    return items.Build(arena);
  }
  if (!below.is_object() || !above.is_object()) return above;
  json::ObjectBuilder members;
  for (const json::Member& member : below.members())
    members.Set(member.name, member.value);
  for (const json::Member& member : above.members()) {
    const Value* global = below.Find(member.name);
    members.Set(member.name,
                global == nullptr ? member.value : Joined(*global, member.value, arena));
  }
  return members.Build(arena);
}

}  // namespace

Properties::Properties(const Declared& resource, Resources& resources, asl::Problems& problems)
    : resource_(resource),
      resources_(resources),
      problems_(problems),
      globals_(resources.GlobalsOf(resource)) {
  const SourceMember* properties = resource.place.node->Find("Properties");
  if (properties == nullptr) return;
  if (properties->value->is(Type::kObject) && properties->value->tag.empty()) {
    own_ = resource.place.Member(*properties);
    return;
  }
  problems.Error(code::kTemplate,
                 resource.place.Member(*properties),
                 "Properties is an object, not " + Describe(*properties->value));
}

const SourceMember* Properties::OwnMember(std::string_view name) const {
  return own_ ? own_->node->Find(name) : nullptr;
}

const SourceMember* Properties::GlobalMember(std::string_view name) const {
  return globals_ == nullptr ? nullptr : globals_->node->Find(name);
}

bool Properties::Has(std::string_view name) const {
  return OwnMember(name) != nullptr || GlobalMember(name) != nullptr;
}

std::optional<Value> Properties::Take(std::string_view name) {
  taken_.emplace(name);
  const SourceMember* own = OwnMember(name);
  const SourceMember* global = GlobalMember(name);
  Evaluator& evaluator = resources_.evaluator();
  std::optional<Value> value;
  if (global != nullptr) value = evaluator.Evaluate(globals_->Member(*global));
  if (own == nullptr) return value;
  const std::optional<Value> above = evaluator.Evaluate(own_->Member(*own));
  if (!value || !above) return above;
  return Joined(*value, *above, evaluator.arena());
}

std::optional<std::string> Properties::TakeText(std::string_view name) {
  const std::optional<Value> value = Take(name);
  if (!value) return std::nullopt;
  std::optional<std::string> text = ScalarText(*value);
  if (!text) {
    Error(name,
          code::kProperty,
          std::string(name) + " is a string, not of the type " +
              std::string(json::TypeName(value->type())));
  }
  return text;
}

std::optional<std::string> Properties::TakeRequiredText(std::string_view name) {
  std::optional<std::string> text = TakeText(name);
  if (!text && !Has(name)) {
    Error(name, code::kProperty, "the resource needs the property " + std::string(name));
  }
  return text;
}

std::optional<std::uint32_t> Properties::TakeNumber(std::string_view name) {
  const std::optional<Value> value = Take(name);
  if (!value) return std::nullopt;
  const std::optional<std::string> text = ScalarText(*value);
  std::uint64_t number = 0;
  bool is_number = text && !text->empty();
  for (const char c : text.value_or("")) {
    is_number = is_number && c >= '0' && c <= '9';
    if (!is_number) break;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
    is_number = number <= std::numeric_limits<std::uint32_t>::max();
  }
  if (is_number) return static_cast<std::uint32_t>(number);
  Error(name,
        code::kProperty,
        std::string(name) + " is a whole number from 0" +
            (text ? ", not " + asl::Quote(*text) : std::string()));
  return std::nullopt;
}

std::map<std::string, std::string> Properties::Texts(std::string_view name, Value object) {
  std::map<std::string, std::string> texts;
  for (const json::Member& member : object.members()) {
    if (const std::optional<std::string> text = ScalarText(member.value)) {
      texts.emplace(member.name, *text);
    } else {
      Error(name,
            code::kProperty,
            std::string(member.name) + " is a string, not of the type " +
                std::string(json::TypeName(member.value.type())));
    }
  }
  return texts;
}

std::map<std::string, std::string> Properties::TakeTexts(std::string_view name) {
  const std::optional<Value> value = Take(name);
  if (!value) return {};
  if (value->is_object()) return Texts(name, *value);
  Error(name,
        code::kProperty,
        std::string(name) + " is an object of names and values, not of the type " +
            std::string(json::TypeName(value->type())));
  return {};
}

std::map<std::string, std::string> Properties::TakeTags(std::string_view name) {
  const std::optional<Value> value = Take(name);
  if (!value) return {};
  if (value->is_object()) return Texts(name, *value);
  std::map<std::string, std::string> tags;
  bool is_right = value->is_array();
  if (is_right) {
    for (const Value item : value->items()) {
      const Value* key = item.Find("Key");
      const Value* text = item.Find("Value");
      const bool is_tag =
          key != nullptr && text != nullptr && ScalarText(*key) && ScalarText(*text);
      if (is_tag) tags.insert_or_assign(*ScalarText(*key), *ScalarText(*text));
      is_right = is_right && is_tag;
    }
  }
  if (!is_right) {
    Error(name,
          code::kProperty,
          std::string(name) + " is an object of keys and values, or a list of {Key, Value}");
  }
  return tags;
}

void Properties::Error(std::string_view name, std::string_view code, const std::string& message) {
  if (const SourceMember* own = OwnMember(name)) {
    return problems_.Error(code, own_->Member(*own), message);
  }
  if (const SourceMember* global = GlobalMember(name)) {
    return problems_.Error(code, globals_->Member(*global), message);
  }
  problems_.Error(code, resource_.place, message);
}

std::vector<const SourceMember*> Properties::Rest() const {
  std::vector<const SourceMember*> rest;
  const auto add = [&](const Place& object) {
    for (const SourceMember& member : object.node->members) {
      if (taken_.find(member.name) == taken_.end()) rest.push_back(&member);
    }
  };
  if (own_) add(*own_);
  if (globals_ == nullptr) return rest;
  for (const SourceMember& member : globals_->node->members) {
    const bool is_taken = taken_.find(member.name) != taken_.end();
    if (!is_taken && OwnMember(member.name) == nullptr) rest.push_back(&member);
  }
  return rest;
}

}  // namespace pawl::templates
