#include "engine/asl/compiled_values.h"

#include <utility>

#include "engine/json/number.h"

namespace pawl::asl {

expression::Path CompilePath(const Place* place) {
  if (place == nullptr) {
    return {};
  }
  auto path = expression::Path::Parse(place->node->text);
  return path.ok() ? std::move(path).value() : expression::Path();
}

PathOrCall CompilePathOrCall(const Place& place) {
  if (expression::Intrinsic::LooksLikeCall(place.node->text)) {
    auto call = expression::Intrinsic::Parse(place.node->text);
    if (call.ok()) return *std::move(call);
  }
  return CompilePath(&place);
}

PathOrNull CompilePathOrNull(const Place* place) {
  if (place != nullptr && place->node->is(json::Type::kNull)) {
    return {.is_null = true, .path = {}};
  }
  return {.is_null = false, .path = CompilePath(place)};
}

ResultPath CompileResultPath(const Place* place) {
  if (place == nullptr) {
    return {};
  }
  if (place->node->is(json::Type::kNull)) {
    return {.is_null = true, .path = {}};
  }
  auto path = expression::ReferencePath::Parse(place->node->text);
  return path.ok() ? ResultPath{.is_null = false, .path = std::move(path).value()} : ResultPath();
}

std::optional<expression::PayloadTemplate> CompileTemplate(const Place* place) {
  if (place == nullptr) {
    return std::nullopt;
  }
  json::Arena arena;
  auto compiled = expression::PayloadTemplate::Compile(ToValue(*place->node, arena));
  if (!compiled.ok()) {
    return std::nullopt;
  }
  return std::move(compiled).value();
}

std::optional<expression::JsonataTemplate> CompileJsonata(const Place* place) {
  if (place == nullptr) {
    return std::nullopt;
  }
  json::Arena arena;
  auto compiled = expression::JsonataTemplate::Compile(ToValue(*place->node, arena));
  if (!compiled.ok()) {
    return std::nullopt;
  }
  return std::move(compiled).value();
}

std::optional<ValueTemplate> CompileValue(const Place* place, Language language) {
  if (language == Language::kJsonata) {
    if (auto compiled = CompileJsonata(place)) return ValueTemplate(*std::move(compiled));
  } else if (auto compiled = CompileTemplate(place)) {
    return ValueTemplate(*std::move(compiled));
  }
  return std::nullopt;
}

std::optional<std::string> CompileText(const Place* place) {
  if (place == nullptr) {
    return std::nullopt;
  }
  return std::string(place->node->text);
}

std::optional<std::int64_t> CompileInteger(const Place* place) {
  if (place == nullptr || !place->node->is(json::Type::kNumber)) {
    return std::nullopt;
  }
  return json::NumberToInt64(place->node->text);
}

std::optional<Duration> CompileSeconds(const Place* place) {
  const std::optional<std::int64_t> seconds = CompileInteger(place);
  if (!seconds) {
    return std::nullopt;
  }
  return std::chrono::seconds(*seconds);
}

std::optional<ComputedNumber> CompileNumber(const Fields& fields,
                                            std::string_view number,
                                            std::string_view path) {
  if (const Place* place = fields.Get(path)) {
    return CompilePath(place);
  }
  const Place* place = fields.Get(number);
  if (const auto integer = CompileInteger(place)) {
    return *integer;
  }
  if (place != nullptr && place->node->is(json::Type::kString)) {
    if (auto compiled = CompileJsonata(place)) return *std::move(compiled);
  }
  return std::nullopt;
}

std::optional<ComputedFraction> CompileFraction(const Fields& fields,
                                                std::string_view number,
                                                std::string_view path) {
  if (const Place* place = fields.Get(path)) {
    return CompilePath(place);
  }
  const Place* place = fields.Get(number);
  if (place != nullptr && place->node->is(json::Type::kNumber)) {
    return json::NumberToDouble(place->node->text);
  }
  if (place != nullptr && place->node->is(json::Type::kString)) {
    if (auto compiled = CompileJsonata(place)) return *std::move(compiled);
  }
  return std::nullopt;
}

}  // namespace pawl::asl
