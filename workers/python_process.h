// Asks the interpreter something before functions run in it.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "engine/base/status.h"

namespace pawl::workers {

struct PythonQuestion {
  // The interpreter's path.
  std::string python;
  // Behind it, such as {"-c", "import boto3"}.
  std::vector<std::string> arguments;
  // "NAME=value".
  std::vector<std::string> environment;
  // Then it is killed.
  std::chrono::milliseconds timeout = std::chrono::seconds(30);
};

struct PythonAnswer {
  // 0 for success; 128 and the signal for a process that was killed; 255 where it cannot be known.
  int exit_code = 0;
  // What it wrote to stderr, up to 4 KiB of it, without white space at the end.
  std::string error_output;
};

// Runs the interpreter and waits for its end: tens of milliseconds. kUnavailable: it cannot be
// started.
Result<PythonAnswer> AskPython(const PythonQuestion& question);

}  // namespace pawl::workers
