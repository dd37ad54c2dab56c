#include "engine/json/value.h"

#include <algorithm>
#include <array>
#include <compare>
#include <cstring>
#include <limits>
#include <utility>

#include "engine/base/check.h"
#include "engine/json/number.h"

namespace pawl::json {
namespace {

constexpr std::array<std::string_view, 6> kTypeNames = {
    "null", "boolean", "number", "string", "array", "object"};

std::uint32_t CheckedSize(std::size_t size) {
  PAWL_CHECK(size <= std::numeric_limits<std::uint32_t>::max());
  return static_cast<std::uint32_t>(size);
}

std::uint16_t DepthAbove(std::uint16_t depth) {
  return depth == std::numeric_limits<std::uint16_t>::max() ? depth
                                                            : static_cast<std::uint16_t>(depth + 1);
}

template <typename T>
std::span<const T> CopyToArena(const std::vector<T>& source, Arena& arena) {
  if (source.empty()) return {};
  void* const memory = arena.Allocate(source.size() * sizeof(T));
  T* const copy = static_cast<T*>(memory);
  std::uninitialized_copy(source.begin(), source.end(), copy);
  return {copy, source.size()};
}

}  // namespace

std::string_view TypeName(Type type) {
  return kTypeNames.at(static_cast<std::size_t>(type));
}

Value Value::Boolean(bool value) {
  Value result;
  result.type_ = Type::kBoolean;
  result.boolean_ = value;
  return result;
}

Value Value::Number(std::string_view text) {
  Value result;
  result.type_ = Type::kNumber;
  result.size_ = CheckedSize(text.size());
  result.data_ = text.data();
  return result;
}

Value Value::Number(std::int64_t value, Arena& arena) {
  return Number(arena.Copy(std::to_string(value)));
}

Value Value::Number(double value, Arena& arena) {
  return Number(arena.Copy(NumberFromDouble(value)));
}

Value Value::String(std::string_view text) {
  Value result;
  result.type_ = Type::kString;
  result.size_ = CheckedSize(text.size());
  result.data_ = text.data();
  return result;
}

Value Value::Array(std::span<const Value> items) {
  Value result;
  result.type_ = Type::kArray;
  result.size_ = CheckedSize(items.size());
  result.data_ = items.data();
  std::uint16_t deepest = 0;
  for (const Value& item : items) {
    deepest = std::max(deepest, item.depth_);
  }
  result.depth_ = DepthAbove(deepest);
  return result;
}

Value Value::Object(std::span<const Member> members) {
  Value result;
  result.type_ = Type::kObject;
  result.size_ = CheckedSize(members.size());
  result.data_ = members.data();
  std::uint16_t deepest = 0;
  for (const Member& member : members) {
    deepest = std::max(deepest, member.value.depth_);
  }
  result.depth_ = DepthAbove(deepest);
  return result;
}

bool Value::boolean() const {
  PAWL_CHECK(is_boolean());
  return boolean_;
}

std::string_view Value::number_text() const {
  PAWL_CHECK(is_number());
  return {static_cast<const char*>(data_), size_};
}

std::string_view Value::string() const {
  PAWL_CHECK(is_string());
  return {static_cast<const char*>(data_), size_};
}

std::span<const Value> Value::items() const {
  PAWL_CHECK(is_array());
  return {static_cast<const Value*>(data_), size_};
}

std::span<const Member> Value::members() const {
  PAWL_CHECK(is_object());
  return {static_cast<const Member*>(data_), size_};
}

std::optional<std::int64_t> Value::AsInt64() const {
  if (!is_number()) return std::nullopt;
  return NumberToInt64(number_text());
}

double Value::AsDouble() const {
  return NumberToDouble(number_text());
}

const Value* Value::Find(std::string_view name) const {
  if (!is_object()) return nullptr;
  for (const Member& member : members()) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

namespace {

// Objects up to this size are compared member by member; larger ones are sorted first.
constexpr std::size_t kLinearMembersMax = 16;

using Pair = std::pair<Value, Value>;

std::vector<Member> SortedByName(Value object) {
  std::vector<Member> members(object.members().begin(), object.members().end());
  std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) {
    return a.name < b.name;
  });
  return members;
}

// Pairs each member of `a` with the one of the same name in `b`; false if one is missing. Both have
// the same number of members.
bool PairMembers(Value a, Value b, std::vector<Pair>& pairs) {
  if (a.members().size() <= kLinearMembersMax) {
    for (const Member& member : a.members()) {
      const Value* const other = b.Find(member.name);
      if (other == nullptr) return false;
      pairs.emplace_back(member.value, *other);
    }
    return true;
  }
  const std::vector<Member> left = SortedByName(a);
  const std::vector<Member> right = SortedByName(b);
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i].name != right[i].name) return false;
    pairs.emplace_back(left[i].value, right[i].value);
  }
  return true;
}

// Compares what is at hand; what lies below is added to `pairs`.
bool EqualAtTop(Value a, Value b, std::vector<Pair>& pairs) {
  if (a.type() != b.type()) return false;
  switch (a.type()) {
    case Type::kNull:
      return true;
    case Type::kBoolean:
      return a.boolean() == b.boolean();
    case Type::kNumber:
      return std::is_eq(CompareNumbers(a.number_text(), b.number_text()));
    case Type::kString:
      return a.string() == b.string();
    case Type::kArray:
      if (a.items().size() != b.items().size()) return false;
      for (std::size_t i = 0; i < a.items().size(); ++i) {
        pairs.emplace_back(a.items()[i], b.items()[i]);
      }
      return true;
    case Type::kObject:
      return a.members().size() == b.members().size() && PairMembers(a, b, pairs);
  }
  return false;
}

}  // namespace

bool Equal(Value a, Value b) {
  std::size_t unlimited = std::numeric_limits<std::size_t>::max();
  return Equal(a, b, unlimited);
}

bool Equal(Value a, Value b, std::size_t& work_left) {
  std::vector<Pair> pairs;
  if (!EqualAtTop(a, b, pairs)) return false;
  while (!pairs.empty()) {
    if (pairs.size() > work_left) {
      work_left = 0;
      return false;
    }
    const auto [left, right] = pairs.back();
    pairs.pop_back();
    --work_left;
    if (!EqualAtTop(left, right, pairs)) return false;
  }
  return true;
}

Value ArrayBuilder::Build(Arena& arena) const {
  return Value::Array(CopyToArena(items_, arena));
}

void ObjectBuilder::Set(std::string_view name, Value value) {
  if (index_.empty()) {
    for (Member& member : members_) {
      if (member.name == name) {
        member.value = value;
        return;
      }
    }
    members_.push_back({name, value});
    if (members_.size() > kLinearMembersMax) {
      for (std::size_t i = 0; i < members_.size(); ++i) {
        index_.emplace(members_[i].name, i);
      }
    }
    return;
  }
  const auto [place, is_new] = index_.emplace(name, members_.size());
  if (is_new) {
    members_.push_back({name, value});
  } else {
    members_[place->second].value = value;
  }
}

Value ObjectBuilder::Build(Arena& arena) const {
  return Value::Object(CopyToArena(members_, arena));
}

}  // namespace pawl::json
