#include "server/aws/execution_input.h"

#include "engine/base/ascii.h"
#include "engine/json/parse.h"
#include "server/aws/api_error.h"

namespace pawl::aws {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n";

bool IsWordPart(char c) {
  return IsLetter(c) || IsDigit(c) || c == '_' || c == '$';
}

// What stands where a value should begin.
std::string AtValue(std::string_view text) {
  const char first = text.front();
  if (IsLetter(first)) {
    std::size_t end = 0;
    while (end < text.size() && IsWordPart(text[end]))
      ++end;
    return "Unrecognized token '" + std::string(text.substr(0, end)) +
           "': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or "
           "'false')";
  }
  return "Unexpected character ('" + std::string(1, first) + "' (code " +
         std::to_string(static_cast<int>(first)) +
         ")): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' "
         "or 'false')";
}

// Jackson's words for the first thing that is wrong in the beginning of `text`; empty if it is
// further in.
std::string FirstProblem(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return "Invalid execution input.";
  text.remove_prefix(begin);
  const bool is_word =
      text.starts_with("true") || text.starts_with("false") || text.starts_with("null");
  if (is_word || std::string_view("[\"-0123456789").find(text.front()) != std::string_view::npos) {
    return "";
  }
  if (text.front() != '{') {
    const auto byte = static_cast<unsigned char>(text.front());
    return byte < 0x80 ? AtValue(text) : "";
  }
  const std::size_t name = text.find_first_not_of(kWhiteSpace, 1);
  if (name == std::string_view::npos || text[name] == '"' || text[name] == '}') return "";
  const auto byte = static_cast<unsigned char>(text[name]);
  if (byte >= 0x80) return "";
  return "Unexpected character ('" + std::string(1, text[name]) + "' (code " +
         std::to_string(byte) + ")): was expecting double-quote to start field name";
}

}  // namespace

Status CheckExecutionInput(std::string_view text) {
  const Status status = json::Check(text);
  if (status.ok()) return {};
  std::string problem = FirstProblem(text);
  if (problem.empty()) problem = status.message();
  return Refusal("InvalidExecutionInput",
                 "Invalid State Machine Execution Input: '" + problem + "'");
}

}  // namespace pawl::aws
