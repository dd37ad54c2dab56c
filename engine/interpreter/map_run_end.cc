// How a distributed Map's run ends, and what it leaves (Step Functions Developer Guide,
// "ResultWriter (Map)").
//
// A run with a ResultWriter that has a bucket writes its results before it ends. So does one that
// fails: its open executions are stopped, the items that no execution was given yet are put down as
// pending ones (a row each, as any result has), all is written, and then the run fails with what it
// failed with first. A run that is aborted with its execution has no frame any more that could
// wait: the items that are at hand are put down as pending in the turn that ends it, and the
// message that stops its executions brings about the writing.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "engine/interpreter/interpreter.h"

namespace pawl::interpreter {
namespace {

// Of an execution that was never started.
constexpr std::string_view kPendingStatus = "PENDING";
// What a turn that ends a run writes of pending ones at most: 60,000 small items, or the inputs of
// some. It is the last turn that could.
constexpr std::size_t kPutDownBytesMax = std::size_t{4} * 1024 * 1024;
// What one takes beside its input.
constexpr std::size_t kPendingRowBytes = 64;

}  // namespace

void Interpreter::CloseMapRun(Frame& frame) {
  auto& wait = std::get<MapRunWait>(frame.wait);
  if (wait.writer) {
    wait.writer->is_writing = true;
    wait.memory = {};
    turn_.effects.emplace_back(WriteResults{frame.number, frame.wait_number});
    return;
  }
  auto outputs = ChildOutputs(frame, wait);
  if (outputs) MapRunSucceeded(frame, Bytes(*std::move(outputs)));
}

std::optional<std::string> Interpreter::ChildOutputs(const Frame& frame, const MapRunWait& wait) {
  std::string text = "[";
  if (wait.executions.succeeded > 0) {
    const auto stored = rows_.child_outputs.find(frame.number);
    if (stored == rows_.child_outputs.end()) {
      missing_.child_outputs.push_back(frame.number);
      is_missing_ = true;
      return std::nullopt;
    }
    // Those that ended in this very turn are in no row yet.
    std::map<std::uint32_t, Bytes> outputs = stored->second;
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
  return text;
}

bool Interpreter::On(const ResultsWritten& written) {
  Frame* frame = Find(message_.frame);
  if (frame == nullptr || frame->wait_number != written.wait_number) return false;
  auto* wait = std::get_if<MapRunWait>(&frame->wait);
  if (wait == nullptr || !wait->is_writing()) return false;
  MapWriter& writer = *wait->writer;
  writer.is_writing = false;
  if (written.output) {
    writer.executions_written = written.executions;
    writer.items_written = written.items;
  }
  // What the run failed with goes before what its writing failed with.
  if (const auto failure = std::exchange(writer.failure, std::nullopt)) {
    FailMapRun(*frame, {.error = failure->error, .cause = failure->cause});
  } else if (!written.output) {
    FailMapRun(*frame, {.error = written.error, .cause = written.cause});
  } else if (written.output->size() > environment_.limits.payload_bytes_max) {
    FailMapRun(*frame, ResultTooLarge(StateOf(*frame).name));
  } else {
    MapRunSucceeded(*frame, *written.output);
  }
  return true;
}

void Interpreter::MapRunSucceeded(Frame& frame, Bytes output) {
  const MapRunWait wait = std::get<MapRunWait>(frame.wait);
  const EventId run_ended = RecordOn(frame, EventType::kMapRunSucceeded).id;
  if (is_history_full_) return;
  Record(EventType::kMapStateSucceeded, run_ended, frame.state);
  // As most records have it, what follows points to MapRunSucceeded too. Those made since November
  // 2024 have MapRunStarted there, and so all of JSONata, which began then.
  if (StateOf(frame).is_jsonata) frame.last_event = wait.run;
  RecordMapRun(frame, wait, "SUCCEEDED", true);
  frame.wait = RunnableWait{.is_entered = true};
  LeaveWithResult(frame, Datum(Payload{.bytes = std::move(output)}));
}

void Interpreter::MapRunFailed(Frame& frame, Failure failure) {
  MapRunWait wait = std::get<MapRunWait>(frame.wait);
  // Its first failure stays, and no more items can be put down.
  if (wait.is_failing()) return CloseMapRun(frame);
  if (!wait.leaves_files()) return FailMapRun(frame, std::move(failure));
  StopOpen(frame, wait, false);
  wait.memory.is_reading = false;
  wait.writer->failure = MapRunFailure{
      .error = failure.error.value_or(""), .cause = failure.cause.value_or(""), .at = now_};
  // Executions that are being stopped tell their end with another number.
  SetWait(frame, std::move(wait));
  GoOnWithMapRun(frame);
}

void Interpreter::FailMapRun(Frame& frame, Failure failure) {
  MapRunWait wait = std::get<MapRunWait>(frame.wait);
  HistoryEvent& failed = RecordOn(frame, EventType::kMapRunFailed);
  if (is_history_full_) return;
  failed.error = failure.error;
  failed.cause = failure.cause;
  EndMapRun(frame, wait, "FAILED");
  wait.memory = {};
  KeepFailed({.frame = frame.number, .wait = std::move(wait), .first_erased = turn_.results.size()},
             failure);
  frame.wait = RunnableWait{.is_entered = true};
  if (Retry(frame, failure)) return failed_.clear();
  RecordOn(frame, EventType::kMapStateFailed);
  Fail(frame, std::move(failure));
}

// Without an event: the run's stands before it, or what ends the Map around it follows.
void Interpreter::EndMapRun(const Frame& frame, MapRunWait wait, std::string status) {
  // One that failed has written them.
  StopOpen(frame, wait, status == "ABORTED" && wait.leaves_files());
  RecordMapRun(frame, std::move(wait), std::move(status), true);
}

void Interpreter::PutDown(Frame& frame, Batch input) {
  auto& wait = std::get<MapRunWait>(frame.wait);
  const auto items = static_cast<std::uint32_t>(input.item_count);
  turn_.map_runs.emplace_back(MapChildEnded{.frame = frame.number,
                                            .run = wait.run,
                                            .index = wait.children++,
                                            .items = items,
                                            .status = std::string(kPendingStatus),
                                            .input = Bytes(std::move(input.text))});
  TakeItems(wait, items);
}

void Interpreter::PutDownRest(Frame& frame) {
  const auto& wait = std::get<MapRunWait>(frame.wait);
  if (!wait.writer || wait.writer->parameters.empty()) return;
  std::size_t bytes = 0;
  while (wait.has_more_items() && HasItemsForChild(frame) && bytes < kPutDownBytesMax) {
    auto input = NextMapInput(frame);
    // Items behind one that makes no input are in no file.
    if (is_missing_ || !input.ok()) return;
    bytes += input->text.size() + kPendingRowBytes;
    PutDown(frame, *std::move(input));
  }
}

void Interpreter::AbortMapRun(Frame& frame) {
  // A redrive that found no place in the history has not begun the run again: it is over.
  const EventId run = std::get<MapRunWait>(frame.wait).run;
  const bool has_begun =
      std::any_of(turn_.map_runs.begin(), turn_.map_runs.end(), [run](const MapRunChange& change) {
        const auto* changed = std::get_if<MapRunChanged>(&change);
        return changed != nullptr && changed->wait.run == run;
      });
  if (std::holds_alternative<Redrive>(message_.body) && !has_begun) return;
  PutDownRest(frame);
  MapRunWait wait = std::get<MapRunWait>(KeptWait(frame));
  EndMapRun(frame, std::move(wait), "ABORTED");
}

void Interpreter::RecordRunAborted(Frame& frame, EventId previous) {
  // The last place of a history is the closing event's.
  const bool has_place =
      next_event_ < environment_.limits.history_events_max || rows_.header.is_express();
  if (!has_place || !std::holds_alternative<MapRunWait>(frame.wait)) return;
  frame.last_event = Record(EventType::kMapRunAborted, previous, frame.state).id;
}

void Interpreter::StopOpen(const Frame& frame, MapRunWait& wait, bool writes_results) {
  if (wait.executions.open() == 0 && !writes_results) return;
  turn_.effects.emplace_back(StopChildren{.frame = frame.number,
                                          .wait_number = frame.wait_number,
                                          .run = wait.run,
                                          .writes_results = writes_results});
  for (MapRunCounts* counts : {&wait.executions, &wait.items})
    counts->aborted += counts->open();
}

}  // namespace pawl::interpreter
