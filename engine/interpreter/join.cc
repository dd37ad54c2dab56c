// Parallel and Map: children are started in windows, leave their results in rows, and are joined
// when the last one ends. The join's frame holds counters only, so a Map of 10,000 items costs each
// of them the same.
#include <charconv>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/hash.h"
#include "engine/interpreter/interpreter.h"
#include "engine/interpreter/state_scope.h"
#include "engine/interpreter/state_test.h"
#include "engine/json/write.h"

namespace pawl::interpreter {
namespace {

bool MayStartMore(const JoinWait& join) {
  return join.next < join.total && (join.concurrency == 0 || join.open < join.concurrency);
}

// As recorded: the integer itself, or text that is one.
std::optional<std::int64_t> IntegerIn(json::Value value) {
  if (value.is_number()) return value.AsInt64();
  if (!value.is_string()) return std::nullopt;
  const std::string_view text = value.string();
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

void Interpreter::ExecuteParallel(Frame& frame) {
  const auto& parallel = std::get<asl::ParallelState>(StateOf(frame).details);
  if (!BranchInput(frame)) return;
  RecordOn(frame, EventType::kParallelStateStarted);
  SetWait(frame, JoinWait{.total = static_cast<std::uint32_t>(parallel.branches.size())});
  StartChildren(frame, frame.last_event);
}

void Interpreter::ExecuteMap(Frame& frame) {
  const auto& map = std::get<asl::MapState>(StateOf(frame).details);
  auto items = BuildItems(frame);
  if (is_missing_) return;
  if (!items.ok()) {
    const bool is_query = items.status().reason() == expression::kQueryEvaluationError;
    return is_query ? FailQuery(frame, items.status())
                    : FailRuntime(frame, items.status().message());
  }

  const auto computed = MapNumber(frame, map.max_concurrency, "MaxConcurrency");
  if (!computed) return;
  if (recorder_ != nullptr && !NoteMap(frame, *items, *computed)) return;
  // The test of one state runs no executions: its mock is the result of either kind of Map.
  if (map.distributed && recorder_ == nullptr) {
    return ExecuteDistributedMap(frame, *std::move(items), *computed);
  }
  const std::int64_t concurrency =
      *computed == 0 ? environment_.limits.inline_map_concurrency : *computed;

  const auto total = static_cast<std::uint32_t>((*items)->items.size());
  RecordOn(frame, EventType::kMapStateStarted).index = total;
  SetWait(frame,
          JoinWait{
              .total = total,
              .concurrency = static_cast<std::uint32_t>(std::min<std::int64_t>(concurrency, total)),
              .items = *items});
  if (total == 0 && recorder_ == nullptr) return CloseJoin(frame, frame.last_event);
  StartChildren(frame, frame.last_event);
}

std::optional<std::int64_t> Interpreter::MapNumber(Frame& frame,
                                                   const asl::ComputedNumber& field,
                                                   const std::string& name) {
  if (const auto* fixed = std::get_if<std::int64_t>(&field)) return *fixed;
  if (const auto* query = std::get_if<expression::JsonataTemplate>(&field)) {
    const auto value = QueryNumber(frame, *query, name);
    if (!value) return std::nullopt;
    const auto number = value->is_number() ? value->AsInt64() : std::nullopt;
    if (number && *number >= 0) return number;
    FailQueryAfter(frame,
                   frame.last_event,
                   {StatusCode::kFailedPrecondition,
                    "The " + name + " field must be a non-negative integer: " + json::Write(*value),
                    name});
    return std::nullopt;
  }
  const auto& path = std::get<expression::Path>(field);
  Datum input(frame.input);
  const auto value = ReadPath(frame, path, input);
  if (!value) return std::nullopt;
  const auto number = IntegerIn(*value);
  if (!number) {
    FailRuntime(frame,
                "The " + name + "Path field refers to value \"" +
                    (value->is_string() ? std::string(value->string()) : json::Write(*value)) +
                    "\" which is not a valid integer: " + path.text());
    return std::nullopt;
  }
  if (*number < 0) {
    FailRuntime(frame, name + " cannot be negative.");
    return std::nullopt;
  }
  return number;
}

// Every branch gets a copy of the same input, also where Parameters draw random numbers and where
// the branches start in different turns: so they are drawn from the attempt, not from the turn.
std::optional<Datum> Interpreter::BranchInput(Frame& join) {
  const std::uint64_t seed =
      HashCombine(HashCombine(rows_.header.seed, join.entered_event), join.retry_count);
  auto of_turn = std::exchange(random_, SeededRandom(seed));
  auto input = EffectiveInput(join);
  random_ = std::move(of_turn);
  return input;
}

void Interpreter::StartChildren(Frame& join, EventId previous) {
  const bool is_map = StateOf(join).type == asl::StateType::kMap;
  while (!is_missing_ && !turn_.close && !is_history_full_) {
    const auto* wait = std::get_if<JoinWait>(&join.wait);
    if (wait == nullptr || !MayStartMore(*wait)) return;
    // A join always gets at least one child further: a turn makes progress.
    if (IsOverQuantum()) {
      starting_.push_back(join.number);
      return;
    }
    if (is_map) {
      ++transitions_;
      StartIteration(join, previous);
    } else {
      StartBranch(join);
    }
  }
}

void Interpreter::StartBranch(Frame& join) {
  const auto& parallel = std::get<asl::ParallelState>(StateOf(join).details);
  auto input = BranchInput(join);
  if (!input) return;
  auto& wait = std::get<JoinWait>(join.wait);
  Frame child;
  child.number = FrameNumber{next_event_};
  child.parent = join.number;
  child.index = wait.next;
  child.state = parallel.branches[wait.next];
  child.input = PayloadOf(*input);
  child.last_event = join.last_event;
  ++wait.next;
  ++wait.open;
  // A branch has no event of its own: its number is that of its first state's, recorded now.
  Enter(AddFrame(std::move(child)).frame);
}

void Interpreter::StartIteration(Frame& join, EventId previous) {
  const auto& map = std::get<asl::MapState>(StateOf(join).details);
  const MapItems* items = ItemsOf(join);
  if (items == nullptr) return;
  auto& wait = std::get<JoinWait>(join.wait);
  const std::uint32_t index = wait.next;

  Frame child;
  child.number = FrameNumber{next_event_};
  child.parent = join.number;
  child.index = index;
  child.state = map.processor;
  HistoryEvent& started = Record(EventType::kMapIterationStarted, previous, join.state);
  started.index = index;
  child.last_event = started.id;
  ++wait.next;
  ++wait.open;
  Slot& slot = AddFrame(std::move(child));
  if (!map.item_selector) {
    slot.frame.input.bytes = Bytes(json::Write(items->items[index]));
    ready_.push_back(slot.frame.number);
    return;
  }
  Datum input(items->input);
  StateScope scope(*this, join, input, index);
  const auto* query = std::get_if<expression::JsonataTemplate>(&*map.item_selector);
  const auto value =
      query != nullptr
          ? Query(join, *query, "ItemSelector", {.item_index = index})
          : std::get<expression::PayloadTemplate>(*map.item_selector).Evaluate(scope, arena_);
  if (!value.ok()) {
    // The Map itself fails: its selector is evaluated in its name.
    slot.is_erased = true;
    --wait.open;
    --wait.next;
    return ChildFailed(join, slot.frame, EvaluationFailure(join, value.status()));
  }
  slot.frame.input.bytes = Bytes(json::Write(*value));
  ready_.push_back(slot.frame.number);
}

void Interpreter::ChildSucceeded(Frame& join, const Slot& child) {
  const bool is_map = StateOf(join).type == asl::StateType::kMap;
  auto& wait = std::get<JoinWait>(join.wait);
  if (is_map) {
    HistoryEvent& succeeded =
        Record(EventType::kMapIterationSucceeded, child.frame.last_event, join.state);
    succeeded.index = child.frame.index;
    join.last_event = succeeded.id;
  }
  KeepResult(join, child);
  if (wait.result_bytes > environment_.limits.payload_bytes_max) {
    return JoinFailed(
        join, child.frame.last_event, child.frame.number, ResultTooLarge(StateOf(join).name));
  }
  if (wait.next == wait.total && wait.open == 0) return CloseJoin(join, child.frame.last_event);
  StartChildren(join, child.frame.last_event);
}

void Interpreter::KeepResult(Frame& join, const Slot& child) {
  auto& wait = std::get<JoinWait>(join.wait);
  --wait.open;
  wait.result_bytes += child.output->bytes.size() + (wait.next - wait.open > 1 ? 1 : 0);
  BranchResult result{.join = join.number, .index = child.frame.index, .output = *child.output};
  results_[join.number].insert_or_assign(result.index, result.output);
  turn_.results.emplace_back(std::move(result));
}

// Branches of a Parallel that ended in this turn and whose turn to be joined had not come: a
// redrive must not run them again. A Map's iterations are joined as soon as they end.
void Interpreter::KeepEndedBranches(FrameNumber join) {
  const auto is_below = [&](const Frame& frame) {
    for (const Frame* at = &frame; !at->is_root(); at = &Get(at->parent)) {
      if (at->parent == join) return true;
    }
    return false;
  };
  for (auto& [number, slot] : frames_) {
    if (slot.is_erased || !slot.output || !is_below(slot.frame)) continue;
    Erase(slot.frame);
    KeepResult(Get(slot.frame.parent), slot);
  }
}

void Interpreter::CloseJoin(Frame& join, EventId last_child_event) {
  if (StateOf(join).type == asl::StateType::kMap) {
    // What follows points to the same event as MapStateSucceeded does.
    Record(EventType::kMapStateSucceeded, join.last_event, join.state);
  } else {
    Record(EventType::kParallelStateSucceeded, last_child_event, join.state);
    join.last_event = last_child_event;
  }
  std::string text = "[";
  for (const auto& [index, output] : ResultsOf(join.number)) {
    if (text.size() > 1) text += ',';
    text += TextOf(output).view();
  }
  text += ']';
  if (is_missing_) return;
  EraseResults(join.number);
  join.wait = RunnableWait{.is_entered = true};
  LeaveWithResult(join, Datum(Payload{.bytes = Bytes(std::move(text))}));
}

void Interpreter::ChildFailed(Frame& join, const Frame& child, Failure failure) {
  const EventId previous = child.last_event;
  const FrameNumber number = child.number;
  if (StateOf(join).type == asl::StateType::kMap) {
    Record(EventType::kMapIterationFailed, previous, join.state).index = child.index;
    // A time-out ends the task's state from outside.
    if (failure.error == "States.Timeout" && (std::holds_alternative<TaskWait>(child.wait) ||
                                              std::holds_alternative<ChildWait>(child.wait) ||
                                              std::holds_alternative<TokenWait>(child.wait))) {
      Record(EventType::kTaskStateAborted, previous, child.state);
    }
  }
  JoinFailed(join, previous, number, std::move(failure));
}

void Interpreter::JoinFailed(Frame& join, EventId previous, FrameNumber child, Failure failure) {
  const bool is_map = StateOf(join).type == asl::StateType::kMap;
  KeepEndedBranches(join.number);
  Failed failed{.frame = join.number, .wait = join.wait, .first_erased = turn_.results.size()};
  CancelChildren(join, previous, child, failed.below);
  if (is_missing_) return;
  KeepFailed(std::move(failed), failure);
  join.wait = RunnableWait{.is_entered = true};
  join.last_event = previous;
  // As recorded: a Map that is tried again has not failed, and its next attempt points to the same
  // event as MapIterationFailed. Of a Parallel there is no record.
  if (is_map && Retry(join, failure)) return failed_.clear();
  RecordOn(join, is_map ? EventType::kMapStateFailed : EventType::kParallelStateFailed);
  Fail(join, std::move(failure));
}

// Ends everything under `join`: siblings of the child that failed, and what is below them. Each
// direct child gets its events; the wait of the join itself is replaced by whatever comes next.
void Interpreter::CancelChildren(const Frame& join,
                                 EventId previous,
                                 FrameNumber failed_child,
                                 std::vector<Frame>& ended) {
  const auto& wait = std::get<JoinWait>(join.wait);
  EraseResults(join.number);
  const bool has_others = wait.open > 0;
  if (!has_others && Find(failed_child) == nullptr) return;
  if (!HasAllFrames()) return;
  const bool is_map = StateOf(join).type == asl::StateType::kMap;
  // A child's number is greater than its parent's, so one walk in order finds all descendants. Of
  // the stored frames only they become part of the turn.
  std::set<FrameNumber> below = {join.number};
  for (auto row = rows_.frames.upper_bound(join.number); row != rows_.frames.end(); ++row) {
    if (!below.contains(row->second.parent)) continue;
    below.insert(row->first);
    Find(row->first);
  }
  for (auto slots = frames_.upper_bound(join.number); slots != frames_.end(); ++slots) {
    const FrameNumber number = slots->first;
    Slot& slot = slots->second;
    if (slot.is_erased || !below.contains(slot.frame.parent)) continue;
    below.insert(number);
    const bool is_sibling = slot.frame.parent == join.number && number != failed_child;
    if (is_sibling && is_map) {
      Record(EventType::kMapIterationAborted, previous, join.state).index = slot.frame.index;
    }
    RecordRunAborted(slot.frame, previous);
    if (is_sibling) {
      const auto aborted = AbortedEvent(StateOf(slot.frame).type);
      if (aborted && !std::holds_alternative<RunnableWait>(slot.frame.wait)) {
        Record(*aborted, previous, slot.frame.state);
      }
    }
    CancelWait(slot.frame);
    ended.push_back(slot.frame);
    if (std::holds_alternative<JoinWait>(slot.frame.wait)) EraseResults(number);
  }
  // What a run puts down may use the variables of frames above it: they are there until all are
  // done.
  below.erase(join.number);
  for (const FrameNumber number : below)
    frames_.at(number).is_erased = true;
}

const std::map<std::uint32_t, Payload>& Interpreter::ResultsOf(FrameNumber join) {
  auto& all = results_[join];
  const auto row = rows_.frames.find(join);
  // Whether this very join was open before the turn; the same state may be entered again in it.
  const bool was_open_before = row != rows_.frames.end() &&
                               std::holds_alternative<JoinWait>(row->second.wait) &&
                               row->second.wait_number == Get(join).wait_number;
  if (!was_open_before) return all;
  const auto stored = rows_.results.find(join);
  if (stored == rows_.results.end()) {
    missing_.results.push_back(join);
    is_missing_ = true;
    return all;
  }
  all.insert(stored->second.begin(), stored->second.end());
  return all;
}

void Interpreter::EraseResults(FrameNumber join) {
  for (const auto& [index, output] : ResultsOf(join)) {
    turn_.results.emplace_back(ResultErased{.join = join, .index = index});
  }
  results_.erase(join);
}

Result<std::shared_ptr<const MapItems>> Interpreter::BuildItems(Frame& frame) {
  const asl::State& state = StateOf(frame);
  const auto& map = std::get<asl::MapState>(state.details);
  if (recorder_ != nullptr && map.has_item_reader()) return TestedReaderItems();
  if (state.is_jsonata) return BuildQueriedItems(frame);
  Datum input(frame.input);
  if (state.input_path.is_null) {
    input = Datum(json::Value::Object({}));
  } else if (state.input_path.path.root() != expression::PathRoot::kInput ||
             !state.input_path.path.is_identity()) {
    const auto value = EvaluatePath(frame, state.input_path.path, input);
    if (!value.ok()) {
      return InvalidArgument("Invalid path '" + state.input_path.path.text() +
                             "' : " + value.status().message());
    }
    input = Datum(*value);
  }
  auto built = std::make_shared<MapItems>();
  const auto parse = [&built](Bytes text) {
    built->texts.push_back(std::move(text));
    return json::Parse(built->texts.back().view(), built->arena);
  };
  Note(&Inspection::after_input_path, input);
  ASSIGN_OR_RETURN(built->input, parse(PayloadOf(input).bytes));
  if (map.distributed && map.distributed->reader) {
    return std::shared_ptr<const MapItems>(std::move(built));
  }
  json::Value items;
  if (map.items_path.root() == expression::PathRoot::kInput) {
    const auto value = map.items_path.Evaluate(built->input, built->arena);
    if (!value.ok()) {
      return InvalidArgument("Invalid path '" + map.items_path.text() +
                             "' : " + value.status().message());
    }
    items = *value;
  } else {
    const auto value = EvaluatePath(frame, map.items_path, input);
    if (!value.ok()) {
      return InvalidArgument("Invalid path '" + map.items_path.text() +
                             "' : " + value.status().message());
    }
    ASSIGN_OR_RETURN(items, parse(Bytes(json::Write(*value))));
  }
  if (!items.is_array()) {
    // As recorded: of the two signs before a place in the context object one is told.
    const bool is_context = map.items_path.root() == expression::PathRoot::kContext;
    return InvalidArgument("Reference path \"" + map.items_path.text().substr(is_context ? 1 : 0) +
                           "\" must point to array.");
  }
  built->items.assign(items.items().begin(), items.items().end());
  return std::shared_ptr<const MapItems>(std::move(built));
}

// Items of a Map in JSONata.
Result<std::shared_ptr<const MapItems>> Interpreter::BuildQueriedItems(Frame& frame) {
  const auto& map = std::get<asl::MapState>(StateOf(frame).details);
  auto built = std::make_shared<MapItems>();
  if (map.distributed && map.distributed->reader) {
    return std::shared_ptr<const MapItems>(std::move(built));
  }
  Datum input(frame.input);
  if (map.items) {
    ASSIGN_OR_RETURN(const json::Value value,
                     QueryAs(json::Type::kArray, frame, *map.items, "Items"));
    input = Datum(value);
  }
  built->texts.push_back(PayloadOf(input).bytes);
  ASSIGN_OR_RETURN(const json::Value items, json::Parse(built->texts.back().view(), built->arena));
  if (!items.is_array()) {
    return Status(StatusCode::kFailedPrecondition,
                  "The field 'Items' is not there, so the state's input should be an array, but it "
                  "was '" +
                      std::string(json::TypeName(items.type())) + "'.",
                  "Items")
        .WithReason(std::string(expression::kQueryEvaluationError));
  }
  built->items.assign(items.items().begin(), items.items().end());
  return std::shared_ptr<const MapItems>(std::move(built));
}

// The items of a Map that has started: it evaluated them before, so they are there.
const MapItems* Interpreter::ItemsOf(Frame& join) {
  auto* wait = std::get_if<JoinWait>(&join.wait);
  auto* run = std::get_if<MapRunWait>(&join.wait);
  if (wait == nullptr && run == nullptr) return nullptr;
  std::shared_ptr<const MapItems>& items = wait != nullptr ? wait->items : run->memory.source;
  if (items == nullptr) {
    auto built = BuildItems(join);
    if (is_missing_) return nullptr;
    PAWL_CHECK_MESSAGE(built.ok(), "a Map's items cannot be evaluated a second time");
    items = *built;
  }
  return items.get();
}

}  // namespace pawl::interpreter
