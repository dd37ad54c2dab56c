#include "engine/interpreter/query.h"

#include <string>
#include <utility>

namespace pawl::interpreter {

using expression::JsonataTemplate;

Result<std::optional<json::Value>> Interpreter::QueryEnvironment::Variable(std::string_view name) {
  if (name != "states") return interpreter_.FindVariable(frame_, std::string(name));
  if (!built_) built_ = BuildStates();
  return built_;
}

// Only what the expressions may look at: the rest is never parsed.
json::Value Interpreter::QueryEnvironment::BuildStates() {
  const auto is_read = [this](std::string_view member) { return query_.MayRead("states", member); };
  json::ObjectBuilder states;
  if (is_read("input")) {
    Datum input(frame_.input);
    states.Set("input", interpreter_.ValueOf(input));
  }
  if (is_read("context")) {
    states.Set("context", interpreter_.ContextObject(frame_, states_.item_index, true));
  }
  if (states_.result != nullptr && is_read("result")) {
    states.Set("result", interpreter_.ValueOf(*states_.result));
  }
  if (states_.error_output) states.Set("errorOutput", *states_.error_output);
  return states.Build(interpreter_.arena_);
}

Result<json::Value> Interpreter::Query(Frame& frame,
                                       const JsonataTemplate& query,
                                       std::string_view field,
                                       const States& states) {
  QueryEnvironment environment(*this, frame, query, states);
  return query.Evaluate(field, environment, arena_);
}

Result<json::Value> Interpreter::QueryAs(json::Type type,
                                         Frame& frame,
                                         const JsonataTemplate& query,
                                         std::string_view field) {
  const States states;
  QueryEnvironment environment(*this, frame, query, states);
  return query.EvaluateAs(type, field, environment, arena_);
}

std::optional<json::Value> Interpreter::QueryNumber(Frame& frame,
                                                    const JsonataTemplate& query,
                                                    std::string_view field) {
  const auto value = QueryAs(json::Type::kNumber, frame, query, field);
  if (value.ok()) return *value;
  FailQuery(frame, value.status());
  return std::nullopt;
}

void Interpreter::FailQuery(Frame& frame, const Status& status) {
  // As recorded: the event shares its predecessor with the one that entered the state, where the
  // expression is evaluated at once.
  const EventId first_new = rows_.next_event;
  const EventId last = frame.last_event;
  const bool is_at_once =
      last == frame.entered_event && last >= first_new && last - first_new < turn_.history.size();
  FailQueryAfter(frame, is_at_once ? turn_.history[last - first_new].previous : last, status);
}

void Interpreter::FailQueryAfter(Frame& frame, EventId previous, const Status& status) {
  if (is_missing_ || turn_.close) return;
  Failure failure = EvaluationFailure(frame, status);
  failure.error = std::string(expression::kQueryEvaluationError);
  HistoryEvent& failed = Record(EventType::kEvaluationFailed, previous, frame.state);
  failed.error = failure.error;
  failed.cause = failure.cause;
  failed.location = status.field();
  frame.last_event = failed.id;
  const bool is_map = StateOf(frame).type == asl::StateType::kMap && !is_catching_;
  if (is_map) {
    if (Retry(frame, failure)) return;
    RecordOn(frame, EventType::kMapStateFailed);
  }
  Fail(frame, std::move(failure));
}

void Interpreter::LeaveQuery(Frame& frame, Datum output, const Exit& exit, const States& states) {
  auto assigned = Assign(frame, exit.assign, output, states);
  if (!assigned) return;
  if (exit.output != nullptr && exit.output->has_value()) {
    const auto value = Query(frame, **exit.output, "Output", states);
    if (!value.ok()) return FailQuery(frame, value.status());
    output = Datum(*value);
  }
  Leave(frame, std::move(output), exit.next, std::move(*assigned));
}

}  // namespace pawl::interpreter
