// What a worker runs and what comes of it: functions, their invocations, results and log lines.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"

namespace pawl::workers {

// Monotonic time; Python's time.monotonic_ns() is the same clock.
using SteadyTime = std::chrono::steady_clock::time_point;

// The largest event and the largest result, in bytes of JSON text. AWS Lambda: 6 MB.
inline constexpr std::size_t kEventBytesMax = 6'291'556;
inline constexpr std::size_t kResultBytesMax = 6'291'556;
inline constexpr std::size_t kRequestIdBytesMax = 256;
inline constexpr std::size_t kArnBytesMax = 2'048;
// AWS Lambda: 3,583 bytes in base64.
inline constexpr std::size_t kClientContextBytesMax = std::size_t{64} * 1024;

// Of one function.
inline constexpr std::uint32_t kConcurrencyMax = 4'096;

// A function as a worker runs it. Two specs that differ in anything run in different processes.
struct FunctionSpec {
  // 1 to 80 of A-Z a-z 0-9 _ . -, unless it is the worker's own. Behind it, for one of several
  // versions, ":" and `version`.
  std::string name;
  // Absolute; the first place that imports look in, and the working directory.
  std::string code_directory;
  // "module.function", "package.module.function" or "package/module.function".
  std::string handler;
  // How long one invocation may run before its process is killed. 1 ms or more.
  std::chrono::milliseconds timeout = std::chrono::minutes(15);
  // What a cancelled invocation gets between SIGUSR1 and the end of its process, to undo what it
  // has begun; 0: it is killed at once.
  std::chrono::milliseconds cancel_grace{0};
  // What runs may be ended at any time and run again elsewhere: where the function is taken away,
  // it is not waited for, and comes back as kReturned.
  bool is_resumable = false;
  // Resident memory of one process and its descendants, in MiB, past which it is killed; 0 for no
  // limit.
  std::uint32_t memory_mb = 0;
  // Invocations that run at once, each in a process of its own, kConcurrencyMax at most; 0 for one
  // a core.
  std::uint32_t concurrency = 0;
  // Beside the worker's own environment, over which it wins.
  std::map<std::string, std::string> environment;
  std::string version = "$LATEST";
  // Empty for an ARN made from the name.
  std::string arn;
  // A function of the worker itself: its name is one of engine/base/built_in_function.h.
  bool is_built_in = false;
  // Stands for the contents of the code: another value means that it has changed.
  std::uint64_t fingerprint = 0;

  bool operator==(const FunctionSpec&) const = default;
};

// The name that the function itself sees: without the version.
inline std::string_view BareName(const FunctionSpec& spec) {
  std::string_view name = spec.name;
  const bool has_version = spec.version != "$LATEST" && name.size() > spec.version.size() + 1 &&
                           name.ends_with(spec.version) &&
                           name[name.size() - spec.version.size() - 1] == ':';
  if (has_version) name.remove_suffix(spec.version.size() + 1);
  return name;
}

// One call of a function.
struct Invocation {
  // The caller's; unique among invocations without a result.
  std::uint64_t id = 0;
  std::string function;
  // context.aws_request_id: printable ASCII.
  std::string request_id;
  // context.invoked_function_arn; the function's own ARN where it is empty.
  std::string invoked_arn;
  // JSON text of the caller's ClientContext; empty for none.
  std::string client_context;
  // JSON text.
  Bytes event;
  // Nobody wants the result after this: a call that has not ended by then is cancelled.
  std::optional<SteadyTime> deadline;
  // The caller wants InvocationResult::log_tail.
  bool wants_log = false;
};

enum class Outcome : std::uint8_t {
  // `payload` is the result's JSON text.
  kSucceeded,
  // `error` is the error's name, `payload` its JSON text as AWS Lambda gives it; of a function of
  // the worker itself, its cause.
  kFailed,
  // Cancelled or past its deadline; whether the function has run is open.
  kCancelled,
  // It has not begun and will not, or FunctionSpec::is_resumable: the pool stops or the function
  // was
  // removed. Another worker may run it, and this was no attempt.
  kReturned,
};

struct InvocationResult {
  std::uint64_t id = 0;
  Outcome outcome = Outcome::kSucceeded;
  std::string error;
  std::string payload;
  // How long the handler ran, as far as it is known.
  std::chrono::microseconds duration{0};
  // What Invocation::wants_log asks for: see invocation_log.h. Empty unless the function ended.
  std::string log_tail = {};
};

enum class LogStream : std::uint8_t { kStdout = 1, kStderr = 2, kLogging = 3 };

// One or more whole lines that a function wrote at once.
struct LogLine {
  std::string function;
  // Empty for what was written while the module was imported.
  std::string request_id;
  LogStream stream = LogStream::kStdout;
  std::string text;
};

}  // namespace pawl::workers
