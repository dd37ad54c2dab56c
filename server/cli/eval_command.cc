#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/json/parse.h"
#include "engine/json/write.h"
#include "engine/platform/clock.h"
#include "engine/platform/random.h"
#include "server/cli/client_command.h"
#include "server/cli/command.h"
#include "server/cli/evaluation.h"
#include "server/cli/evaluation_batch.h"
#include "server/cli/input_file.h"
#include "server/cli/terminal_text.h"

namespace pawl::cli {
namespace {

struct EvalOptions : OutputOptions {
  std::string expression;
  std::string language = "jsonata";
  std::string input;
  std::vector<std::string> variables;
  bool has_default_operators = false;
  bool is_batch = false;
};

// Reads lines of standard input, which people may type or programs send one by one.
class Lines {
 public:
  // False at the end. Of a line beyond kInputBytesMax the rest is dropped and `is_too_long` set.
  bool Next(std::string& line, bool& is_too_long) {
    line.clear();
    is_too_long = false;
    int c = std::getc(stdin);
    if (c == EOF) return false;
    for (; c != EOF && c != '\n'; c = std::getc(stdin)) {
      is_too_long = line.size() == kInputBytesMax;
      if (!is_too_long) line += static_cast<char>(c);
    }
    return true;
  }
};

int EvaluateBatch(const EvalOptions& options) {
  platform::SystemClock clock;
  platform::SystemRandom random;
  const BatchOptions batch{.has_default_operators = options.has_default_operators};
  Lines lines;
  std::string line;
  bool is_too_long = false;
  while (lines.Next(line, is_too_long)) {
    // What was cut is no JSON, and answered so.
    PrintLine(AnswerLine(is_too_long ? "" : line, batch, clock, random));
    if (const int exit_code = FlushOutput(kDone); exit_code != kDone) return exit_code;
  }
  return kDone;
}

// {"name": value, …} of NAME=JSON. The texts are checked, so that only the names can collide.
Result<std::string> VariablesJson(const std::vector<std::string>& variables) {
  std::map<std::string, std::string> values;
  for (const std::string& variable : variables) {
    const std::size_t equals = variable.find('=');
    std::string name = variable.substr(0, equals);
    if (name.starts_with('$')) name.erase(0, 1);
    const std::string text = equals == std::string::npos ? "" : variable.substr(equals + 1);
    const Status status = json::Check(text);
    if (name.empty() || !status.ok()) {
      return InvalidArgument(fmt::format("--variable '{}' is not NAME=JSON{}",
                                         SafeText(variable),
                                         name.empty() ? "" : ": " + SafeText(status.message())));
    }
    values[name] = text;
  }
  std::string object;
  for (const auto& [name, text] : values) {
    object += object.empty() ? "{" : ",";
    json::WriteStringTo(object, name);
    object += ':' + text;
  }
  return object.empty() ? "{}" : object + '}';
}

std::string ErrorText(const EvaluationError& error) {
  std::string place;
  if (error.position > 0) place = fmt::format(" (position {}", error.position);
  if (!error.token.empty()) {
    place += fmt::format("{}at '{}'", place.empty() ? " (" : ", ", SafeText(error.token));
  }
  if (!place.empty()) place += ')';
  return fmt::format("pawl eval: {}: {}{}", SafeText(error.code), SafeText(error.message), place);
}

void PrintEvaluation(const EvalOptions& options, const Evaluation& evaluation) {
  if (options.is_json()) {
    PrintLine(evaluation.ToJson());
  } else if (evaluation.error) {
    PrintNote(ErrorText(*evaluation.error));
  } else if (!evaluation.result_json) {
    PrintNote("pawl eval: undefined: the expression gives no value");
  } else {
    json::Arena arena;
    const Result<json::Value> value = json::Parse(*evaluation.result_json, arena);
    // What nests too deep to be read again is not for people anyway.
    PrintLine(SafeJson(value.ok() ? json::WritePretty(*value) : *evaluation.result_json));
  }
}

int EvaluateOne(const EvalOptions& options) {
  EvaluationRequest request;
  request.language = QueryLanguageNamed(options.language).value_or(QueryLanguage::kJsonata);
  request.has_default_operators = options.has_default_operators;
  request.expression = options.expression;

  json::Arena arena;
  std::string input;
  if (!options.input.empty()) {
    const Result<std::string> text = ReadPayload(options.input);
    if (!text.ok()) return ReportUsage("eval", text.status().message());
    input = *text;
    request.input = json::Parse(input, arena).value();
  }
  const Result<std::string> variables = VariablesJson(options.variables);
  if (!variables.ok()) return ReportUsage("eval", variables.status().message());
  const Result<json::Value> values = json::Parse(*variables, arena, kJsonDepthMax + 1);
  if (!values.ok()) return ReportUsage("eval", "--variable: " + values.status().message());
  request.variables = *values;

  platform::SystemClock clock;
  platform::SystemRandom random;
  const Evaluation evaluation = Evaluate(request, clock, random);
  PrintEvaluation(options, evaluation);
  return FlushOutput(evaluation.error ? kFailed : kDone);
}

int Eval(const EvalOptions& options) {
  if (!options.is_batch) {
    if (options.expression.empty()) return ReportUsage("eval", "EXPRESSION or --batch is required");
    return EvaluateOne(options);
  }
  if (!options.expression.empty() || !options.input.empty() || !options.variables.empty()) {
    return ReportUsage("eval", "--batch takes expressions, inputs and variables from its lines");
  }
  return EvaluateBatch(options);
}

}  // namespace

void AddEvalCommand(Command& app, int& exit_code) {
  Command command = app.AddCommand("eval", "Evaluate a JSONata or JSONPath expression");
  command.Footer(
      "Needs no server. Exits 0 with a result or undefined, 1 if the expression is wrong or fails, "
      "2\n"
      "for wrong usage. An error names JSONata's code, the position behind the token and the "
      "token;\n"
      "of JSONPath and intrinsic functions (States.Format) the name of the error that a state "
      "fails\n"
      "with. With --output json the answer is one line:\n"
      "  {\"result\": …}, {\"undefined\": true} or {\"error\": {\"code\", \"message\", "
      "\"position\",\n"
      "   \"token\"}}\n"
      "--batch reads {\"language\", \"expression\", \"input\", \"variables\"} line by line from "
      "standard\n"
      "input, the last two may be absent, and answers each with such a line; it exits 0.\n"
      "\n"
      "Examples:\n"
      "  pawl eval '$sum(items.price)' --input '{\"items\": [{\"price\": 3}, {\"price\": 4}]}'\n"
      "  pawl eval '$states.input.name' --variable 'states={\"input\": {\"name\": \"Ada\"}}'\n"
      "  pawl eval '$.items[?(@.price > 3)]' --language jsonpath --input @order.json\n"
      "  echo '{\"language\": \"jsonata\", \"expression\": \"1 + 1\"}' | pawl eval --batch");
  auto options = std::make_shared<EvalOptions>();
  command.AddOption("EXPRESSION", options->expression, "The expression, without {% and %}");
  command.AddOption("--language", options->language, "jsonata or jsonpath")
      .OneOf({"jsonata", "jsonpath"})
      .ShowDefault();
  command.AddOption("--input", options->input, "The input: JSON, @FILE, or - for standard input");
  command
      .AddOption("--variable", options->variables, "NAME=JSON: the variable $NAME; may be repeated")
      .OneValueEach();
  command.AddFlag(
      "--jsonata-2.1", options->has_default_operators, "The operators ?? and ?: of JSONata 2.1");
  command.AddFlag("--batch", options->is_batch, "Answer the lines of standard input");
  AddOutputOption(command, *options);
  command.Run([options, &exit_code] { exit_code = Eval(*options); });
}

}  // namespace pawl::cli
