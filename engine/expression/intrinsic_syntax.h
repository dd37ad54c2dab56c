// What a parsed intrinsic call is made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/status.h"
#include "engine/expression/path.h"
#include "engine/json/arena.h"
#include "engine/json/value.h"

namespace pawl::expression {

enum class IntrinsicFunction : std::uint8_t {
  kArray,
  kArrayContains,
  kArrayGetItem,
  kArrayLength,
  kArrayPartition,
  kArrayRange,
  kArrayUnique,
  kBase64Decode,
  kBase64Encode,
  kFormat,
  kHash,
  kJsonMerge,
  kJsonToString,
  kMathAdd,
  kMathRandom,
  kStringSplit,
  kStringToJson,
  kUuid,
};

struct IntrinsicCall;

// A literal, a path, or a call.
using IntrinsicArgument = std::variant<json::Value, Path, std::shared_ptr<const IntrinsicCall>>;

struct IntrinsicCall {
  IntrinsicFunction function = IntrinsicFunction::kArray;
  std::vector<IntrinsicArgument> arguments;
  // As written: for messages.
  std::string text;
  // Holds the literals. Set for the outermost call.
  std::shared_ptr<json::Arena> literals;
};

// InvalidArgument says at which column what was expected.
Result<IntrinsicCall> ParseIntrinsicCall(std::string_view text);

// A template of States.Format keeps its escapes, because \{\} is no {}. Undoes \' \\ \{ \}.
std::string UnescapeIntrinsicString(std::string_view text);

}  // namespace pawl::expression
