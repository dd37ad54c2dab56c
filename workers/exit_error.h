// The errors of a function whose process did not live to report one, in AWS Lambda's words.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace pawl::workers {

// An error's name and the payload that the caller of the function receives.
struct ErrorPayload {
  std::string error;
  std::string payload;
};

// `wait_status` is what waitpid reports: "Runtime exited with error: exit status 7".
ErrorPayload ExitError(std::string_view request_id, int wait_status);

// The process was killed at its memory limit: "Runtime exited with error: signal: killed".
ErrorPayload OutOfMemoryError(std::string_view request_id);

// "Task timed out after 1.00 seconds".
ErrorPayload TimeoutError(std::string_view request_id, std::chrono::milliseconds timeout);

// The interpreter itself could not be started.
ErrorPayload StartError(std::string_view request_id, std::string_view program, int error_number);

// Appends `text` as a JSON string with its quotes. `text` is ASCII or UTF-8.
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace pawl::workers
