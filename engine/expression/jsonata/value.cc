#include "engine/expression/jsonata/value.h"

#include <algorithm>
#include <functional>
#include <memory>

#include "engine/json/number.h"

namespace pawl::expression::jsonata {
namespace {

constexpr std::uint32_t kFirstCapacity = 4;
// Objects up to this size are searched one by one.
constexpr std::uint32_t kLinearMembersMax = 12;

template <typename T>
T* Allocate(std::size_t count, json::Arena& arena) {
  T* const memory = static_cast<T*>(arena.Allocate(count * sizeof(T)));
  std::uninitialized_default_construct_n(memory, count);
  return memory;
}

}  // namespace

Value Value::FromJson(json::Value value) {
  switch (value.type()) {
    case json::Type::kNull:
      return Null();
    case json::Type::kBoolean:
      return Boolean(value.boolean());
    case json::Type::kNumber: {
      const std::string_view text = value.number_text();
      return {Kind::kNumberText, static_cast<std::uint32_t>(text.size()), text.data()};
    }
    case json::Type::kString:
      return String(value.string());
    case json::Type::kArray:
      return {
          Kind::kJsonArray, static_cast<std::uint32_t>(value.items().size()), value.items().data()};
    case json::Type::kObject:
      return {Kind::kJsonObject,
              static_cast<std::uint32_t>(value.members().size()),
              value.members().data()};
  }
  return {};
}

double Value::NumberOfText() const {
  return json::NumberToDouble(text());
}

Value Value::Find(std::string_view name) const {
  if (kind_ == Kind::kJsonObject) {
    for (const json::Member& member : json_members()) {
      if (member.name == name) return FromJson(member.value);
    }
    return {};
  }
  if (kind_ == Kind::kObject) {
    const Value* const found = object().Find(name);
    return found == nullptr ? Value() : *found;
  }
  return {};
}

void Array::Grow(std::uint32_t count, json::Arena& arena) {
  if (count <= capacity) return;
  capacity = std::max({count, capacity * 2, kFirstCapacity});
  Value* const larger = Allocate<Value>(capacity, arena);
  std::copy(items, items + size, larger);
  items = larger;
}

Value* Object::Find(std::string_view name) {
  if (slots_ != nullptr) {
    const std::uint32_t place = SlotOf(name);
    return place == 0 ? nullptr : &members_[place - 1].value;
  }
  for (std::uint32_t i = 0; i < size_; ++i) {
    if (members_[i].name == name) return &members_[i].value;
  }
  return nullptr;
}

void Object::Set(std::string_view name, Value value, json::Arena& arena) {
  if (Value* const found = Find(name); found != nullptr) {
    *found = value;
    return;
  }
  if (size_ == capacity_) Grow(arena);
  members_[size_++] = {name, value};
  if (size_ <= kLinearMembersMax) return;
  if (size_ * 2 > slot_count_) {
    Index(arena);
  } else {
    SlotOf(name) = size_;
  }
}

void Object::Remove(std::string_view name, json::Arena& arena) {
  Member* const end = members_ + size_;
  Member* const found =
      std::find_if(members_, end, [name](const Member& member) { return member.name == name; });
  if (found == end) return;
  std::copy(found + 1, end, found);
  --size_;
  if (slots_ != nullptr) Index(arena);
}

void Object::Grow(json::Arena& arena) {
  capacity_ = std::max(capacity_ * 2, kFirstCapacity);
  Member* const larger = Allocate<Member>(capacity_, arena);
  std::copy(members_, members_ + size_, larger);
  members_ = larger;
}

void Object::Index(json::Arena& arena) {
  if (size_ * 2 > slot_count_) {
    slot_count_ = std::max<std::uint32_t>(slot_count_ * 2, 64);
    slots_ = Allocate<std::uint32_t>(slot_count_, arena);
  }
  std::fill(slots_, slots_ + slot_count_, 0U);
  for (std::uint32_t i = 0; i < size_; ++i) {
    SlotOf(members_[i].name) = i + 1;
  }
}

std::uint32_t& Object::SlotOf(std::string_view name) {
  std::uint32_t slot =
      static_cast<std::uint32_t>(std::hash<std::string_view>()(name)) & (slot_count_ - 1);
  while (slots_[slot] != 0 && members_[slots_[slot] - 1].name != name) {
    slot = (slot + 1) & (slot_count_ - 1);
  }
  return slots_[slot];
}

}  // namespace pawl::expression::jsonata
