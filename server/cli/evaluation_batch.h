// `pawl eval --batch`: expressions line by line.
#pragma once

#include <string>
#include <string_view>

#include "engine/platform/clock.h"
#include "engine/platform/random.h"

namespace pawl::cli {

struct BatchOptions {
  // The operators ?? and ?: of JSONata 2.1.
  bool has_default_operators = false;
};

// The code of a line that is no request.
inline constexpr std::string_view kInvalidRequest = "INVALID_REQUEST";

// The line that answers `line`, {"language", "expression"[, "input"][, "variables"]}: as
// Evaluation::ToJson. A line that is no such object is answered with an error of kInvalidRequest.
std::string AnswerLine(std::string_view line,
                       const BatchOptions& options,
                       platform::Clock& clock,
                       platform::Random& random);

}  // namespace pawl::cli
