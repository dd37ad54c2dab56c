// A distributed Map (Step Functions Developer Guide, "Distributed mode"): its iterations are
// executions of their own. The Map's frame counts; what is open and what has ended are rows, so
// that a message costs the same however many items there are.
#include <charconv>
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
  // Of how many, only the end of the items tells.
  if (!run.tolerated_failure_percentage || !run.is_total_known) return false;
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

}  // namespace

void Interpreter::ExecuteDistributedMap(Frame& frame,
                                        std::shared_ptr<const MapItems> items,
                                        std::int64_t concurrency) {
  const asl::DistributedMap& map = *std::get<asl::MapState>(StateOf(frame).details).distributed;
  MapRunWait wait;
  if (map.reader) {
    wait.reader = ReaderOf(frame, *items, *map.reader);
    if (!wait.reader || is_missing_) return;
    wait.is_total_known = false;
  }
  wait.total = static_cast<std::uint32_t>(items->items.size());
  wait.memory.source = std::move(items);
  const std::int64_t most = environment_.limits.distributed_map_concurrency;
  wait.concurrency =
      static_cast<std::uint32_t>(concurrency == 0 ? most : std::min(concurrency, most));
  RecordOn(frame, EventType::kMapStateStarted).index = wait.total;
  if (!PrepareMapRun(frame, wait)) return;
  const HistoryEvent& started = RecordOn(frame, EventType::kMapRunStarted);
  // A run is what the history tells of one: here and below, where an event finds no place the
  // execution ends, and its run as it was.
  if (is_history_full_) return;
  wait.run = started.id;
  wait.started_at = now_;
  RecordMapRun(frame, wait, "RUNNING", false);
  SetWait(frame, std::move(wait));
  GoOnWithMapRun(frame);
}

bool Interpreter::PrepareMapRun(Frame& frame, MapRunWait& wait) {
  const asl::DistributedMap& map = *std::get<asl::MapState>(StateOf(frame).details).distributed;
  if (map.tolerated_failure_count) {
    const auto count = MapNumber(frame, *map.tolerated_failure_count, "ToleratedFailureCount");
    if (!count) return false;
    wait.tolerated_failure_count = static_cast<std::uint64_t>(*count);
  }
  if (map.tolerated_failure_percentage) {
    const auto percentage = ToleratedPercentage(frame, *map.tolerated_failure_percentage);
    if (!percentage) return false;
    wait.tolerated_failure_percentage = *percentage;
  }
  if (map.batcher) {
    wait.batcher = BatcherOf(frame, *map.batcher);
    if (!wait.batcher) return false;
  }
  if (map.writer) {
    wait.writer = WriterOf(frame, *wait.memory.source, *map.writer);
    if (!wait.writer) return false;
  }
  return !is_missing_;
}

std::optional<double> Interpreter::ToleratedPercentage(Frame& frame,
                                                       const asl::ComputedFraction& field) {
  if (const auto* fixed = std::get_if<double>(&field)) return *fixed;
  if (const auto* query = std::get_if<expression::JsonataTemplate>(&field)) {
    const auto value = QueryNumber(frame, *query, "ToleratedFailurePercentage");
    if (!value) return std::nullopt;
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
  const auto value = ReadPath(frame, path, input);
  if (!value) return std::nullopt;
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
  wait.memory = {};
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
    if (wait == nullptr) return;
    // What did not succeed before has its row already.
    const bool is_again = wait->is_redriving() && !wait->is_failing();
    if (!wait->may_start_more() || !(is_again || HasItemsForChild(frame))) {
      const bool has_put_down_all = wait->is_failing() && !wait->has_more_items();
      return has_put_down_all ? CloseMapRun(frame) : AskForItems(frame);
    }
    if (IsOverQuantum()) {
      starting_.push_back(frame.number);
      return;
    }
    ++transitions_;
    if (!(is_again ? StartMapChildAgain(frame) : StartMapChild(frame))) return;
  }
}

bool Interpreter::StartMapChild(Frame& frame) {
  auto input = NextMapInput(frame);
  if (is_missing_) return false;
  if (!input.ok()) {
    const Status& status = input.status();
    MapRunFailed(frame,
                 status.reason() == kDataLimitExceeded
                     ? Failure{.error = status.reason(), .cause = status.message()}
                     : EvaluationFailure(frame, status));
    return false;
  }
  auto& wait = std::get<MapRunWait>(frame.wait);
  // As much as Advance allows a turn to write: the inputs stand in rows.
  history_bytes_ += input->text.size();
  if (wait.is_failing()) {
    PutDown(frame, *std::move(input));
    return true;
  }
  const auto items = static_cast<std::uint32_t>(input->item_count);
  turn_.map_runs.emplace_back(MapChildStarted{.frame = frame.number,
                                              .run = wait.run,
                                              .attempt = wait.redrive.count,
                                              .index = wait.children++,
                                              .items = items,
                                              .input = Bytes(std::move(input->text))});
  TakeItems(wait, items);
  ++wait.executions.started;
  wait.items.started += items;
  return true;
}

const std::map<std::uint32_t, std::uint32_t>* Interpreter::OpenChildrenOf(FrameNumber number) {
  const auto open = rows_.open_children.find(number);
  if (open != rows_.open_children.end()) return &open->second;
  missing_.open_children.push_back(number);
  is_missing_ = true;
  return nullptr;
}

bool Interpreter::MapChildOver(Frame& frame, const ChildEnded& ended) {
  if (std::get<MapRunWait>(frame.wait).is_failing()) return false;
  const auto* open = OpenChildrenOf(frame.number);
  if (open == nullptr) return true;
  const auto child = open->find(*ended.map_index);
  if (child == open->end()) return false;
  auto& wait = std::get<MapRunWait>(frame.wait);
  const bool is_success = ended.output.has_value();
  const bool has_bucket = wait.writer && !wait.writer->parameters.empty();
  CountEnd(wait.executions, ended.status, 1);
  CountEnd(wait.items, ended.status, child->second);
  if (is_success) {
    wait.result_bytes += ended.output->size() + (wait.executions.succeeded > 1 ? 1 : 0);
  }
  turn_.map_runs.emplace_back(
      MapChildEnded{.frame = frame.number,
                    .run = wait.run,
                    .index = *ended.map_index,
                    .items = child->second,
                    .status = ended.status,
                    .redrive_count = ended.redrive_count,
                    .output = ended.output,
                    .input = is_success && !wait.writer ? std::nullopt : std::optional(ended.input),
                    .error = ended.error,
                    .cause = ended.cause,
                    .started_at = ended.started_at,
                    .stopped_at = ended.stopped_at});
  if (!has_bucket && wait.result_bytes > environment_.limits.payload_bytes_max) {
    MapRunFailed(frame, ResultTooLarge(StateOf(frame).name));
  } else {
    GoOnWithMapRun(frame);
  }
  return true;
}

void Interpreter::GoOnWithMapRun(Frame& frame) {
  const auto& wait = std::get<MapRunWait>(frame.wait);
  if (wait.is_failing()) return StartMapChildren(frame);
  if (IsToleranceExceeded(wait)) {
    return MapRunFailed(frame,
                        {.error = std::string(kToleranceExceeded),
                         .cause = "The specified tolerated failure threshold was exceeded"});
  }
  const bool is_over =
      !wait.has_more_items() && !wait.is_redriving() && wait.executions.open() == 0;
  is_over ? CloseMapRun(frame) : StartMapChildren(frame);
}

void Interpreter::RedriveMapRun(Frame& frame, EventId redriven) {
  MapRunWait wait = std::get<MapRunWait>(frame.wait);
  const auto restart = [](MapRunCounts& counts) {
    counts = {.started = counts.succeeded, .succeeded = counts.succeeded};
    return counts.succeeded;
  };
  // Also those that were never started: those that a redrive which was cut short left, and those
  // that the failed run wrote as pending.
  wait.redrive.executions_pending = wait.children - restart(wait.executions);
  wait.redrive.items_pending = wait.next - restart(wait.items);
  ++wait.redrive.count;
  wait.redrive.at = now_;
  wait.redrive.next = 0;
  wait.memory = {};
  if (wait.writer) {
    // What was written before is not what this attempt leaves.
    wait.writer->executions_written = 0;
    wait.writer->items_written = 0;
  }
  HistoryEvent& event = Record(EventType::kMapRunRedriven, redriven, frame.state);
  if (is_history_full_) return;
  event.run = wait.run;
  event.index = wait.redrive.count;
  frame.last_event = event.id;
  RecordMapRun(frame, wait, "RUNNING", false);
  // Ends of the attempt before are told with another number.
  SetWait(frame, std::move(wait));
  GoOnWithMapRun(frame);
}

bool Interpreter::StartMapChildAgain(Frame& frame) {
  auto& wait = std::get<MapRunWait>(frame.wait);
  const auto found = rows_.unsuccessful_children.find(frame.number);
  const bool was_redriving =
      rows_.frames.contains(frame.number) &&
      std::holds_alternative<MapRunWait>(rows_.frames.at(frame.number).wait) &&
      std::get<MapRunWait>(rows_.frames.at(frame.number).wait).redrive == wait.redrive;
  if (found == rows_.unsuccessful_children.end()) {
    // They are read from where the stored frame stands.
    if (was_redriving) {
      missing_.unsuccessful_children.push_back(frame.number);
      is_missing_ = true;
    } else {
      turn_.effects.emplace_back(ContinueFrame{frame.number});
    }
    return false;
  }
  const auto child = found->second.children.lower_bound(wait.redrive.next);
  if (child == found->second.children.end()) {
    // Those at hand have been started: the next turn has others.
    wait.redrive.next = found->second.end;
    turn_.effects.emplace_back(ContinueFrame{frame.number});
    return false;
  }
  const auto& [index, again] = *child;
  history_bytes_ += again.input.size();
  turn_.map_runs.emplace_back(MapChildStarted{.frame = frame.number,
                                              .run = wait.run,
                                              .attempt = wait.redrive.count,
                                              .is_again = true,
                                              .index = index,
                                              .items = again.items,
                                              .input = again.input});
  wait.redrive.next = index + 1;
  --wait.redrive.executions_pending;
  wait.redrive.items_pending -= again.items;
  ++wait.executions.started;
  wait.items.started += again.items;
  return true;
}

bool Interpreter::On(const MapRunUpdate& update) {
  Frame* frame = Find(message_.frame);
  auto* wait = frame == nullptr ? nullptr : std::get_if<MapRunWait>(&frame->wait);
  if (wait == nullptr || wait->run != update.run) return false;
  if (update.concurrency) wait->concurrency = *update.concurrency;
  if (update.tolerated_failure_count)
    wait->tolerated_failure_count = update.tolerated_failure_count;
  if (update.tolerated_failure_percentage) {
    wait->tolerated_failure_percentage = update.tolerated_failure_percentage;
  }
  if (!wait->is_writing()) GoOnWithMapRun(*frame);
  return true;
}

}  // namespace pawl::interpreter
