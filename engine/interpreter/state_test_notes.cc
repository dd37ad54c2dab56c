// What the test of one state notes on its way.
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "engine/interpreter/interpreter.h"
#include "engine/interpreter/state_scope.h"
#include "engine/interpreter/state_test_recorder.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::interpreter {

void Interpreter::NoteStep(std::optional<Bytes> Inspection::*step, Datum& datum) {
  NoteText(step, PayloadOf(datum).bytes);
}

// What is larger than a payload may be is not told.
void Interpreter::NoteText(std::optional<Bytes> Inspection::*step, Bytes text) {
  if (text.size() > environment_.limits.payload_bytes_max) return;
  recorder_->inspection.*step = std::move(text);
}

void Interpreter::NoteFailure(const Failure& failure) {
  recorder_->failure = failure;
  recorder_->is_caught = false;
}

void Interpreter::NoteRetrier(std::size_t index) {
  recorder_->inspection.retry_index = static_cast<std::uint32_t>(index);
}

void Interpreter::NoteCatcher(std::size_t index) {
  recorder_->inspection.catch_index = static_cast<std::uint32_t>(index);
  recorder_->is_caught = true;
}

void Interpreter::NoteLeft(const Payload& output,
                           StateIndex next,
                           const std::vector<Assignment>& assigned) {
  recorder_->output = output.bytes;
  recorder_->next = next;
  for (const Assignment& assignment : assigned) {
    recorder_->inspection.variables.insert_or_assign(assignment.name, assignment.value);
  }
}

bool Interpreter::NoteMap(Frame& frame,
                          const std::shared_ptr<const MapItems>& items,
                          std::int64_t max_concurrency) {
  const asl::State& state = StateOf(frame);
  const auto& map = std::get<asl::MapState>(state.details);
  recorder_->inspection.max_concurrency = max_concurrency;
  recorder_->items = items->items.size();
  if (!state.is_jsonata && !map.has_item_reader()) {
    // As recorded: the items stand apart by ", ".
    std::string text = "[";
    for (const json::Value& item : items->items) {
      if (text.size() > 1) text += ", ";
      json::WriteTo(text, item);
    }
    NoteText(&Inspection::after_items_path, Bytes(text + "]"));
  }
  return NoteTolerance(frame) && NoteItemSelector(frame, items);
}

bool Interpreter::NoteTolerance(Frame& frame) {
  const auto& map = std::get<asl::MapState>(StateOf(frame).details);
  Inspection& inspection = recorder_->inspection;
  if (!map.distributed) return true;
  if (map.distributed->tolerated_failure_count) {
    const auto count =
        MapNumber(frame, *map.distributed->tolerated_failure_count, "ToleratedFailureCount");
    if (!count) return false;
    inspection.tolerated_failure_count = *count;
  }
  if (map.distributed->tolerated_failure_percentage) {
    const auto percentage =
        ToleratedPercentage(frame, *map.distributed->tolerated_failure_percentage);
    if (!percentage) return false;
    inspection.tolerated_failure_percentage = *percentage;
  }
  return true;
}

bool Interpreter::NoteItemSelector(Frame& frame, const std::shared_ptr<const MapItems>& items) {
  const auto& map = std::get<asl::MapState>(StateOf(frame).details);
  if (!map.item_selector) return true;
  // The selector sees the item of a Map that has started.
  const Wait before = std::exchange(frame.wait, JoinWait{.items = items});
  Datum input(items->input);
  std::string text = "[";
  for (std::uint32_t index = 0; index < items->items.size(); ++index) {
    const auto* query = std::get_if<expression::JsonataTemplate>(&*map.item_selector);
    StateScope scope(*this, frame, input, index);
    const auto value =
        query != nullptr
            ? Query(frame, *query, "ItemSelector", {.item_index = index})
            : std::get<expression::PayloadTemplate>(*map.item_selector).Evaluate(scope, arena_);
    if (!value.ok()) {
      frame.wait = before;
      FailEvaluation(frame, value.status());
      return false;
    }
    if (index > 0) text += ',';
    json::WriteTo(text, *value);
    // Each item may give all of the input again: no more is computed than is told.
    if (text.size() > environment_.limits.payload_bytes_max) break;
  }
  frame.wait = before;
  NoteText(&Inspection::after_item_selector, Bytes(text + "]"));
  return true;
}

Result<std::shared_ptr<const MapItems>> Interpreter::TestedReaderItems() {
  auto built = std::make_shared<MapItems>();
  built->texts.push_back(recorder_->test.map_item_reader_data.value_or(Bytes("[]")));
  ASSIGN_OR_RETURN(const json::Value items, json::Parse(built->texts.back().view(), built->arena));
  built->items.assign(items.items().begin(), items.items().end());
  built->input = json::Value::Object({});
  return std::shared_ptr<const MapItems>(std::move(built));
}

}  // namespace pawl::interpreter
