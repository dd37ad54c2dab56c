#include "workers/exit_error.h"

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <system_error>
#include <utility>

namespace pawl::workers {
namespace {

// The words of the Go runtime, which AWS Lambda's supervisor is written in.
constexpr std::array<std::pair<int, std::string_view>, 18> kSignalWords = {{
    {SIGABRT, "aborted"},
    {SIGALRM, "alarm clock"},
    {SIGBUS, "bus error"},
    {SIGFPE, "floating point exception"},
    {SIGHUP, "hangup"},
    {SIGILL, "illegal instruction"},
    {SIGINT, "interrupt"},
    {SIGKILL, "killed"},
    {SIGPIPE, "broken pipe"},
    {SIGQUIT, "quit"},
    {SIGSEGV, "segmentation fault"},
    {SIGSYS, "bad system call"},
    {SIGTERM, "terminated"},
    {SIGTRAP, "trace/breakpoint trap"},
    {SIGUSR1, "user defined signal 1"},
    {SIGUSR2, "user defined signal 2"},
    {SIGXCPU, "CPU time limit exceeded"},
    {SIGXFSZ, "file size limit exceeded"},
}};

std::string SignalWords(int signal) {
  const auto* found = std::find_if(kSignalWords.begin(),
                                   kSignalWords.end(),
                                   [signal](const auto& entry) { return entry.first == signal; });
  if (found != kSignalWords.end()) return std::string(found->second);
  return "signal " + std::to_string(signal);
}

ErrorPayload Make(std::string error, std::string_view request_id, std::string_view message) {
  std::string text = "RequestId: ";
  text.append(request_id).append(" Error: ").append(message);
  ErrorPayload result{.error = std::move(error), .payload = R"({"errorType":)"};
  AppendJsonString(result.payload, result.error);
  result.payload += R"(,"errorMessage":)";
  AppendJsonString(result.payload, text);
  result.payload += '}';
  return result;
}

}  // namespace

ErrorPayload ExitError(std::string_view request_id, int wait_status) {
  std::string message = "Runtime exited without providing a reason";
  if (WIFSIGNALED(wait_status)) {
    message = "Runtime exited with error: signal: " + SignalWords(WTERMSIG(wait_status));
  } else if (WEXITSTATUS(wait_status) != 0) {
    message = "Runtime exited with error: exit status " + std::to_string(WEXITSTATUS(wait_status));
  }
  return Make("Runtime.ExitError", request_id, message);
}

ErrorPayload OutOfMemoryError(std::string_view request_id) {
  return Make("Runtime.ExitError", request_id, "Runtime exited with error: signal: killed");
}

ErrorPayload TimeoutError(std::string_view request_id, std::chrono::milliseconds timeout) {
  std::array<char, 64> text{};
  std::snprintf(text.data(),
                text.size(),
                "Task timed out after %.2f seconds",
                static_cast<double>(timeout.count()) / 1000.0);
  return Make("Sandbox.Timedout", request_id, text.data());
}

ErrorPayload StartError(std::string_view request_id, std::string_view program, int error_number) {
  const std::string message =
      "fork/exec " + std::string(program) + ": " + std::generic_category().message(error_number);
  return Make("Runtime.InvalidEntrypoint", request_id, message);
}

void AppendJsonString(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
      out += escape.data();
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace pawl::workers
