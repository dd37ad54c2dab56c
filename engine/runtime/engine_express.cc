// How the engine starts an EXPRESS execution whose caller waits for its end.
#include <utility>

#include "engine/rows/keys.h"
#include "engine/runtime/engine_impl.h"

namespace pawl::runtime {

void EngineImpl::StartSyncExecution(StartRequest request, Callback<ExecutionInfo> done) {
  if (const Status room = CheckRoom(); !room.ok()) return done(room);
  auto command = Prepare(std::move(request));
  if (!command.ok()) return done(command.status());
  if (command->express_id.empty()) {
    return done(InvalidArgument("the state machine '" + command->request.state_machine +
                                    "' is of type STANDARD: this operation is for EXPRESS ones",
                                "state_machine")
                    .WithReason("StateMachineTypeNotSupported"));
  }
  // Told is what comes first: that the start was refused or lost, or how the execution ended.
  const auto tell = [told = std::make_shared<Callback<ExecutionInfo>>(std::move(done))](
                        Result<ExecutionInfo> info) {
    if (auto once = std::exchange(*told, {})) once(std::move(info));
  };
  command->on_close = tell;
  command->done = [hold = std::move(command->done), tell](const Result<StartResponse>& response) {
    if (!response.ok()) tell(response.status());
  };
  const ShardId shard = rows::ShardOf(
      command->request.namespace_id, command->request.state_machine, command->request.name);
  ExecutorOf(shard).Post(shard, std::move(*command));
}

}  // namespace pawl::runtime
