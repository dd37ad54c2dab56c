// Executions that others started: each is the child of one attempt of a task, and what that was
// told is what became of it.
#include <algorithm>
#include <tuple>

#include "engine/interpreter/advance.h"
#include "engine/runtime/function_events.h"
#include "tests/simulator/store_checker.h"

namespace pawl::simulator {
namespace {

using interpreter::EventType;

// As DescribeExecution spells it; empty: this is not the end of an execution.
std::string_view StatusOf(EventType type) {
  switch (type) {
    case EventType::kExecutionSucceeded:
      return "SUCCEEDED";
    case EventType::kExecutionFailed:
      return "FAILED";
    case EventType::kExecutionTimedOut:
      return "TIMED_OUT";
    case EventType::kExecutionAborted:
      return "ABORTED";
    default:
      return "";
  }
}

bool HasText(const PlainJson& object,
             std::string_view field,
             const std::optional<std::string>& text) {
  const PlainJson* value = object.Find(field);
  return value == nullptr ? !text : text && value->text == *text;
}

}  // namespace

const StoredExecution* StoreChecker::FindByArn(const std::string& arn) const {
  const auto found = std::find_if(executions_.begin(), executions_.end(), [&](const auto& one) {
    return interpreter::ExecutionArn({}, one.second.row.header) == arn;
  });
  return found == executions_.end() ? nullptr : &found->second;
}

bool StoreChecker::CheckChildren() {
  // Of a Map run there is one for each of its places.
  std::set<std::tuple<ExecutionId, FrameNumber, std::uint32_t, std::uint32_t>> starts;
  for (const auto& [id, execution] : executions_) {
    for (const FoldedAttempt& attempt : execution.folded.attempts) {
      if (attempt.is_call && !CheckCall(execution, attempt)) return false;
      if (attempt.is_unawaited && !CheckUnawaited(execution, attempt)) return false;
    }
    const auto& parent = execution.row.parent;
    if (!parent) continue;
    if (!executions_.contains(parent->execution)) {
      return Fail(execution, "was started by an execution that is gone");
    }
    const std::uint32_t place = parent->map_run ? parent->map_run->index : 0;
    if (!starts.emplace(parent->execution, parent->frame, parent->wait_number, place).second) {
      return Fail(execution, "is the second that one attempt of a task started");
    }
  }
  return true;
}

bool StoreChecker::CheckCall(const StoredExecution& execution, const FoldedAttempt& attempt) {
  const std::string who = "attempt of event " + std::to_string(attempt.scheduled) + ": ";
  const bool is_told = attempt.ended != 0 && !IsTimedOut(attempt) && !IsRefusedCall(attempt);
  const bool has_answer_alone = !attempt.waits_for_child && !attempt.has_token && is_told;
  const std::optional<Bytes>& answer = has_answer_alone ? attempt.output : attempt.returned;
  // Its token may come before the answer to the call.
  if (!answer) {
    return !is_told || attempt.has_token ||
           Fail(execution, who + "ended before its execution was started");
  }
  const PlainJson parameters =
      PlainJson::Parse(TextOf(execution, *execution.events[attempt.scheduled - 1].payload));
  const StoredExecution* child =
      FindByArn(PlainJson::Parse(answer->view()).Find("ExecutionArn")->text);
  if (child == nullptr) return Fail(execution, who + "started an execution that is not there");
  const PlainJson input = PlainJson::Parse(TextOf(*child, *child->events.front().payload));
  if (!Matches(*parameters.Find("Input"), input)) {
    return Fail(execution, who + "its execution has another input");
  }
  const auto& link = child->row.parent;
  const bool is_own = link && link->execution == execution.id && link->frame == attempt.frame;
  if (!is_own && parameters.Find("Name") == nullptr) {
    return Fail(execution, who + "its execution is another's");
  }
  if (!is_told || !attempt.waits_for_child) return true;
  const bool is_success = attempt.error.empty();
  const PlainJson description =
      PlainJson::Parse(is_success ? attempt.output->str() : attempt.cause);
  if (is_success != (description.Find("Status")->text == "SUCCEEDED")) {
    return Fail(execution, who + "took one end for another");
  }
  return CheckDescription(execution, *child, description);
}

// A call that nobody waits for was taken: its event is there, under the name that the task was
// told, and asks for what the task asked for.
bool StoreChecker::CheckUnawaited(const StoredExecution& execution, const FoldedAttempt& attempt) {
  if (attempt.end != EventType::kTaskSucceeded) return true;
  const std::string who = "attempt of event " + std::to_string(attempt.scheduled) + ": ";
  const PlainJson parameters =
      PlainJson::Parse(TextOf(execution, *execution.events[attempt.scheduled - 1].payload));
  const PlainJson answer = PlainJson::Parse(attempt.output->view());
  const bool is_event = parameters.Find("InvocationType")->text == "Event";
  if (answer.Find("StatusCode")->AsInteger() != (is_event ? 202 : 204)) {
    return Fail(execution, who + "has the answer of another kind of call");
  }
  const std::string& name = answer.Find("SdkResponseMetadata")->Find("RequestId")->text;
  const auto id = by_name_.find({.state_machine = runtime::kEventStateMachine, .name = name});
  if (!is_event) return id == by_name_.end() || Fail(execution, who + "was dry and made an event");
  if (id == by_name_.end()) return Fail(execution, who + "was told of an event that is not there");
  const StoredExecution& event = executions_.at(id->second);
  const PlainJson input = PlainJson::Parse(TextOf(event, *event.events.front().payload));
  const PlainJson* payload = parameters.Find("Payload");
  const bool is_same =
      Matches(payload == nullptr ? PlainJson::Object() : *payload, *input.Find("Payload"));
  return is_same || Fail(execution, who + "its event has another payload");
}

// The execution may have ended several times, where it was redriven.
bool StoreChecker::CheckDescription(const StoredExecution& execution,
                                    const StoredExecution& child,
                                    const PlainJson& description) {
  const PlainJson* output = description.Find("Output");
  for (const interpreter::HistoryEvent& event : child.events) {
    if (StatusOf(event.type) != description.Find("Status")->text) continue;
    if (!HasText(description, "Error", event.error)) continue;
    if (!HasText(description, "Cause", event.cause)) continue;
    if (output == nullptr) return true;
    const std::string text = TextOf(child, *event.payload);
    // With .sync:2 it is JSON, with .sync a text.
    const bool is_text = output->is_string() && output->text == text;
    if (is_text || Matches(PlainJson::Parse(text), *output)) return true;
  }
  return Fail(
      execution,
      "was told of an end that '" + child.row.header.name + "' never had: " + description.Write());
}

std::size_t StoreChecker::DueMessages() const {
  const auto is_due = [this](const auto& message) {
    return message.second.kind != rows::OutboxRow::Kind::kChildEnded ||
           executions_.at(message.first.id).row.is_closed();
  };
  return static_cast<std::size_t>(std::count_if(messages_.begin(), messages_.end(), is_due));
}

}  // namespace pawl::simulator
