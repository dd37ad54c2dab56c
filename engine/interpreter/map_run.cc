// A distributed Map (Step Functions Developer Guide, "Distributed mode"): its iterations are
// executions of their own. The Map's frame counts; what is open and what has ended are rows, so
// that a message costs the same however many items there are.
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/interpreter/interpreter.h"
#include "engine/interpreter/state_scope.h"
#include "engine/json/write.h"

namespace pawl::interpreter {
namespace {

constexpr std::string_view kToleranceExceeded = "States.ExceedToleratedFailureThreshold";

bool MayStartMore(const MapRunWait& run) {
  return run.next < run.total && run.executions.open() < run.concurrency;
}

// As recorded: the number itself, or text that is one.
std::optional<double> FractionIn(json::Value value) {
  if (value.is_number()) return value.AsDouble();
  if (!value.is_string()) return std::nullopt;
  const std::string_view text = value.string();
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

// A count alone, a percentage alone, or the first of both that is passed.
bool IsToleranceExceeded(const MapRunWait& run) {
  const std::uint64_t failed = run.items.failed + run.items.timed_out + run.items.aborted;
  if (failed == 0) return false;
  if (!run.tolerated_failure_count && !run.tolerated_failure_percentage) return true;
  if (run.tolerated_failure_count && failed > *run.tolerated_failure_count) return true;
  if (!run.tolerated_failure_percentage) return false;
  return static_cast<double>(failed) * 100.0 >
         *run.tolerated_failure_percentage * static_cast<double>(run.total);
}

void CountEnd(MapRunCounts& counts, std::string_view status, std::uint64_t number) {
  if (status == "SUCCEEDED") {
    counts.succeeded += number;
  } else if (status == "TIMED_OUT") {
    counts.timed_out += number;
  } else if (status == "ABORTED") {
    counts.aborted += number;
  } else {
    counts.failed += number;
  }
}

// What is still open when a run ends has been stopped.
void AbortOpen(MapRunCounts& counts) {
  counts.aborted += counts.open();
}

}  // namespace

void Interpreter::ExecuteDistributedMap(Frame& frame,
                                        std::shared_ptr<const MapItems> items,
                                        std::int64_t concurrency) {
  const auto& map = std::get<asl::MapState>(StateOf(frame).details);
  const asl::DistributedMap& distributed = *map.distributed;
  MapRunWait wait;
  wait.total = static_cast<std::uint32_t>(items->items.size());
  wait.source = std::move(items);
  const std::int64_t most = environment_.limits.distributed_map_concurrency;
  wait.concurrency =
      static_cast<std::uint32_t>(concurrency == 0 ? most : std::min(concurrency, most));
  RecordOn(frame, EventType::kMapStateStarted).index = wait.total;
  if (distributed.tolerated_failure_count) {
    const auto count =
        MapNumber(frame, *distributed.tolerated_failure_count, "ToleratedFailureCount");
    if (!count) return;
    wait.tolerated_failure_count = static_cast<std::uint64_t>(*count);
  }
  if (distributed.tolerated_failure_percentage) {
    const auto percentage = ToleratedPercentage(frame, *distributed.tolerated_failure_percentage);
    if (!percentage) return;
    wait.tolerated_failure_percentage = *percentage;
  }
  const HistoryEvent& started = RecordOn(frame, EventType::kMapRunStarted);
  wait.run = started.id;
  RecordMapRun(frame, wait, "RUNNING", false);
  const bool is_empty = wait.total == 0;
  SetWait(frame, std::move(wait));
  is_empty ? CloseMapRun(frame) : StartMapChildren(frame);
}

std::optional<double> Interpreter::ToleratedPercentage(Frame& frame,
                                                       const asl::ComputedFraction& field) {
  if (const auto* fixed = std::get_if<double>(&field)) return *fixed;
  if (const auto* query = std::get_if<expression::JsonataTemplate>(&field)) {
    const auto value =
        QueryAs(json::Type::kNumber, frame, *query, "ToleratedFailurePercentage");
    if (!value.ok()) {
      FailQuery(frame, value.status());
      return std::nullopt;
    }
    const double number = value->is_number() ? value->AsDouble() : -1;
    if (number >= 0 && number <= 100) return number;
    FailQueryAfter(frame,
                   frame.last_event,
                   {StatusCode::kFailedPrecondition,
                    "The ToleratedFailurePercentage field must be a number between 0 and 100: " +
                        json::Write(*value),
                    "ToleratedFailurePercentage"});
    return std::nullopt;
  }
  const auto& path = std::get<expression::Path>(field);
  Datum input(frame.input);
  const auto value = EvaluatePath(frame, path, input);
  if (!value.ok()) {
    FailRuntime(frame, "Invalid path '" + path.text() + "' : " + value.status().message());
    return std::nullopt;
  }
  const auto number = FractionIn(*value);
  if (!number) {
    FailRuntime(frame,
                "The ToleratedFailurePercentagePath field refers to value \"" +
                    (value->is_string() ? std::string(value->string()) : json::Write(*value)) +
                    "\" which is not a valid float: " + path.text());
    return std::nullopt;
  }
  if (*number < 0 || *number > 100) {
    FailRuntime(frame, "ToleratedFailurePercentage must be between 0 and 100.");
    return std::nullopt;
  }
  return number;
}

void Interpreter::RecordMapRun(const Frame& frame,
                               MapRunWait wait,
                               std::string status,
                               bool is_over) {
  wait.source.reset();
  turn_.map_runs.emplace_back(MapRunChanged{.frame = frame.number,
                                            .state = frame.state,
                                            .is_over = is_over,
                                            .status = std::move(status),
                                            .at = now_,
                                            .wait = std::move(wait)});
}

void Interpreter::StartMapChildren(Frame& frame) {
  while (!is_missing_ && !turn_.close && !is_history_full_) {
    const auto* wait = std::get_if<MapRunWait>(&frame.wait);
    if (wait == nullptr || !MayStartMore(*wait)) return;
    if (IsOverQuantum()) {
      starting_.push_back(frame.number);
      return;
    }
    ++transitions_;
    if (!StartMapChild(frame)) return;
  }
}

bool Interpreter::StartMapChild(Frame& frame) {
  const MapItems* items = ItemsOf(frame);
  if (items == nullptr) return false;
  auto& wait = std::get<MapRunWait>(frame.wait);
  auto input = MapChildInput(frame, *items, wait.next);
  if (!input.ok()) {
    if (!is_missing_) MapRunFailed(frame, EvaluationFailure(frame, input.status()));
    return false;
  }
  if (input->size() > environment_.limits.payload_bytes_max) {
    MapRunFailed(frame,
                 {.error = "States.DataLimitExceeded",
                  .cause = "The input of item " + std::to_string(wait.next) + " of the state '" +
                           StateOf(frame).name +
                           "' has a size exceeding the maximum number of bytes service limit."});
    return false;
  }
  // As much as Advance allows a turn to write: the inputs stand in rows.
  history_bytes_ += input->size();
  turn_.map_runs.emplace_back(MapChildStarted{.frame = frame.number,
                                              .run = wait.run,
                                              .index = wait.next,
                                              .input = Bytes(*std::move(input))});
  ++wait.next;
  ++wait.executions.started;
  ++wait.items.started;
  return true;
}

Result<std::string> Interpreter::MapChildInput(Frame& frame,
                                               const MapItems& items,
                                               std::uint32_t index) {
  const auto& map = std::get<asl::MapState>(StateOf(frame).details);
  if (!map.item_selector) return json::Write(items.items[index]);
  Datum input(items.input);
  StateScope scope(*this, frame, input, index);
  const auto* query = std::get_if<expression::JsonataTemplate>(&*map.item_selector);
  ASSIGN_OR_RETURN(
      const json::Value value,
      query != nullptr
          ? Query(frame, *query, "ItemSelector", {.item_index = index})
          : std::get<expression::PayloadTemplate>(*map.item_selector).Evaluate(scope, arena_));
  return json::Write(value);
}

const std::map<std::uint32_t, std::uint32_t>* Interpreter::OpenChildrenOf(FrameNumber number) {
  const auto open = rows_.open_children.find(number);
  if (open != rows_.open_children.end()) return &open->second;
  missing_.open_children.push_back(number);
  is_missing_ = true;
  return nullptr;
}

bool Interpreter::MapChildOver(Frame& frame, const ChildEnded& ended) {
  const auto* open = OpenChildrenOf(frame.number);
  if (open == nullptr) return true;
  const auto child = open->find(*ended.map_index);
  if (child == open->end()) return false;
  auto& wait = std::get<MapRunWait>(frame.wait);
  const bool is_success = ended.output.has_value();
  CountEnd(wait.executions, ended.status, 1);
  CountEnd(wait.items, ended.status, child->second);
  if (is_success) {
    wait.result_bytes += ended.output->size() + (wait.executions.succeeded > 1 ? 1 : 0);
  }
  turn_.map_runs.emplace_back(
      MapChildEnded{.frame = frame.number,
                    .run = wait.run,
                    .index = *ended.map_index,
                    .status = ended.status,
                    .output = ended.output,
                    .input = is_success ? std::nullopt : std::optional(ended.input),
                    .error = ended.error,
                    .cause = ended.cause,
                    .started_at = ended.started_at,
                    .stopped_at = ended.stopped_at});
  if (IsToleranceExceeded(wait)) {
    MapRunFailed(frame,
                 {.error = std::string(kToleranceExceeded),
                  .cause = "The specified tolerated failure threshold was exceeded"});
  } else if (wait.result_bytes > environment_.limits.payload_bytes_max) {
    MapRunFailed(frame, ResultTooLarge(StateOf(frame).name));
  } else if (wait.next == wait.total && wait.executions.open() == 0) {
    CloseMapRun(frame);
  } else {
    StartMapChildren(frame);
  }
  return true;
}

void Interpreter::CloseMapRun(Frame& frame) {
  const MapRunWait wait = std::get<MapRunWait>(frame.wait);
  std::string text = "[";
  if (wait.executions.succeeded > 0) {
    // Those that ended in this very turn are in no row yet.
    std::map<std::uint32_t, Bytes> outputs;
    const auto stored = rows_.child_outputs.find(frame.number);
    if (stored == rows_.child_outputs.end()) {
      missing_.child_outputs.push_back(frame.number);
      is_missing_ = true;
      return;
    }
    outputs = stored->second;
    for (const MapRunChange& change : turn_.map_runs) {
      const auto* ended = std::get_if<MapChildEnded>(&change);
      if (ended != nullptr && ended->run == wait.run && ended->output) {
        outputs.insert_or_assign(ended->index, *ended->output);
      }
    }
    for (const auto& [index, output] : outputs) {
      if (text.size() > 1) text += ',';
      text += output.view();
    }
  }
  text += ']';
  const EventId run_ended = RecordOn(frame, EventType::kMapRunSucceeded).id;
  // As most records have it, what follows points to MapRunSucceeded too; those made since November
  // 2024 have MapRunStarted there.
  Record(EventType::kMapStateSucceeded, run_ended, frame.state);
  RecordMapRun(frame, wait, "SUCCEEDED", true);
  frame.wait = RunnableWait{};
  LeaveWithResult(frame, Datum(Payload{.bytes = Bytes(std::move(text))}));
}

void Interpreter::MapRunFailed(Frame& frame, Failure failure) {
  MapRunWait wait = std::get<MapRunWait>(frame.wait);
  EndMapRun(frame, wait, "FAILED");
  HistoryEvent& failed = RecordOn(frame, EventType::kMapRunFailed);
  failed.error = failure.error;
  failed.cause = failure.cause;
  frame.wait = RunnableWait{};
  if (Retry(frame, failure)) return;
  RecordOn(frame, EventType::kMapStateFailed);
  Fail(frame, std::move(failure));
}

// Without an event: the run's, or what ends the Map around it, follows.
void Interpreter::EndMapRun(const Frame& frame, MapRunWait wait, std::string status) {
  if (wait.executions.open() > 0) {
    turn_.effects.emplace_back(StopChildren{frame.number, frame.wait_number, wait.run});
  }
  AbortOpen(wait.executions);
  AbortOpen(wait.items);
  RecordMapRun(frame, std::move(wait), std::move(status), true);
}

}  // namespace pawl::interpreter
