// What happens to a payload between states: InputPath, Parameters, ResultSelector, ResultPath,
// OutputPath, in this order (ASL specification, "Input and Output Processing").
#include <string>
#include <utility>

#include "engine/interpreter/interpreter.h"
#include "engine/interpreter/state_scope.h"
#include "engine/interpreter/state_test.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::interpreter {
namespace {

const json::Value kEmptyObject = json::Value::Object({});

std::string InvalidPath(const expression::Path& path, const Status& status) {
  return "Invalid path '" + path.text() + "' : " + status.message();
}

}  // namespace

json::Value Interpreter::Missed(EventId event) {
  missing_.payloads.push_back(event);
  is_missing_ = true;
  return {};
}

Bytes Interpreter::TextOf(const Payload& payload) {
  if (payload.bytes.has_value()) return payload.bytes;
  if (payload.home >= rows_.next_event && payload.home < next_event_) {
    return turn_.history[payload.home - rows_.next_event].payload->bytes;
  }
  const auto row = rows_.payloads.find(payload.home);
  if (row != rows_.payloads.end()) return row->second;
  Missed(payload.home);
  return Bytes("null");
}

json::Value Interpreter::ValueOf(Datum& datum) {
  if (!datum.value_) {
    texts_.push_back(TextOf(*datum.payload_));
    auto parsed = json::Parse(texts_.back().view(), arena_);
    // Every payload was checked when it came in or was written by us.
    PAWL_CHECK_MESSAGE(parsed.ok(), parsed.status().message().c_str());
    datum.value_ = *parsed;
  }
  return *datum.value_;
}

Payload Interpreter::PayloadOf(Datum& datum) {
  if (!datum.payload_) datum.payload_ = Payload{.bytes = Bytes(json::Write(*datum.value_))};
  if (!datum.payload_->bytes.has_value()) datum.payload_->bytes = TextOf(*datum.payload_);
  return *datum.payload_;
}

Result<json::Value> Interpreter::EvaluatePath(Frame& frame,
                                              const expression::Path& path,
                                              Datum& input) {
  StateScope scope(*this, frame, input);
  ASSIGN_OR_RETURN(const json::Value root, scope.Root(path));
  return path.Evaluate(root, arena_);
}

std::optional<json::Value> Interpreter::ReadPath(Frame& frame,
                                                 const expression::Path& path,
                                                 Datum& input) {
  const auto value = EvaluatePath(frame, path, input);
  if (value.ok()) return *value;
  FailRuntime(frame, InvalidPath(path, value.status()));
  return std::nullopt;
}

std::optional<Datum> Interpreter::ApplyPath(Frame& frame,
                                            const asl::PathOrNull& path,
                                            Datum datum) {
  if (path.is_null) return Datum(kEmptyObject);
  if (path.path.root() == expression::PathRoot::kInput && path.path.is_identity()) return datum;
  const auto value = ReadPath(frame, path.path, datum);
  if (!value) return std::nullopt;
  return Datum(*value);
}

std::optional<Datum> Interpreter::EffectiveInput(Frame& frame) {
  const asl::State& state = StateOf(frame);
  if (state.is_jsonata) {
    if (!state.arguments) return Datum(frame.input);
    const auto value = Query(frame, *state.arguments, "Arguments", {});
    if (!value.ok()) {
      FailQuery(frame, value.status());
      return std::nullopt;
    }
    Datum arguments(*value);
    Note(&Inspection::after_arguments, arguments);
    return arguments;
  }
  auto input = ApplyPath(frame, state.input_path, Datum(frame.input));
  if (!input) return input;
  Note(&Inspection::after_input_path, *input);
  if (!state.parameters) {
    Note(&Inspection::after_parameters, *input);
    return input;
  }
  StateScope scope(*this, frame, *input);
  const auto value = state.parameters->Evaluate(scope, arena_);
  if (!value.ok()) {
    FailEvaluation(frame, value.status());
    return std::nullopt;
  }
  Datum parameters(*value);
  Note(&Inspection::after_parameters, parameters);
  return parameters;
}

void Interpreter::LeaveThrough(Frame& frame, Datum output, const Exit& exit) {
  if (StateOf(frame).is_jsonata) return LeaveQuery(frame, std::move(output), exit, {});
  auto assigned = Assign(frame, exit.assign, output, {});
  if (assigned) LeaveAssigning(frame, std::move(output), exit.next, std::move(*assigned));
}

void Interpreter::LeaveAssigning(Frame& frame,
                                 Datum output,
                                 StateIndex next,
                                 std::vector<Assignment> assigned) {
  Note(&Inspection::after_result_path, output);
  auto filtered = ApplyPath(frame, StateOf(frame).output_path, std::move(output));
  if (filtered) Leave(frame, std::move(*filtered), next, std::move(assigned));
}

void Interpreter::LeaveWithResult(Frame& frame, Datum result) {
  const asl::State& state = StateOf(frame);
  Note(&Inspection::result, result);
  if (state.is_jsonata) {
    Datum output = result;
    return LeaveQuery(frame, std::move(output), ExitOf(state), {.result = &result});
  }
  if (state.result_selector) {
    StateScope scope(*this, frame, result);
    const auto value = state.result_selector->Evaluate(scope, arena_);
    if (!value.ok()) return FailEvaluation(frame, value.status());
    result = Datum(*value);
  }
  Note(&Inspection::after_result_selector, result);
  auto assigned = Assign(frame, &state.assign, result, {});
  if (!assigned) return;
  if (state.result_path.is_null) {
    return LeaveAssigning(frame, Datum(frame.input), state.next, std::move(*assigned));
  }
  if (state.result_path.path.is_identity()) {
    return LeaveAssigning(frame, std::move(result), state.next, std::move(*assigned));
  }
  Datum raw_input(frame.input);
  const auto merged = state.result_path.path.Set(ValueOf(raw_input), ValueOf(result), arena_);
  if (!merged.ok()) {
    return Fail(frame,
                {.error = "States.ResultPathMatchFailure",
                 .cause = "Unable to apply step \"" + state.result_path.path.text() +
                          "\" to the state's input: " + merged.status().message()});
  }
  LeaveAssigning(frame, Datum(*merged), state.next, std::move(*assigned));
}

}  // namespace pawl::interpreter
