// Task tokens of the AWS Step Functions API.
#include <utility>

#include "server/aws/operation_functions.h"

namespace pawl::aws {
namespace {

Callback<bool> AnswerWithNothing(const ApiReply& reply) {
  return [reply](const Result<bool>& done) {
    done.ok() ? reply.Send(std::string("{}")) : reply.Send(done.status());
  };
}

}  // namespace

void SendTaskSuccess(const ApiCall& call, const ApiReply& reply) {
  call.engine().EndTask(call.input.Required("taskToken"),
                        {.output = Bytes(call.input.Required("output"))},
                        AnswerWithNothing(reply));
}

void SendTaskFailure(const ApiCall& call, const ApiReply& reply) {
  call.engine().EndTask(call.input.Required("taskToken"),
                        {.error = call.input.Text("error"), .cause = call.input.Text("cause")},
                        AnswerWithNothing(reply));
}

void SendTaskHeartbeat(const ApiCall& call, const ApiReply& reply) {
  call.engine().HeartbeatTask(call.input.Required("taskToken"), AnswerWithNothing(reply));
}

}  // namespace pawl::aws
