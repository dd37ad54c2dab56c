#include "engine/expression/jsonata/error.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/check.h"
#include "engine/expression/jsonata/text.h"
#include "engine/json/write.h"

namespace pawl::expression::jsonata {
namespace {

constexpr std::string_view kPastBudget = "U1001";

struct Message {
  std::string_view code;
  // {{x}} is filled with JSON text, {{{x}}} with the bare text.
  std::string_view text;
};

constexpr std::array kMessages = {
    Message{"S0101", "String literal must be terminated by a matching quote"},
    Message{"S0102", "Number out of range: {{token}}"},
    Message{"S0103", "Unsupported escape sequence: \\{{token}}"},
    Message{"S0104", "The escape sequence \\u must be followed by 4 hex digits"},
    Message{"S0105", "Quoted property name must be terminated with a backquote (`)"},
    Message{"S0106", "Comment has no closing tag"},
    Message{"S0201", "Syntax error: {{token}}"},
    Message{"S0202", "Expected {{value}}, got {{token}}"},
    Message{"S0203", "Expected {{value}} before end of expression"},
    Message{"S0204", "Unknown operator: {{token}}"},
    Message{"S0205", "Unexpected token: {{token}}"},
    Message{"S0206", "Unknown expression type: {{token}}"},
    Message{"S0207", "Unexpected end of expression"},
    Message{"S0208",
            "Parameter {{value}} of function definition must be a variable name (start with $)"},
    Message{"S0209", "A predicate cannot follow a grouping expression in a step"},
    Message{"S0210", "Each step can only have one grouping expression"},
    Message{"S0211", "The symbol {{token}} cannot be used as a unary operator"},
    Message{"S0212", "The left side of := must be a variable name (start with $)"},
    Message{"S0213",
            "The literal value {{value}} cannot be used as a step within a path expression"},
    Message{"S0214", "The right side of {{token}} must be a variable name (start with $)"},
    Message{"S0215", "A context variable binding must precede any predicates on a step"},
    Message{"S0216", "A context variable binding must precede the 'order-by' clause on a step"},
    Message{"S0217", "The object representing the 'parent' cannot be derived from this expression"},
    Message{"S0301", "Empty regular expressions are not allowed"},
    Message{"S0302", "No terminating / in regular expression"},
    Message{"S0401", "Type parameters can only be applied to functions and arrays"},
    Message{"S0402", "Choice groups containing parameterized types are not supported"},
    Message{"D1001", "Number out of range: {{value}}"},
    Message{"D1002", "Cannot negate a non-numeric value: {{value}}"},
    Message{"D1004", "Regular expression matches zero length string"},
    Message{"D1009", "Multiple key definitions evaluate to same key: {{value}}"},
    Message{"D2014",
            "The size of the sequence allocated by the range operator (..) must not exceed 1e6.  "
            "Attempted to allocate {{value}}."},
    Message{"D3001", "Attempting to invoke string function on Infinity or NaN"},
    Message{"D3010", "Second argument of replace function cannot be an empty string"},
    Message{"D3011", "Fourth argument of replace function must evaluate to a positive number"},
    Message{"D3012", "Attempted to replace a matched string with a non-string value"},
    Message{"D3020", "Third argument of split function must evaluate to a positive number"},
    Message{"D3030", "Unable to cast value to a number: {{value}}"},
    Message{"D3040", "Third argument of match function must evaluate to a positive number"},
    Message{"D3050",
            "The second argument of reduce function must be a function with at least two "
            "arguments"},
    Message{"D3060", "The sqrt function cannot be applied to a negative number: {{value}}"},
    Message{"D3061",
            "The power function has resulted in a value that cannot be represented as a JSON "
            "number: base={{value}}, exponent={{value2}}"},
    Message{"D3070",
            "The single argument form of the sort function can only be applied to an array of "
            "strings or an array of numbers.  Use the second argument to specify a comparison "
            "function"},
    Message{"D3100",
            "The radix of the formatBase function must be between 2 and 36.  It was given "
            "{{value}}"},
    Message{"D3110",
            "The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given "
            "{{value}}"},
    Message{"D3120", "Syntax error in expression passed to function {{{detail}}}: {{value}}"},
    Message{"D3137", "{{{detail}}}"},
    Message{"D3138",
            "The $single() function expected exactly 1 matching result.  Instead it matched "
            "more."},
    Message{"D3139",
            "The $single() function expected exactly 1 matching result.  Instead it matched 0."},
    Message{"D3140", "Malformed URL passed to ${{{detail}}}(): {{value}}"},
    Message{"D3141", "{{{detail}}}"},
    Message{"T0410", "Argument {{index}} of function {{token}} does not match function signature"},
    Message{"T0411",
            "Context value is not a compatible type with argument {{index}} of function "
            "{{token}}"},
    Message{"T0412", "Argument {{index}} of function {{token}} must be an array of {{detail}}"},
    Message{"T1003", "Key in object structure must evaluate to a string; got: {{value}}"},
    Message{"T1005", "Attempted to invoke a non-function. Did you mean ${{{token}}}?"},
    Message{"T1006", "Attempted to invoke a non-function"},
    Message{"T1007", "Attempted to partially apply a non-function. Did you mean ${{{token}}}?"},
    Message{"T1008", "Attempted to partially apply a non-function"},
    Message{"T1010",
            "The matcher function argument passed to function {{token}} does not return the "
            "correct object structure"},
    Message{"T2001", "The left side of the {{token}} operator must evaluate to a number"},
    Message{"T2002", "The right side of the {{token}} operator must evaluate to a number"},
    Message{"T2003", "The left side of the range operator (..) must evaluate to an integer"},
    Message{"T2004", "The right side of the range operator (..) must evaluate to an integer"},
    Message{"T2006", "The right side of the function application operator ~> must be a function"},
    Message{"T2007",
            "Type mismatch when comparing values {{value}} and {{value2}} in order-by clause"},
    Message{"T2008",
            "The expressions within an order-by clause must evaluate to numeric or string "
            "values"},
    Message{"T2009",
            "The values {{value}} and {{value2}} either side of operator {{token}} must be of the "
            "same data type"},
    Message{"T2010",
            "The expressions either side of operator {{token}} must evaluate to numeric or string "
            "values"},
    Message{"T2011",
            "The insert/update clause of the transform expression must evaluate to an object: "
            "{{value}}"},
    Message{"T2012",
            "The delete clause of the transform expression must evaluate to a string or array of "
            "strings: {{value}}"},
    Message{kPastBudget, "{{{detail}}}"},
};

std::string Quoted(std::string_view text) {
  std::string out;
  json::WriteStringTo(out, text);
  return out;
}

// What a gap of a message is filled with. `is_bare`: strings without quotes.
std::string Filling(const Error& error, std::string_view gap, bool is_bare) {
  if (gap == "token") {
    if (!error.token) return "undefined";
    return is_bare || !error.token->is_quoted ? error.token->text : Quoted(error.token->text);
  }
  if (gap == "value") return error.value;
  if (gap == "value2") return error.value2;
  if (gap == "index") return std::to_string(error.index);
  return is_bare ? error.detail : Quoted(error.detail);
}

std::string Fill(std::string_view text, const Error& error) {
  std::string out;
  while (true) {
    const std::size_t open = text.find("{{");
    if (open == std::string_view::npos) return out.append(text);
    const bool is_bare = text.substr(open).starts_with("{{{");
    const std::size_t braces = is_bare ? 3 : 2;
    const std::size_t close = text.find("}}", open);
    PAWL_CHECK(close != std::string_view::npos);
    out.append(text.substr(0, open));
    out += Filling(error, text.substr(open + braces, close - open - braces), is_bare);
    text.remove_prefix(close + braces);
  }
}

Error PastBudget(std::string detail) {
  Error error{.code = kPastBudget};
  error.detail = std::move(detail);
  return error;
}

}  // namespace

Error OutOfSteps() {
  return PastBudget("Expression evaluation timeout: Check for infinite loop");
}

Error TooDeep() {
  return PastBudget(
      "Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as "
      "tail-recursive.");
}

Error OutOfMemory() {
  return PastBudget("Expression evaluation takes too much memory");
}

Status ToStatus(const Error& error, StatusCode code) {
  if (error.status) {
    if (error.status->reason() != kPastBudget && error.status->reason().empty()) {
      return *error.status;
    }
    return Status(error.status->reason() == kPastBudget ? StatusCode::kResourceExhausted : code,
                  error.status->message())
        .WithReason(error.status->reason());
  }
  const auto* const message =
      std::find_if(kMessages.begin(), kMessages.end(), [&error](const Message& known) {
        return known.code == error.code;
      });
  PAWL_CHECK(message != kMessages.end());
  return Status(error.code == kPastBudget ? StatusCode::kResourceExhausted : code,
                WellFormed(Fill(message->text, error)))
      .WithReason(std::string(error.code));
}

}  // namespace pawl::expression::jsonata
