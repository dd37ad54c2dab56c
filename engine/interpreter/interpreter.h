// Interpreter: one call of Advance. Private to this folder; each kind of state and each kind of
// message has a file that implements its part of this class.
//
// A missing row is noted in `missing_` and the turn goes on with a stand-in; Run then throws the
// whole turn away. So no step has to be undone and no function needs a third outcome.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/random.h"
#include "engine/expression/scope.h"
#include "engine/interpreter/item_batcher.h"
#include "engine/interpreter/task_call.h"
#include "engine/interpreter/turn.h"
#include "engine/json/arena.h"
#include "engine/json/value.h"

namespace pawl::interpreter {

// Why a state failed, in the workflow's own terms.
struct Failure {
  std::optional<std::string> error = {};
  std::optional<std::string> cause = {};
  // Another name the same failure answers to in ErrorEquals.
  std::string alias = {};
};

// The name of errors no retrier or catcher sees.
inline constexpr std::string_view kRuntimeError = "States.Runtime";

struct Inspection;
struct StateTestRecorder;

// A JSON value on its way between states: text, tree, or both, made when first asked for.
class Datum {
 public:
  explicit Datum(Payload payload) : payload_(std::move(payload)) {}

  explicit Datum(json::Value value) : value_(value) {}

  // Whether the text is at hand: nothing was computed.
  bool has_payload() const { return payload_.has_value(); }

 private:
  friend class Interpreter;
  std::optional<Payload> payload_;
  std::optional<json::Value> value_;
};

class Interpreter {
 public:
  Interpreter(const asl::StateMachine& machine,
              const Environment& environment,
              const WorkingSet& rows,
              const Message& message);

  std::variant<Turn, Missing> Run();
  // The same for the test of one state (state_test.h): notes the steps, and ends the state by the
  // mock when that is due. `recorder` outlives the call.
  std::variant<Turn, Missing> RunTest(StateTestRecorder& recorder);

 private:
  // A frame of this turn: a copy of its row, or new.
  struct Slot {
    Frame frame;
    bool is_new = false;
    bool is_erased = false;
    // Set when the frame reached the end of its branch.
    std::optional<Payload> output = {};
  };

  class StateScope;
  class QueryEnvironment;

  // What $states has beside the state's input and the context object.
  struct States {
    Datum* result = nullptr;
    std::optional<json::Value> error_output = {};
    // For the ItemSelector of a Map.
    std::optional<std::uint32_t> item_index = {};
  };

  // What a redrive needs of a join or a Map run that has failed.
  struct Failed {
    FrameNumber frame;
    Wait wait = {};
    // The turn's changes of results from here on are what the failure erased.
    std::size_t first_erased = 0;
    // All frames below the join.
    std::vector<Frame> below = {};
  };

  // How a state is left: its own fields, or those of the rule or catcher that leads on.
  struct Exit {
    StateIndex next = asl::kNoState;
    const std::optional<asl::ValueTemplate>* assign = nullptr;
    // JSONata.
    const std::optional<expression::JsonataTemplate>* output = nullptr;
  };

  // --- Messages ---
  bool On(const Start& start);
  bool On(const TaskEnded& ended);
  bool On(const TaskTaken& taken);
  bool On(const TokenEnded& ended);
  bool On(const ChildEnded& ended);
  bool On(const ItemsRead& read);
  bool On(const ResultsWritten& written);
  bool On(const TimerFired& fired);
  bool On(const Continue& go_on);
  bool On(const TimeIsUp& message);
  bool On(const Redrive& redrive);
  bool On(const MapRunUpdate& update);
  bool On(const Stop& stop);

  // --- The walk (interpreter.cc) ---
  void Walk();
  bool TakeReadyFrame();
  bool StartJoin();
  void Finish();
  void Enter(Frame& frame);
  // The state's work: first after it was entered, again for each retry.
  void Execute(Frame& frame);
  // The frame's state is done: records its exit and moves on to `next`, or ends the branch.
  void Leave(Frame& frame, Datum output, StateIndex next, std::vector<Assignment> assigned = {});
  void FinishBranch(Slot& slot);
  void StageVariables(const Slot& slot);
  static Close Unsuccessful(ExecutionStatus status,
                            std::optional<std::string> error,
                            std::optional<std::string> cause);
  void CloseExecution(Close close, EventType type, EventId previous);

  // --- Kinds of states ---
  void ExecutePass(Frame& frame);
  void ExecuteTask(Frame& frame);
  std::optional<std::int64_t> TaskSeconds(Frame& frame,
                                          const asl::ComputedNumber& field,
                                          const char* name,
                                          Datum& input,
                                          bool& has_failed);
  void ExecuteChoice(Frame& frame);
  Result<bool> Holds(Frame& frame, const asl::Condition& condition, Datum& input);
  Result<bool> Holds(Frame& frame, const asl::Test& test, Datum& input);
  void ExecuteWait(Frame& frame);
  void ExecuteSucceed(Frame& frame);
  void ExecuteFail(Frame& frame);
  void ExecuteParallel(Frame& frame);
  void ExecuteMap(Frame& frame);

  // --- Tasks (task_state.cc) ---
  void TaskSucceeded(Frame& frame, Bytes answer);
  // What a task calls, as the failure of too large a result names it.
  std::string CalledAs(const asl::TaskState& task) const;
  void FunctionReturned(Frame& frame, Bytes answer);

  // Why Lambda refuses a call before it comes to the function: the name of the task's error without
  // "Lambda.", and Lambda's own.
  struct InvocationRefusal {
    std::string error;
    std::string name;
    std::string message;
  };

  void RefuseInvocation(Frame& frame, const InvocationRefusal& why);
  void AwaitJob(Frame& frame, Bytes answer);
  // The answer to the call of an integration, as its result or as what the job is known by.
  Bytes AnswerOf(const Frame& frame, const TaskEnded& ended) const;
  void TaskFailed(Frame& frame, EventType type, Failure failure);
  // Its deadline has passed, or else no heartbeat came.
  void TaskTimedOut(Frame& frame, bool is_late);
  // Goes on to wait for a callback with the token that `wait` was dispatched with.
  void AwaitToken(Frame& frame, const TaskWait& wait);
  // Goes on to wait for the execution that the task started.
  void AwaitChild(Frame& frame, const TaskEnded& ended);
  // Takes back what the frame waits for, outside of it.
  void CancelWait(Frame& frame);
  std::string TokenOf(const Frame& frame, std::uint32_t wait_number) const;
  void RecordTaskStarted(Frame& frame, const std::optional<Lease>& lease);
  // In an execution that is a test: ends the task that was just scheduled as its mock says. False
  // if it has none.
  bool EndByTestCase(Frame& frame);
  std::uint32_t MockedCallsOf(StateIndex state) const;

  // --- Joins (join.cc) ---
  // The effective input of a Parallel, the same however often it is evaluated.
  std::optional<Datum> BranchInput(Frame& join);
  void StartChildren(Frame& join, EventId previous);
  void StartBranch(Frame& join);
  void StartIteration(Frame& join, EventId previous);
  void ChildSucceeded(Frame& join, const Slot& child);
  void ChildFailed(Frame& join, const Frame& child, Failure failure);
  void JoinFailed(Frame& join, EventId previous, FrameNumber child, Failure failure);
  void CloseJoin(Frame& join, EventId last_child_event);
  // `ended`: copies of their frames.
  void CancelChildren(const Frame& join,
                      EventId previous,
                      FrameNumber failed_child,
                      std::vector<Frame>& ended);
  void EraseResults(FrameNumber join);
  void KeepResult(Frame& join, const Slot& child);
  void KeepEndedBranches(FrameNumber join);
  const std::map<std::uint32_t, Payload>& ResultsOf(FrameNumber join);
  Result<std::shared_ptr<const MapItems>> BuildItems(Frame& frame);
  Result<std::shared_ptr<const MapItems>> BuildQueriedItems(Frame& frame);
  // A non-negative number of a Map; nullopt after a failure was dealt with.
  std::optional<std::int64_t> MapNumber(Frame& frame,
                                        const asl::ComputedNumber& field,
                                        const std::string& name);
  const MapItems* ItemsOf(Frame& join);

  // --- Distributed Maps (map_run.cc) ---
  void ExecuteDistributedMap(Frame& frame,
                             std::shared_ptr<const MapItems> items,
                             std::int64_t concurrency);
  // Tolerances and batches; false after a failure was dealt with.
  bool PrepareMapRun(Frame& frame, MapRunWait& wait);
  std::optional<double> ToleratedPercentage(Frame& frame, const asl::ComputedFraction& field);
  void RecordMapRun(const Frame& frame, MapRunWait wait, std::string status, bool is_over);
  void StartMapChildren(Frame& frame);
  // In a run that fails: puts it down as pending. False when the run cannot go on, or a row is
  // missing.
  bool StartMapChild(Frame& frame);
  const std::map<std::uint32_t, std::uint32_t>* OpenChildrenOf(FrameNumber number);
  // False: the execution is not open (any more).
  bool MapChildOver(Frame& frame, const ChildEnded& ended);
  // After an execution's end, or the items' end: what comes next.
  void GoOnWithMapRun(Frame& frame);

  // --- Ends of distributed Maps (map_run_end.cc) ---
  // Nothing is open any more: writes the results, or puts the output together.
  void CloseMapRun(Frame& frame);
  // The outputs of the executions as an array; nullopt if rows are missing.
  std::optional<std::string> ChildOutputs(const Frame& frame, const MapRunWait& wait);
  void MapRunSucceeded(Frame& frame, Bytes output);
  // Its results are written first, where they are.
  void MapRunFailed(Frame& frame, Failure failure);
  // The run and with it the state.
  void FailMapRun(Frame& frame, Failure failure);
  // Stops what is open and records how the run ended: FAILED, or ABORTED, and then its results are
  // written as well.
  void EndMapRun(const Frame& frame, MapRunWait wait, std::string status);
  // The same for a run whose frame goes away.
  void AbortMapRun(Frame& frame);
  // Of a run that leaves files and whose frame goes away: what is at hand of the items that no
  // execution was given becomes pending.
  void PutDownRest(Frame& frame);
  // The run does not start what `input` is for.
  void PutDown(Frame& frame, Batch input);
  // The event of a run that AbortMapRun ends; none of another frame.
  void RecordRunAborted(Frame& frame, EventId previous);
  // Counts what is open as aborted and has it stopped, and then the results written.
  void StopOpen(const Frame& frame, MapRunWait& wait, bool writes_results);

  // --- Redrives of distributed Maps (map_run.cc) ---
  void RedriveMapRun(Frame& frame, EventId redriven);
  // Starts the next execution that did not succeed before; as StartMapChild.
  bool StartMapChildAgain(Frame& frame);

  // --- Items of distributed Maps (map_run_items.cc) ---
  std::optional<MapReader> ReaderOf(Frame& frame,
                                    const MapItems& source,
                                    const asl::ItemReader& reader);
  std::optional<MapBatcher> BatcherOf(Frame& frame, const asl::ItemBatcher& batcher);
  std::optional<MapWriter> WriterOf(Frame& frame,
                                    const MapItems& source,
                                    const asl::ResultWriter& writer);
  // A template of the Map as JSON text; nullopt after a failure was dealt with.
  std::optional<std::string> MapTemplate(Frame& frame,
                                         const MapItems& source,
                                         const std::optional<asl::ValueTemplate>& value,
                                         std::string_view field);
  Result<json::Value> EvaluateForMap(Frame& frame,
                                     const MapItems& source,
                                     const asl::ValueTemplate& value,
                                     std::string_view field,
                                     std::optional<std::uint32_t> item_index);
  // Whether the items of the next execution are at hand.
  bool HasItemsForChild(const Frame& frame) const;
  void AskForItems(Frame& frame);
  // The next execution's input and how many items are in it.
  Result<Batch> NextMapInput(Frame& frame);
  Result<Batch> NextMapBatch(Frame& frame);
  // Goes on behind `count` items.
  static void TakeItems(MapRunWait& wait, std::uint32_t count);
  // An item as its selector leaves it: JSON text.
  Result<std::string> SelectedItem(Frame& frame, std::uint32_t index);
  json::Value MapItem(Frame& map, std::uint32_t index);
  // Whether it was read as the member of an object.
  static bool IsMapItemMember(const Frame& map, std::uint32_t index);
  // Where an item of a distributed Map comes from; nullopt of any other Map.
  static std::optional<std::string_view> MapItemSource(const Frame& map, std::uint32_t index);

  // --- Failures (failure.cc) ---
  // Retries, catches, or hands the failure to the join around, in this order.
  void Fail(Frame& frame, Failure failure);
  // Past Retry and Catch.
  void FailForGood(Frame& frame, Failure failure);
  // `what` is the state, or what the task calls.
  static Failure ResultTooLarge(const std::string& what);
  // States.Runtime with Step Functions' preamble before `what`.
  void FailRuntime(Frame& frame, const std::string& what);
  // The failure of a payload template, dealt with.
  void FailEvaluation(Frame& frame, const Status& status);
  Failure EvaluationFailure(const Frame& frame, const Status& status) const;
  // Step Functions' words about where it happened; nothing in a test, as recorded.
  std::string Preamble(const Frame& frame) const;
  bool Retry(Frame& frame, const Failure& failure);
  bool Catch(Frame& frame, const Failure& failure);
  void LeaveBy(Frame& frame, const asl::Catcher& catcher, const Failure& failure);

  // --- Redrive (redrive.cc) ---
  // What a frame waits for that is kept for a redrive.
  static Wait KeptWait(const Frame& frame);
  void KeepFailed(Failed failed, const Failure& failure);
  // Puts back what failed on the way to the execution's end.
  void RestoreFailed();
  void LetGoOn(Frame& frame, EventId redriven);

  // --- Data flow (data_flow.cc) ---
  // InputPath, then Parameters; nullopt after a failure was dealt with.
  std::optional<Datum> EffectiveInput(Frame& frame);
  std::optional<Datum> ApplyPath(Frame& frame, const asl::PathOrNull& path, Datum datum);
  // ResultSelector, ResultPath and OutputPath, then Leave.
  void LeaveWithResult(Frame& frame, Datum result);
  // Assign over `output`, then OutputPath, then Leave.
  void LeaveThrough(Frame& frame, Datum output, const Exit& exit);
  void LeaveAssigning(Frame& frame,
                      Datum output,
                      StateIndex next,
                      std::vector<Assignment> assigned);
  json::Value ValueOf(Datum& datum);
  Payload PayloadOf(Datum& datum);
  // The text of a payload; notes it as missing if it is not at hand.
  Bytes TextOf(const Payload& payload);
  // Reads a path from `input`; the failure is not dealt with yet.
  Result<json::Value> EvaluatePath(Frame& frame, const expression::Path& path, Datum& input);
  // The same, with the failure dealt with: nullopt.
  std::optional<json::Value> ReadPath(Frame& frame, const expression::Path& path, Datum& input);
  json::Value ContextObject(Frame& frame,
                            std::optional<std::uint32_t> item_index,
                            bool with_execution_input);
  json::Value Missed(EventId event);

  // --- JSONata (query.cc) ---
  Result<json::Value> Query(Frame& frame,
                            const expression::JsonataTemplate& query,
                            std::string_view field,
                            const States& states);
  Result<json::Value> QueryAs(json::Type type,
                              Frame& frame,
                              const expression::JsonataTemplate& query,
                              std::string_view field);
  // A number, or with the failure dealt with nullopt.
  std::optional<json::Value> QueryNumber(Frame& frame,
                                         const expression::JsonataTemplate& query,
                                         std::string_view field);
  // The failure of an expression, recorded and dealt with; `status` names its field.
  void FailQuery(Frame& frame, const Status& status);
  void FailQueryAfter(Frame& frame, EventId previous, const Status& status);
  // Assign and Output, then Leave; `output` is what there is without an Output.
  void LeaveQuery(Frame& frame, Datum output, const Exit& exit, const States& states);

  // --- The test of one state (state_test.cc) ---
  void Note(std::optional<Bytes> Inspection::*step, Datum& datum) {
    if (recorder_ != nullptr) NoteStep(step, datum);
  }

  void NoteStep(std::optional<Bytes> Inspection::*step, Datum& datum);
  void NoteText(std::optional<Bytes> Inspection::*step, Bytes text);
  void NoteFailure(const Failure& failure);
  void NoteRetrier(std::size_t index);
  void NoteCatcher(std::size_t index);
  void NoteLeft(const Payload& output, StateIndex next, const std::vector<Assignment>& assigned);
  // What the Map computed before its iterations; false after a failure was dealt with.
  bool NoteMap(Frame& frame,
               const std::shared_ptr<const MapItems>& items,
               std::int64_t max_concurrency);
  bool NoteTolerance(Frame& frame);
  bool NoteItemSelector(Frame& frame, const std::shared_ptr<const MapItems>& items);
  Result<std::shared_ptr<const MapItems>> TestedReaderItems();
  json::Value TestedContextObject(Frame& frame, std::optional<std::uint32_t> item_index);
  void MakeUpContext(const Frame& frame, json::ObjectBuilder& context);
  void EndByMock(Frame& frame);
  bool ExceedsTolerance() const;

  // --- Variables (variables.cc) ---
  // nullopt: no frame around holds it.
  std::optional<json::Value> FindVariable(Frame& frame, const std::string& name);
  const std::map<std::string, Bytes>* StoredVariables(FrameNumber number);
  // What Assign sets: "$" is `source` in JSONPath, and JSONata sees `states`; nullopt after a
  // failure was dealt with.
  std::optional<std::vector<Assignment>> Assign(Frame& frame,
                                                const std::optional<asl::ValueTemplate>* assign,
                                                Datum& source,
                                                const States& states);
  // Whether they fit the limits; deals with the failure.
  bool CheckVariables(Frame& frame, const std::vector<Assignment>& assigned);
  // Records them in the state's last event and makes them visible.
  void SetVariables(Frame& frame, HistoryEvent& exited, std::vector<Assignment> assigned);

  // --- Small things ---
  Frame* Find(FrameNumber number);
  Frame& Get(FrameNumber number);
  Slot& AddFrame(Frame frame);
  void Erase(Frame& frame);
  HistoryEvent& Record(EventType type, EventId previous, StateIndex state);
  // Records on the frame's own thread of events.
  HistoryEvent& RecordOn(Frame& frame, EventType type);
  // Attaches the payload to an event just recorded, by reference where another event holds it.
  void Attach(HistoryEvent& event, Payload& payload);

  template <typename NewWait>
  void SetWait(Frame& frame, NewWait wait) {
    frame.wait = std::move(wait);
    ++frame.wait_number;
  }

  static Exit ExitOf(const asl::State& state) {
    return {.next = state.next, .assign = &state.assign, .output = &state.output};
  }

  const asl::State& StateOf(const Frame& frame) const { return machine_.states[frame.state]; }

  SeededRandom& Random();
  bool IsOverQuantum() const;
  bool HasAllFrames();

  const asl::StateMachine& machine_;
  const Environment& environment_;
  const WorkingSet& rows_;
  const Message& message_;
  // Time of the execution: over a restart engine time may begin a little before the last event.
  const Timestamp now_;

  json::Arena arena_;
  std::vector<Bytes> texts_;  // keeps what values in the arena point to
  Turn turn_;
  Missing missing_;
  bool is_missing_ = false;
  std::map<FrameNumber, Slot> frames_;
  // The item that was looked at last of a run that reads them.
  std::optional<std::pair<std::uint32_t, json::Value>> read_item_;
  std::map<FrameNumber, std::map<std::uint32_t, Payload>> results_;
  // Variables assigned in this turn.
  std::map<FrameNumber, std::map<std::string, Bytes>> assigned_;
  // Their values, and those of rows, once an expression looked at them.
  std::map<std::pair<FrameNumber, std::string>, json::Value> variable_values_;
  // Frames whose turn it is, the next one first: to enter their state, or to end their branch.
  std::vector<FrameNumber> ready_;
  // Joins that could start more children than the quantum allowed.
  std::vector<FrameNumber> starting_;
  EventId next_event_;
  Timestamp last_event_at_;
  std::optional<SeededRandom> random_;
  std::uint32_t transitions_ = 0;
  std::size_t history_bytes_ = 0;
  bool is_history_full_ = false;
  // From the failure that is dealt with outwards; empty once a state has dealt with it.
  std::vector<Failed> failed_;
  // A catcher's own fields are evaluated: what fails now is not caught again.
  bool is_catching_ = false;
  HistoryEvent overflow_;                  // takes events that no longer fit
  StateTestRecorder* recorder_ = nullptr;  // only in the test of one state
};

}  // namespace pawl::interpreter
