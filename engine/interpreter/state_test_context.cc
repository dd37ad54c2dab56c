// The context object of a state that is tested alone.
#include <string>
#include <string_view>

#include "engine/asl/tested_state.h"
#include "engine/base/check.h"
#include "engine/interpreter/interpreter.h"
#include "engine/interpreter/state_test_recorder.h"
#include "engine/json/parse.h"

namespace pawl::interpreter {

// As recorded: an Express execution of a state machine that nobody knows, in a state that has
// always the same name. `item_index`: $$.Map.Item is there, also in a context object that is given.
json::Value Interpreter::TestedContextObject(Frame& frame,
                                             std::optional<std::uint32_t> item_index) {
  const StateTest& test = recorder_->test;
  json::ObjectBuilder context;
  if (test.context) {
    texts_.push_back(*test.context);
    const auto parsed = json::Parse(texts_.back().view(), arena_);
    PAWL_CHECK(parsed.ok());
    if (!item_index) return *parsed;
    for (const json::Member& member : parsed->members())
      context.Set(member.name, member.value);
  } else {
    MakeUpContext(frame, context);
  }
  if (item_index) {
    json::ObjectBuilder item;
    item.Set("Index", json::Value::Number(static_cast<std::int64_t>(*item_index), arena_));
    item.Set("Value", std::get<JoinWait>(frame.wait).items->items[*item_index]);
    json::ObjectBuilder map;
    map.Set("Item", item.Build(arena_));
    context.Set("Map", map.Build(arena_));
  }
  return context.Build(arena_);
}

void Interpreter::MakeUpContext(const Frame& frame, json::ObjectBuilder& context) {
  const ArnScheme& arns = environment_.arns;
  const ExecutionHeader& header = rows_.header;
  const auto text = [this](std::string_view value) {
    return json::Value::String(arena_.Copy(value));
  };
  json::ObjectBuilder execution;
  execution.Set("Id", text(ExpressExecutionArn(arns, header.state_machine, header.name)));
  Datum input(Payload{.bytes = {}, .home = 1});
  execution.Set("Input", ValueOf(input));
  execution.Set("Name", text(header.name));
  const auto& role = recorder_->test.role_arn;
  execution.Set("RoleArn", role ? text(*role) : json::Value());
  execution.Set("StartTime", text(FormatTimestamp(header.started_at)));
  context.Set("Execution", execution.Build(arena_));

  json::ObjectBuilder state_machine;
  state_machine.Set("Id", text(StateMachineArn(arns, header.state_machine)));
  state_machine.Set("Name", text(header.state_machine));
  context.Set("StateMachine", state_machine.Build(arena_));

  const asl::State& definition = StateOf(frame);
  json::ObjectBuilder state;
  state.Set("Name", text(asl::kTestedStateName));
  state.Set("EnteredTime", text(FormatTimestamp(frame.entered_at)));
  if (definition.type == asl::StateType::kTask || definition.type == asl::StateType::kParallel ||
      definition.type == asl::StateType::kMap) {
    state.Set("RetryCount",
              json::Value::Number(static_cast<std::int64_t>(frame.retry_count), arena_));
  }
  context.Set("State", state.Build(arena_));

  const auto* task = std::get_if<asl::TaskState>(&definition.details);
  if (task != nullptr && task->resource.ends_with(".waitForTaskToken")) {
    json::ObjectBuilder token;
    token.Set("Token", text(TokenOf(frame, frame.wait_number + 1)));
    context.Set("Task", token.Build(arena_));
  }
}

}  // namespace pawl::interpreter
