#include "engine/expression/intrinsic_syntax.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/expression/intrinsic.h"
#include "engine/expression/text_cursor.h"

namespace pawl::expression {
namespace {

constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();

struct KnownFunction {
  std::string_view name;
  IntrinsicFunction function;
  std::size_t arguments_min;
  std::size_t arguments_max;
};

constexpr std::array<KnownFunction, 18> kIntrinsicFunctions = {{
    {"States.Array", IntrinsicFunction::kArray, 0, kAnyNumber},
    {"States.ArrayContains", IntrinsicFunction::kArrayContains, 2, 2},
    {"States.ArrayGetItem", IntrinsicFunction::kArrayGetItem, 2, 2},
    {"States.ArrayLength", IntrinsicFunction::kArrayLength, 1, 1},
    {"States.ArrayPartition", IntrinsicFunction::kArrayPartition, 2, 2},
    {"States.ArrayRange", IntrinsicFunction::kArrayRange, 3, 3},
    {"States.ArrayUnique", IntrinsicFunction::kArrayUnique, 1, 1},
    {"States.Base64Decode", IntrinsicFunction::kBase64Decode, 1, 1},
    {"States.Base64Encode", IntrinsicFunction::kBase64Encode, 1, 1},
    {"States.Format", IntrinsicFunction::kFormat, 1, kAnyNumber},
    {"States.Hash", IntrinsicFunction::kHash, 2, 2},
    {"States.JsonMerge", IntrinsicFunction::kJsonMerge, 3, 3},
    {"States.JsonToString", IntrinsicFunction::kJsonToString, 1, 1},
    {"States.MathAdd", IntrinsicFunction::kMathAdd, 2, 2},
    {"States.MathRandom", IntrinsicFunction::kMathRandom, 2, 3},
    {"States.StringSplit", IntrinsicFunction::kStringSplit, 2, 2},
    {"States.StringToJson", IntrinsicFunction::kStringToJson, 1, 1},
    {"States.UUID", IntrinsicFunction::kUuid, 0, 0},
}};

constexpr bool IsNameCharacter(char c) {
  return IsLetter(c) || IsDigit(c) || c == '.';
}

constexpr bool IsEscapable(char c) {
  return c == '\'' || c == '\\' || c == '{' || c == '}';
}

std::string DescribeArity(const KnownFunction& function) {
  const std::string least = std::to_string(function.arguments_min);
  if (function.arguments_max == kAnyNumber) return least + " or more arguments";
  if (function.arguments_max == function.arguments_min) return least + " arguments";
  return least + " to " + std::to_string(function.arguments_max) + " arguments";
}

// Recursion is bounded by kIntrinsicCallsMax.
class CallParser final {
 public:
  explicit CallParser(TextCursor& cursor) : cursor_(cursor) {}

  Result<IntrinsicCall> ParseCall() {
    const std::size_t begin = cursor_.position();
    const std::string_view name = cursor_.TakeWhile(IsNameCharacter);
    const auto known =
        std::find_if(kIntrinsicFunctions.begin(),
                     kIntrinsicFunctions.end(),
                     [name](const KnownFunction& function) { return function.name == name; });
    if (known == kIntrinsicFunctions.end()) {
      return cursor_.ErrorAt(begin,
                             "expected an intrinsic function such as States.Format, found '" +
                                 std::string(name) + "'");
    }
    if (++calls_ > kIntrinsicCallsMax) {
      return cursor_.ErrorAt(begin,
                             "expected at most " + std::to_string(kIntrinsicCallsMax) +
                                 " intrinsic calls in one field, found one more");
    }
    if (!cursor_.TakeAfterSpaces("(")) {
      return cursor_.Expected("'(' after " + std::string(name));
    }
    IntrinsicCall call;
    call.function = known->function;
    RETURN_IF_ERROR(ParseArguments(call));
    if (call.arguments.size() < known->arguments_min ||
        call.arguments.size() > known->arguments_max) {
      return cursor_.ErrorAt(begin,
                             "expected " + std::string(name) + " to have " + DescribeArity(*known) +
                                 ", found " + std::to_string(call.arguments.size()));
    }
    call.text = cursor_.Since(begin);
    return call;
  }

 private:
  Status ParseArguments(IntrinsicCall& call) {
    if (cursor_.TakeAfterSpaces(")")) return OkStatus();
    do {
      cursor_.SkipSpaces();
      const bool is_template =
          call.function == IntrinsicFunction::kFormat && call.arguments.empty();
      ASSIGN_OR_RETURN(IntrinsicArgument argument, ParseArgument(is_template));
      call.arguments.push_back(std::move(argument));
    } while (cursor_.TakeAfterSpaces(","));
    if (!cursor_.TakeAfterSpaces(")")) return cursor_.Expected("',' or ')' after an argument");
    return OkStatus();
  }

  Result<IntrinsicArgument> ParseArgument(bool is_template) {
    const char c = cursor_.Peek();
    if (c == '$') return ParsePath();
    if (c == '\'') return ParseString(is_template);
    if (Intrinsic::LooksLikeCall(cursor_.rest())) {
      ASSIGN_OR_RETURN(IntrinsicCall call, ParseCall());
      return IntrinsicArgument(std::make_shared<const IntrinsicCall>(std::move(call)));
    }
    const bool is_literal = IsDigit(c) || c == '-' || c == 't' || c == 'f' || c == 'n';
    if (!is_literal) {
      return cursor_.Expected(
          "an argument (a path, a string in single quotes, a number, true, false, null or a call)");
    }
    ASSIGN_OR_RETURN(const json::Value literal, cursor_.ReadLiteral());
    return IntrinsicArgument(literal);
  }

  Result<IntrinsicArgument> ParseString(bool keeps_escapes) {
    const std::size_t begin = cursor_.position();
    cursor_.Advance();
    const std::size_t content = cursor_.position();
    while (cursor_.Peek() != '\'') {
      if (cursor_.AtEnd()) return cursor_.ErrorAt(begin, "expected this string to end with '");
      if (cursor_.Peek() == '\\') {
        cursor_.Advance();
        if (!IsEscapable(cursor_.Peek())) {
          return cursor_.Expected("one of ' \\ { } after the backslash");
        }
      }
      cursor_.Advance();
    }
    const std::string_view raw = cursor_.Since(content);
    cursor_.Advance();
    const std::string text = keeps_escapes ? std::string(raw) : UnescapeIntrinsicString(raw);
    return IntrinsicArgument(json::Value::String(cursor_.literals().Copy(text)));
  }

  // A path reaches to the next comma or bracket that is not inside its own brackets.
  Result<IntrinsicArgument> ParsePath() {
    const std::size_t begin = cursor_.position();
    std::size_t depth = 0;
    while (!cursor_.AtEnd()) {
      const char c = cursor_.Peek();
      if (depth == 0 && (c == ',' || c == ')')) break;
      if (depth > 0 && (c == '\'' || c == '"')) {
        RETURN_IF_ERROR(cursor_.ReadQuoted().status());
        continue;
      }
      if (c == '[' || c == '(') ++depth;
      if (c == ']' || c == ')') depth -= depth > 0 ? 1 : 0;
      cursor_.Advance();
    }
    Result<Path> path = Path::Parse(cursor_.Since(begin));
    if (!path.ok()) {
      return cursor_.ErrorAt(begin, "expected a path: " + path.status().message() + " of the path");
    }
    return IntrinsicArgument(*std::move(path));
  }

  TextCursor& cursor_;
  std::size_t calls_ = 0;
};

}  // namespace

Result<IntrinsicCall> ParseIntrinsicCall(std::string_view text) {
  if (text.size() > kIntrinsicBytesMax) {
    return InvalidArgument("expected a call of at most " + std::to_string(kIntrinsicBytesMax) +
                           " bytes, found " + std::to_string(text.size()));
  }
  auto literals = std::make_shared<json::Arena>();
  TextCursor cursor(text, *literals);
  ASSIGN_OR_RETURN(IntrinsicCall call, CallParser(cursor).ParseCall());
  cursor.SkipSpaces();
  if (!cursor.AtEnd()) return cursor.Expected("the end after the call");
  call.literals = std::move(literals);
  return call;
}

std::string UnescapeIntrinsicString(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && IsEscapable(text[i + 1])) ++i;
    plain += text[i];
  }
  return plain;
}

}  // namespace pawl::expression
