// Intrinsic functions: States.Format('{}', $.name). Amazon States Language, "Intrinsic Functions",
// and the ones that Step Functions adds.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/expression/path.h"
#include "engine/expression/scope.h"
#include "engine/json/arena.h"
#include "engine/json/value.h"

namespace pawl::expression {

// Calls in one field, nested ones counting. AWS: 10.
inline constexpr std::size_t kIntrinsicCallsMax = 10;
// The text of one call. Longer ones are refused when they are parsed.
inline constexpr std::size_t kIntrinsicBytesMax = std::size_t{16} * 1024;
// Characters that States.Hash and the Base64 functions take. AWS: 10,000.
inline constexpr std::size_t kIntrinsicDataCharactersMax = 10'000;
// Items that States.ArrayRange makes. AWS: 1,000.
inline constexpr std::size_t kIntrinsicRangeItemsMax = 1000;

struct IntrinsicCall;

// A parsed call. Copies share it; safe from any thread.
class Intrinsic {
 public:
  // Whether `text` is meant as a call: then Parse says what is wrong with it.
  static bool LooksLikeCall(std::string_view text) { return text.starts_with("States."); }

  // InvalidArgument says at which column what was expected.
  static Result<Intrinsic> Parse(std::string_view text);

  // Whether a path among the arguments starts at `root`.
  bool Uses(PathRoot root) const;

  const std::string& text() const { return text_; }

  // The result of the call in the field `field` ("value.$"). It may point into the call and into
  // what the scope gave.
  //
  // Errors:  FailedPrecondition   with reason "States.IntrinsicFailure": an argument is not what
  // the
  //                               function takes.
  //          as EvaluateInField   for the paths among the arguments.
  Result<json::Value> Evaluate(std::string_view field, Scope& scope, json::Arena& arena) const;

 private:
  Intrinsic() = default;

  std::string text_;
  std::shared_ptr<const IntrinsicCall> call_;
};

}  // namespace pawl::expression
