#include <algorithm>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/expression/path.h"
#include "engine/expression/path_syntax.h"
#include "engine/expression/result_depth.h"

namespace pawl::expression {
namespace {

constexpr std::string_view kMatchFailure = "States.ResultPathMatchFailure";

Status CannotApply(const CompiledPath& path, std::size_t count, const std::string& problem) {
  return FailedPrecondition("the path " + FormatSteps(path, path.steps.size()) +
                            " cannot be applied: " + FormatSteps(path, count) + " " + problem)
      .WithReason(std::string(kMatchFailure));
}

// The item `index` of `container`, which the first `count` steps lead to; counted from the end
// where it is negative.
Result<json::Value> ItemOf(const std::optional<json::Value>& container,
                           std::int64_t index,
                           const CompiledPath& path,
                           std::size_t count) {
  if (!container) return CannotApply(path, count, "does not exist, so it has no items");
  if (!container->is_array()) {
    return CannotApply(path,
                       count,
                       "is no array with items but a value of type " +
                           std::string(json::TypeName(container->type())));
  }
  const auto size = static_cast<std::int64_t>(container->items().size());
  const std::int64_t place = index < 0 ? size + index : index;
  if (place < 0 || place >= size) {
    return CannotApply(
        path,
        count,
        "has " + std::to_string(size) + " items, so it has no item " + std::to_string(index));
  }
  return container->items()[static_cast<std::size_t>(place)];
}

// A copy of `object` in which `name` is `value`.
json::Value WithMember(json::Value object,
                       std::string_view name,
                       json::Value value,
                       json::Arena& arena) {
  const std::span<const json::Member> members = object.members();
  const auto old = std::find_if(members.begin(), members.end(), [name](const json::Member& member) {
    return member.name == name;
  });
  const bool is_new = old == members.end();
  const std::size_t size = members.size() + (is_new ? 1 : 0);
  auto* const copy = static_cast<json::Member*>(arena.Allocate(size * sizeof(json::Member)));
  std::uninitialized_copy(members.begin(), members.end(), copy);
  if (is_new) {
    new (copy + members.size()) json::Member{.name = name, .value = value};
  } else {
    copy[old - members.begin()].value = value;
  }
  return json::Value::Object({copy, size});
}

json::Value WithItem(json::Value array, std::size_t index, json::Value value, json::Arena& arena) {
  const std::span<const json::Value> items = array.items();
  auto* const copy = static_cast<json::Value*>(arena.Allocate(items.size_bytes()));
  std::uninitialized_copy(items.begin(), items.end(), copy);
  copy[index] = value;
  return json::Value::Array({copy, items.size()});
}

}  // namespace

Result<ReferencePath> ReferencePath::Parse(std::string_view text) {
  ASSIGN_OR_RETURN(Path path, Path::Parse(text));
  const std::vector<PathStep>& steps = path.compiled_->steps;
  std::vector<Step> plain;
  for (const PathStep& step : steps) {
    const auto* const names = std::get_if<NamesStep>(&step);
    const auto* const indexes = std::get_if<IndexesStep>(&step);
    if (names != nullptr && names->names.size() == 1) {
      plain.emplace_back(names->names.front());
    } else if (indexes != nullptr && indexes->indexes.size() == 1) {
      plain.emplace_back(indexes->indexes.front());
    } else {
      return InvalidArgument(
          "expected a reference path, which names one node by .name, ['name'] and [index] alone, "
          "found '" +
          FormatStep(step) + "'");
    }
  }
  ReferencePath reference(std::move(path));
  reference.steps_ = std::move(plain);
  return reference;
}

Result<json::Value> ReferencePath::Set(json::Value root,
                                       json::Value value,
                                       json::Arena& arena) const {
  const CompiledPath& compiled = *path_.compiled_;
  // The containers on the way, from the root on; nullopt for an object to be made.
  std::vector<std::optional<json::Value>> containers;
  std::optional<json::Value> next = root;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    containers.push_back(next);
    if (const auto* const name = std::get_if<std::string>(&steps_[i])) {
      if (!next) continue;
      if (!next->is_object()) {
        return CannotApply(compiled,
                           i,
                           "is no object with members but a value of type " +
                               std::string(json::TypeName(next->type())));
      }
      const json::Value* const member = next->Find(*name);
      next = member == nullptr ? std::nullopt : std::optional<json::Value>(*member);
      continue;
    }
    ASSIGN_OR_RETURN(next, ItemOf(next, std::get<std::int32_t>(steps_[i]), compiled, i));
  }

  json::Value result = value;
  for (std::size_t i = steps_.size(); i-- > 0;) {
    if (const auto* const name = std::get_if<std::string>(&steps_[i])) {
      const json::Value object = containers[i].value_or(json::Value::Object({}));
      result = WithMember(object, arena.Copy(*name), result, arena);
    } else {
      const std::int64_t index = std::get<std::int32_t>(steps_[i]);
      const auto size = static_cast<std::int64_t>(containers[i]->items().size());
      result = WithItem(*containers[i],
                        static_cast<std::size_t>(index < 0 ? size + index : index),
                        result,
                        arena);
    }
  }
  return CheckDepth(result);
}

}  // namespace pawl::expression
