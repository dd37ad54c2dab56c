// What a library's events are turned into: a json::Value in an arena, with duplicate names refused.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/base/limits.h"
#include "engine/json/arena.h"
#include "engine/json/member_names.h"
#include "engine/json/small_stack.h"
#include "engine/json/value.h"

namespace pawl::bench {

class TreeBuilder {
 public:
  // Without an arena only names are looked at, as a check does.
  explicit TreeBuilder(json::Arena* arena) : arena_(arena) {}

  bool Add(json::Value value) {
    if (arena_ != nullptr) values_.Push(value);
    return true;
  }

  bool Name(std::string_view name) {
    names_.Push({.data = name.data(),
                 .size = static_cast<std::uint32_t>(name.size()),
                 .offset = 0,
                 .fingerprint = json::NameFingerprint(name)});
    return true;
  }

  bool Begin() {
    if (levels_.size() == kJsonDepthMax) return false;
    levels_.Push({.names = names_.size(), .values = values_.size()});
    return true;
  }

  bool EndArray() {
    const Level level = Pop();
    if (arena_ == nullptr) return true;
    const std::span<json::Value> items = values_.From(level.values);
    auto* const copy = static_cast<json::Value*>(arena_->Allocate(items.size_bytes()));
    std::uninitialized_copy(items.begin(), items.end(), copy);
    const json::Value array = json::Value::Array({copy, items.size()});
    values_.Truncate(level.values);
    return Add(array);
  }

  bool EndObject() {
    const Level level = Pop();
    const std::span<json::MemberName> names = names_.From(level.names);
    if (duplicates_.Find(names) != nullptr) return false;
    if (arena_ != nullptr) {
      const std::span<json::Value> values = values_.From(level.values);
      auto* const members =
          static_cast<json::Member*>(arena_->Allocate(names.size() * sizeof(json::Member)));
      for (std::size_t i = 0; i < names.size(); ++i) {
        new (members + i) json::Member{.name = names[i].text(), .value = values[i]};
      }
      const json::Value object = json::Value::Object({members, names.size()});
      values_.Truncate(level.values);
      Add(object);
    }
    names_.Truncate(level.names);
    return true;
  }

  json::Value root() { return values_.back(); }

 private:
  struct Level {
    std::size_t names = 0;
    std::size_t values = 0;
  };

  Level Pop() {
    const Level level = levels_.back();
    levels_.Truncate(levels_.size() - 1);
    return level;
  }

  json::Arena* arena_;
  json::SmallStack<json::Value, 64> values_;
  json::SmallStack<json::MemberName, 32> names_;
  json::SmallStack<Level, 32> levels_;
  json::DuplicateNames duplicates_;
};

}  // namespace pawl::bench
