// The context object, "$$" (Step Functions Developer Guide, "Context object").
#include <string>
#include <string_view>

#include "engine/interpreter/state_scope.h"

namespace pawl::interpreter {
namespace {

// Whether a path can see Execution.Input, which is expensive to have at hand. True unless the path
// plainly goes elsewhere.
bool MayTouchExecutionInput(std::string_view path) {
  for (const std::string_view prefix : {"$$.State",
                                        "$$.StateMachine",
                                        "$$.Map",
                                        "$$.Task",
                                        "$$.Execution.Id",
                                        "$$.Execution.Name",
                                        "$$.Execution.StartTime",
                                        "$$.Execution.RoleArn",
                                        "$$.Execution.Redrive"}) {
    if (path.starts_with(prefix)) return false;
  }
  return true;
}

}  // namespace

Result<json::Value> Interpreter::StateScope::Root(const expression::Path& path) {
  switch (path.root()) {
    case expression::PathRoot::kInput:
      return interpreter_.ValueOf(input_);
    case expression::PathRoot::kContext:
      return interpreter_.ContextObject(frame_, item_index_, MayTouchExecutionInput(path.text()));
    case expression::PathRoot::kVariable:
      break;
  }
  const auto value = interpreter_.FindVariable(frame_, path.variable());
  if (!value) {
    return NotFound("Variable '" + path.variable() + "' referenced by '" + path.text() +
                    "' is not defined");
  }
  return *value;
}

json::Value Interpreter::ContextObject(Frame& frame,
                                       std::optional<std::uint32_t> item_index,
                                       bool with_execution_input) {
  if (recorder_ != nullptr) return TestedContextObject(frame, item_index);
  const ExecutionHeader& header = rows_.header;
  const ArnScheme& arns = environment_.arns;
  const auto text = [this](std::string_view value) {
    return json::Value::String(arena_.Copy(value));
  };

  json::ObjectBuilder execution;
  execution.Set("Id", text(ExecutionArn(arns, header)));
  if (with_execution_input) {
    Datum input(Payload{.bytes = {}, .home = 1});
    execution.Set("Input", ValueOf(input));
  }
  execution.Set("StartTime", text(FormatTimestamp(header.started_at)));
  execution.Set("Name", text(header.name));
  execution.Set("RoleArn", text(machine_.role_arn.empty() ? RoleArn(arns) : machine_.role_arn));
  // As recorded; an EXPRESS execution is never redriven.
  if (!header.is_express()) {
    execution.Set("RedriveCount",
                  json::Value::Number(static_cast<std::int64_t>(header.redrive_count), arena_));
  }
  if (header.redrive_count > 0) {
    execution.Set("RedriveTime", text(FormatTimestamp(header.redriven_at)));
  }

  json::ObjectBuilder state_machine;
  state_machine.Set("Id", text(StateMachineArn(arns, header.state_machine)));
  state_machine.Set("Name", text(header.state_machine));

  const asl::State& definition = StateOf(frame);
  json::ObjectBuilder state;
  state.Set("Name", text(definition.name));
  state.Set("EnteredTime", text(FormatTimestamp(frame.entered_at)));
  if (definition.type == asl::StateType::kTask || definition.type == asl::StateType::kParallel ||
      definition.type == asl::StateType::kMap) {
    state.Set("RetryCount",
              json::Value::Number(static_cast<std::int64_t>(frame.retry_count), arena_));
  }

  json::ObjectBuilder context;
  context.Set("Execution", execution.Build(arena_));
  context.Set("StateMachine", state_machine.Build(arena_));
  context.Set("State", state.Build(arena_));

  const auto* task = std::get_if<asl::TaskState>(&definition.details);
  if (task != nullptr && task->waits_for_token()) {
    // Of the attempt that is about to be made.
    json::ObjectBuilder token;
    token.Set("Token", text(TokenOf(frame, frame.wait_number + 1)));
    context.Set("Task", token.Build(arena_));
  }

  // The item of the nearest Map around: the frame itself while its ItemSelector is evaluated.
  Frame* map_frame = item_index ? &frame : nullptr;
  for (Frame* inner = &frame; map_frame == nullptr && !inner->is_root();) {
    Frame& outer = Get(inner->parent);
    if (StateOf(outer).type == asl::StateType::kMap) {
      map_frame = &outer;
      item_index = inner->index;
    }
    inner = &outer;
  }
  if (map_frame != nullptr) {
    json::ObjectBuilder item;
    item.Set("Index", json::Value::Number(static_cast<std::int64_t>(*item_index), arena_));
    const json::Value value = MapItem(*map_frame, *item_index);
    if (IsMapItemMember(*map_frame, *item_index)) item.Set("Key", *value.Find("Key"));
    if (const auto source = MapItemSource(*map_frame, *item_index)) {
      item.Set("Source", text(*source));
    }
    item.Set("Value", value);
    json::ObjectBuilder map;
    map.Set("Item", item.Build(arena_));
    context.Set("Map", map.Build(arena_));
  }
  return context.Build(arena_);
}

}  // namespace pawl::interpreter
