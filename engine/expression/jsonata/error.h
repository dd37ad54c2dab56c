// What goes wrong in an expression, as JSONata says it: a code, and a message whose gaps are filled
// with what was found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::expression::jsonata {

// A word of an expression, or of an error's message.
struct ErrorText {
  std::string text;
  // Strings are quoted in messages; numbers, true and null are not.
  bool is_quoted = true;
};

struct Error {
  // "T2001".
  std::string_view code;
  std::optional<ErrorText> token = std::nullopt;
  std::optional<std::size_t> position = std::nullopt;
  // What stands for {{value}} and {{value2}}: JSON text.
  std::string value = {};
  std::string value2 = {};
  // Which argument, from 1.
  std::size_t index = 0;
  // What an array should have held (T0412), the message raised ($error) or the function's name.
  std::string detail = {};
  // An error that already has its message: from a regular expression, a picture or the environment.
  std::optional<Status> status = std::nullopt;
};

// Past the budget: U1001 with what was exceeded.
Error OutOfSteps();
Error TooDeep();
Error OutOfMemory();

// The error as a Status of `code` (past a budget: ResourceExhausted). The reason is the JSONata
// code.
Status ToStatus(const Error& error, StatusCode code);

}  // namespace pawl::expression::jsonata
