#include "engine/expression/path_syntax.h"

#include <array>
#include <string_view>
#include <utility>

namespace pawl::expression {
namespace {

// "size" is another name for length; the first entry of a function is the one it goes by.
constexpr std::array<std::pair<std::string_view, PathFunction>, 13> kPathFunctions = {{
    {"min", PathFunction::kMin},
    {"max", PathFunction::kMax},
    {"avg", PathFunction::kAverage},
    {"stddev", PathFunction::kStandardDeviation},
    {"sum", PathFunction::kSum},
    {"length", PathFunction::kLength},
    {"size", PathFunction::kLength},
    {"keys", PathFunction::kKeys},
    {"concat", PathFunction::kConcatenate},
    {"append", PathFunction::kAppend},
    {"first", PathFunction::kFirst},
    {"last", PathFunction::kLast},
    {"index", PathFunction::kIndex},
}};

std::string Joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += ',';
    text += part;
  }
  return text;
}

std::string FormatBound(std::optional<std::int32_t> bound) {
  return bound ? std::to_string(*bound) : "";
}

struct StepFormatter {
  std::string operator()(const NamesStep& step) const {
    std::vector<std::string> quoted;
    for (const std::string& name : step.names) {
      quoted.push_back("'" + name + "'");
    }
    return "[" + Joined(quoted) + "]";
  }

  std::string operator()(const IndexesStep& step) const {
    std::vector<std::string> numbers;
    for (const std::int32_t index : step.indexes) {
      numbers.push_back(std::to_string(index));
    }
    return "[" + Joined(numbers) + "]";
  }

  std::string operator()(const SliceStep& step) const {
    return "[" + FormatBound(step.from) + ":" + FormatBound(step.to) + "]";
  }

  std::string operator()(const WildcardStep& /*step*/) const { return "[*]"; }

  std::string operator()(const DescentStep& /*step*/) const { return ".."; }

  std::string operator()(const FilterStep& /*step*/) const { return "[?]"; }

  std::string operator()(const FunctionStep& step) const {
    return "." + std::string(FunctionName(step.function));
  }
};

}  // namespace

bool IsDefinite(const PathStep& step, bool is_last) {
  if (const auto* const names = std::get_if<NamesStep>(&step)) {
    return names->names.size() == 1 || is_last;
  }
  if (const auto* const indexes = std::get_if<IndexesStep>(&step)) {
    return indexes->indexes.size() == 1;
  }
  return std::holds_alternative<FunctionStep>(step);
}

std::string FormatStep(const PathStep& step) {
  return std::visit(StepFormatter(), step);
}

std::string FormatSteps(const CompiledPath& path, std::size_t count) {
  std::string text = path.is_absolute ? "$" : "@";
  for (std::size_t i = 0; i < count; ++i) {
    text += FormatStep(path.steps[i]);
  }
  return text;
}

std::string_view FunctionName(PathFunction function) {
  for (const auto& [name, known] : kPathFunctions) {
    if (known == function) return name;
  }
  return "";
}

std::optional<PathFunction> FindFunction(std::string_view name) {
  for (const auto& [known, function] : kPathFunctions) {
    if (known == name) return function;
  }
  return std::nullopt;
}

}  // namespace pawl::expression
