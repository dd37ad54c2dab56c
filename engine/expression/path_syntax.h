// What a parsed path is made of.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/json/arena.h"
#include "engine/json/value.h"

namespace re2 {
class RE2;
}

namespace pawl::expression {

struct CompiledPath;
struct Filter;

// .name, ['name'], ['one', 'two'].
struct NamesStep {
  std::vector<std::string> names;
};

// [0], [-1], [0, 2].
struct IndexesStep {
  std::vector<std::int32_t> indexes;
};

// [from:to]; at least one of them is given. A third number is read and ignored, as Jayway does.
struct SliceStep {
  std::optional<std::int32_t> from;
  std::optional<std::int32_t> to;
};

// .*, [*].
struct WildcardStep {};

// "..": the next step applies to every array and object below, document order.
struct DescentStep {};

// [?(…)].
struct FilterStep {
  std::shared_ptr<const Filter> filter;
};

enum class PathFunction : std::uint8_t {
  kMin,
  kMax,
  kAverage,
  kStandardDeviation,
  kSum,
  kLength,
  kKeys,
  kConcatenate,
  kAppend,
  kFirst,
  kLast,
  kIndex,
};

// A literal, or a path from the document's root.
using FunctionArgument = std::variant<json::Value, CompiledPath>;

// .length(), .sum(), .concat("x", $.a).
struct FunctionStep {
  PathFunction function = PathFunction::kLength;
  std::vector<FunctionArgument> arguments;
};

using PathStep = std::
    variant<NamesStep, IndexesStep, SliceStep, WildcardStep, DescentStep, FilterStep, FunctionStep>;

struct CompiledPath {
  // Starts at the document ($), not at the item that a filter looks at (@).
  bool is_absolute = true;
  std::vector<PathStep> steps;
  // Only single names and single indexes: can be followed without collecting nodes.
  bool is_plain = true;
  // Names at most one node.
  bool is_definite = true;
  // Holds the literals of the path and of all inside it. Set for the outermost path.
  std::shared_ptr<json::Arena> literals;
};

enum class FilterOperator : std::uint8_t {
  kEqual,
  kNotEqual,
  kIdentical,
  kNotIdentical,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kMatches,
  kIn,
  kNotIn,
  kContains,
  kAll,
  kSize,
  kEmpty,
  kSubsetOf,
  kAnyOf,
  kNoneOf,
};

using FilterOperand = std::variant<json::Value, CompiledPath, std::shared_ptr<const re2::RE2>>;

// One node of a filter's logic; `kind` says which members count.
struct Filter {
  enum class Kind : std::uint8_t { kAnd, kOr, kNot, kCompare, kExists };

  Kind kind = Kind::kExists;
  // kAnd, kOr: two and more; kNot: one.
  std::vector<Filter> parts;
  // kCompare: both; kExists: `left`, which is a path.
  FilterOperand left;
  FilterOperator comparison = FilterOperator::kEqual;
  FilterOperand right;
};

// Whether the step names at most one node below one node. `is_last`: several names at the end of a
// path give one object; elsewhere they are several nodes.
bool IsDefinite(const PathStep& step, bool is_last);

// The first `count` steps as Jayway writes them in its messages: "$['a'][0]".
std::string FormatSteps(const CompiledPath& path, std::size_t count);

// One step, the same way: "['a','b']", "[1:3]".
std::string FormatStep(const PathStep& step);

// ".sum()" as it is called in a path: "sum".
std::string_view FunctionName(PathFunction function);

// nullopt for a name that is no function's.
std::optional<PathFunction> FindFunction(std::string_view name);

}  // namespace pawl::expression
