#include "engine/expression/intrinsic.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "engine/expression/intrinsic_function.h"
#include "engine/expression/intrinsic_syntax.h"

namespace pawl::expression {
namespace {

constexpr std::string_view kIntrinsicFailure = "States.IntrinsicFailure";

using CallPointer = std::shared_ptr<const IntrinsicCall>;

bool UsesRoot(const IntrinsicCall& call, PathRoot root) {
  return std::any_of(
      call.arguments.begin(), call.arguments.end(), [root](const IntrinsicArgument& argument) {
        if (const auto* const path = std::get_if<Path>(&argument)) return path->root() == root;
        const auto* const inner = std::get_if<CallPointer>(&argument);
        return inner != nullptr && UsesRoot(**inner, root);
      });
}

// Recursion is bounded by kIntrinsicCallsMax.
Result<json::Value> Call(const IntrinsicCall& call,
                         std::string_view field,
                         Scope& scope,
                         json::Arena& arena) {
  std::vector<json::Value> arguments;
  for (const IntrinsicArgument& argument : call.arguments) {
    if (const auto* const literal = std::get_if<json::Value>(&argument)) {
      arguments.push_back(*literal);
    } else if (const auto* const path = std::get_if<Path>(&argument)) {
      ASSIGN_OR_RETURN(const json::Value value, EvaluateInField(*path, field, scope, arena));
      arguments.push_back(value);
    } else {
      ASSIGN_OR_RETURN(const json::Value value,
                       Call(*std::get<CallPointer>(argument), field, scope, arena));
      arguments.push_back(value);
    }
  }
  Result<json::Value> result = CallIntrinsic(call.function, arguments, scope, arena);
  if (result.ok()) return result;
  return Status(result.status().code(),
                "The function '" + call.text +
                    "' had the following error: " + result.status().message())
      .WithReason(std::string(kIntrinsicFailure));
}

}  // namespace

Result<Intrinsic> Intrinsic::Parse(std::string_view text) {
  ASSIGN_OR_RETURN(IntrinsicCall call, ParseIntrinsicCall(text));
  Intrinsic intrinsic;
  intrinsic.text_ = text;
  intrinsic.call_ = std::make_shared<const IntrinsicCall>(std::move(call));
  return intrinsic;
}

bool Intrinsic::Uses(PathRoot root) const {
  return UsesRoot(*call_, root);
}

Result<json::Value> Intrinsic::Evaluate(std::string_view field,
                                        Scope& scope,
                                        json::Arena& arena) const {
  return Call(*call_, field, scope, arena);
}

}  // namespace pawl::expression
