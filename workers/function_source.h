// Finds the handler in a function's source without running it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pawl::workers {

// The name that Python source binds at its top level to what AWS Lambda would call: `handler`, else
// `lambda_handler`; nullopt when it binds neither. A definition, an assignment and an import bind;
// text in strings, comments and nested blocks does not.
//
// It reads tokens, not grammar: a name bound only in an `if` at the top level is not found. A
// manifest names such a handler.
std::optional<std::string> FindHandler(std::string_view source);

}  // namespace pawl::workers
