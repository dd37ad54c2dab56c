#include "tests/conformance/asl/lambda_function.h"

#include <chrono>
#include <string>
#include <utility>

namespace pawl::test {
namespace {

using Function = ScriptedWorker::Function;
using Outcome = ScriptedWorker::Outcome;

// What a function that writes nothing has in its log. Its text is compared with itself alone.
std::string LogOf(const Task& task) {
  return "START RequestId: " + task.request_id +
         " Version: $LATEST\nEND RequestId: " + task.request_id +
         "\nREPORT RequestId: " + task.request_id +
         "\tDuration: 1.00 ms\tBilled Duration: 1 ms\tMemory Size: 128 MB\t"
         "Max Memory Used: 30 MB\t\n";
}

// Python's repr of a JSON value, which str() gives for lists and dictionaries.
std::string PythonRepr(const Tree& value) {
  if (value.is_null()) return "None";
  if (value.is_bool()) return value.get_bool() ? "True" : "False";
  if (value.is_string()) {
    const std::string text(TextOf(value));
    const bool has_single = text.find('\'') != std::string::npos;
    const char quote = has_single && text.find('"') == std::string::npos ? '"' : '\'';
    std::string repr(1, quote);
    for (const char c : text) {
      if (c == quote || c == '\\') repr += '\\';
      repr += c;
    }
    return repr + quote;
  }
  std::string repr;
  if (const auto* items = value.if_array()) {
    for (const Tree& item : *items)
      repr += (repr.empty() ? "" : ", ") + PythonRepr(item);
    return "[" + repr + "]";
  }
  if (const auto* object = value.if_object()) {
    for (const auto& entry : *object) {
      repr += (repr.empty() ? "" : ", ") + PythonRepr(Tree(entry.key())) + ": " +
              PythonRepr(entry.value());
    }
    return "{" + repr + "}";
  }
  return PythonText(value);
}

std::string PythonStr(const Tree& value) {
  return value.is_string() ? std::string(TextOf(value)) : PythonRepr(value);
}

// As the Python runtime of Lambda reports an exception of a handler whose only statement raises it.
// Stack traces are compared only where they are text inside of text.
Outcome Raised(const Task& task, const std::string& type, const std::string& message) {
  const std::string argument = message.empty() ? "" : "\"" + message + "\"";
  const std::string trace = "  File \"/var/task/handler.py\", line 2, in handler\n    raise " +
                            type + "(" + argument + ")\n";
  const Tree payload = boost::json::object{{"errorMessage", message},
                                           {"errorType", type},
                                           {"requestId", task.request_id},
                                           {"stackTrace", boost::json::array{trace}}};
  return {.error = type, .cause = PythonText(payload)};
}

Result<Function> MakeBehaviour(const Tree& behaviour) {
  const std::string kind = StringMember(behaviour, "kind");
  if (kind == "return_input") {
    return Function([](const Task& task) { return Outcome{.output = task.payload.str()}; });
  }
  if (kind == "return_const") {
    const Tree* value = Member(behaviour, "value");
    const std::string text = value == nullptr ? "null" : PythonText(*value);
    return Function([text](const Task&) { return Outcome{.output = text}; });
  }
  if (kind == "return_python_format") {
    return Function([prefix = StringMember(behaviour, "prefix")](const Task& task) {
      const Tree event = ParseTree(task.payload.view()).value_or(Tree());
      return Outcome{.output = PythonText(Tree(prefix + PythonStr(event)))};
    });
  }
  if (kind == "return_bytes") {
    return Function(
        [text = StringMember(behaviour, "text")](const Task&) { return Outcome{.output = text}; });
  }
  if (kind == "large_string") {
    const std::string character = StringMember(behaviour, "char");
    const Tree* bytes = Member(behaviour, "bytes");
    std::string text;
    for (auto left = bytes == nullptr ? 0 : bytes->to_number<std::int64_t>(); left > 0; --left)
      text += character;
    return Function([text](const Task&) { return Outcome{.output = text}; });
  }
  if (kind == "raise") {
    return Function([type = StringMember(behaviour, "type"),
                     message = StringMember(behaviour, "message")](const Task& task) {
      return Raised(task, type, message);
    });
  }
  if (kind == "sleep") {
    const Tree* then = Member(behaviour, "then");
    const Tree* seconds = Member(behaviour, "seconds");
    if (then == nullptr || seconds == nullptr) return InvalidArgument("an incomplete sleep");
    ASSIGN_OR_RETURN(Function function, MakeBehaviour(*then));
    const Duration takes = std::chrono::duration_cast<Duration>(
        std::chrono::duration<double>(seconds->to_number<double>()));
    return Function([function = std::move(function), takes](const Task& task) {
      Outcome outcome = function(task);
      outcome.takes += takes;
      return outcome;
    });
  }
  return InvalidArgument("a function behaviour that is not known: " + kind);
}

}  // namespace

Result<Function> MakeFunction(const Tree& behaviour) {
  ASSIGN_OR_RETURN(Function answer, MakeBehaviour(behaviour));
  return Function([answer = std::move(answer)](const Task& task) {
    Outcome outcome = answer(task);
    outcome.log_tail = LogOf(task);
    return outcome;
  });
}

}  // namespace pawl::test
