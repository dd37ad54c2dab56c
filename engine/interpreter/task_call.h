// What a waiting task calls: the part of a task that the runtime needs to hand it to a worker.
#pragma once

#include <string>
#include <string_view>

#include "engine/interpreter/turn.h"

namespace pawl::interpreter {

struct TaskCall {
  std::string function;
  std::string qualifier;
  Bytes payload;
};

// `frame` waits for a task, and `parameters` is the text of its TaskWait::parameters.
TaskCall CallOf(const asl::StateMachine& machine, const Frame& frame, const Bytes& parameters);

// A UUID that is the same for every delivery of one attempt, and for no other.
std::string RequestId(const ExecutionHeader& header, FrameNumber frame, std::uint32_t wait_number);

struct FunctionName {
  std::string function;
  std::string qualifier;
};

// NAME, NAME:QUALIFIER, ACCOUNT:function:NAME or a whole ARN, as Lambda's Invoke takes them.
FunctionName ParseFunctionName(std::string_view text);

}  // namespace pawl::interpreter
