#include "server/cli/client_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "server/cli/terminal_text.h"

namespace pawl::cli {
namespace {

constexpr std::string_view kArnPrefix = "arn:";

// arn:PARTITION:states:REGION:ACCOUNT:execution:STATE_MACHINE:NAME
constexpr std::size_t kArnParts = 8;
constexpr std::size_t kArnKind = 5;
constexpr std::size_t kArnStateMachine = 6;
constexpr std::size_t kArnName = 7;

constexpr std::string_view kTestCaseField = "execution.test_case";

std::vector<std::string> SplitArn(const std::string& arn) {
  std::vector<std::string> parts(1);
  for (const char byte : arn) {
    if (byte == ':' && parts.size() < kArnParts) {
      parts.emplace_back();
    } else {
      parts.back() += byte;
    }
  }
  return parts;
}

std::string WhereToLook(std::string_view command, const Status& status) {
  if (status.reason() == "ActivityDoesNotExist") return "'pawl activity list' shows them.";
  if (status.reason() == "TaskTimedOut") return "";
  if (command.starts_with("function") || command == "invoke") {
    return "'pawl function list' shows the functions.";
  }
  if (command.starts_with("alias")) {
    return "'pawl alias list STATE_MACHINE' shows its aliases, 'pawl versions STATE_MACHINE' its "
           "versions.";
  }
  if (command.starts_with("tag")) {
    return "'pawl list' shows the state machines, 'pawl activity list' the activities.";
  }
  if (status.reason() == "ResourceNotFound") {
    return "'pawl map-runs STATE_MACHINE NAME' shows the Map runs of an execution.";
  }
  return "'pawl list' shows the state machines, 'pawl list STATE_MACHINE' its executions.";
}

std::string NextStep(std::string_view command, const ClientOptions& options, const Status& status) {
  switch (status.code()) {
    case StatusCode::kUnavailable:
      return "Start one with 'pawl server --data-dir DIR' or 'pawl dev DIR', or say where it is "
             "with\n"
             "--address HOST:PORT or PAWL_ADDRESS.";
    case StatusCode::kDeadlineExceeded:
      return fmt::format("The server at {} did not answer within {} s; is it busy or stopped?",
                         SafeText(options.address),
                         kCallTimeout.count());
    case StatusCode::kNotFound:
      return WhereToLook(command, status);
    case StatusCode::kInvalidArgument:
      if (status.field() != kTestCaseField) return "";
      return "Test cases are in the mock configuration: pawl server --mock-config FILE";
    case StatusCode::kResourceExhausted:
      // A quota: waiting makes no room.
      if (!status.reason().empty()) return "";
      return "The server is out of room for now: wait, then try again.";
    default:
      return "";
  }
}

int ExitCodeFor(StatusCode code) {
  switch (code) {
    case StatusCode::kUnavailable:
    case StatusCode::kDeadlineExceeded:
      return kUnreachable;
    default:
      return kRefused;
  }
}

// What is wrong with it; empty: nothing.
std::string CheckAddress(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  const std::string port = colon == std::string::npos ? "" : address.substr(colon + 1);
  const bool is_number =
      !port.empty() && port.size() <= 5 &&
      std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  const int number = is_number ? std::stoi(port) : 0;
  if (number >= 1 && colon > 0 && number <= 65'535) return "";
  return fmt::format("'{}' is no address such as {}: HOST:PORT, where PORT is 1 to 65535",
                     SafeText(address),
                     kDefaultAddress);
}

}  // namespace

void AddOutputOption(Command& command, OutputOptions& options) {
  command
      .AddOption("-o,--output",
                 options.output,
                 "table for people, json for programs (one object a "
                 "line)")
      .OneOf({"table", "json"})
      .TypeName("FORMAT")
      .ShowDefault();
}

void AddClientOptions(Command& command, ClientOptions& options) {
  command.AddOption("--address", options.address, "The server [PAWL_ADDRESS]")
      .FromEnvironment("PAWL_ADDRESS")
      .TypeName("HOST:PORT")
      .ShowDefault()
      .Check(CheckAddress);
  AddOutputOption(command, options);
}

void PrintText(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void PrintLine(std::string_view line) {
  PrintText(line);
  std::fputc('\n', stdout);
}

void PrintField(std::string_view name, std::string_view value) {
  if (!value.empty()) PrintLine(fmt::format("{:<14} {}", name, value));
}

void PrintNote(std::string_view line) {
  const std::string text = fmt::format("{}\n", line);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

int ReportError(std::string_view command, const ClientOptions& options, const Status& status) {
  const bool is_unreachable = status.code() == StatusCode::kUnavailable;
  PrintNote(
      fmt::format("pawl {}: {}{}",
                  command,
                  is_unreachable ? "no server answers at " + SafeText(options.address) + ": " : "",
                  SafeText(status.message())));
  const std::string next = NextStep(command, options, status);
  if (!next.empty()) PrintNote(next);
  return ExitCodeFor(status.code());
}

int ReportUsage(std::string_view command, std::string_view message) {
  PrintNote(fmt::format(
      "pawl {}: {}\n'pawl {} --help' shows examples.", command, SafeText(message), command));
  return kUsage;
}

int FlushOutput(int exit_code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit_code;
  PrintNote("pawl: cannot write to standard output");
  return exit_code == kDone ? kFailed : exit_code;
}

void AddExecutionArguments(Command& command, ExecutionOptions& options) {
  command
      .AddOption(
          "STATE_MACHINE", options.state_machine, "The state machine, or the execution's ARN")
      .Required();
  command.AddOption("NAME", options.execution, "The execution's name");
}

Status ResolveExecution(ExecutionOptions& options) {
  if (!options.execution.empty()) return {};
  if (options.state_machine.rfind(kArnPrefix, 0) != 0) {
    return InvalidArgument(
        fmt::format("which execution of '{}'? Expected STATE_MACHINE NAME, or an execution's ARN",
                    options.state_machine));
  }
  const std::vector<std::string> parts = SplitArn(options.state_machine);
  if (parts.size() != kArnParts || parts[kArnKind] != "execution") {
    return InvalidArgument(fmt::format(
        "'{}' is no execution's ARN, arn:aws:states:REGION:ACCOUNT:execution:STATE_MACHINE:NAME",
        options.state_machine));
  }
  options.state_machine = parts[kArnStateMachine];
  options.execution = parts[kArnName];
  return {};
}

}  // namespace pawl::cli
