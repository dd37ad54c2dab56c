// StoreChecker: what must hold of the durable rows at every moment, whatever happened before.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/rows/execution_row.h"
#include "engine/rows/keys.h"
#include "engine/rows/map_run_row.h"
#include "engine/runtime/engine.h"
#include "tests/simulator/coverage.h"
#include "tests/simulator/folded_history.h"
#include "tests/simulator/ledger.h"
#include "tests/simulator/simulated_disk.h"
#include "tests/simulator/simulated_objects.h"

namespace pawl::simulator {

struct DefinitionText {
  PlainJson definition;
  std::shared_ptr<const asl::StateMachine> machine;
};

// Names of states are unique in a definition. nullptr: there is none.
const PlainJson* FindState(const PlainJson& scope, const std::string& name);

// Finds a deployed revision; nullptr if there was none.
using FindDefinition =
    std::function<const DefinitionText*(const std::string& state_machine, std::uint64_t revision)>;

// The status of an execution of a run of a distributed Map that the run does not start any more.
inline constexpr std::string_view kPendingStatus = "PENDING";

// A run of a distributed Map, as its rows tell it, with its executions by their places in it.
struct StoredRun {
  rows::MapRunRow row;
  std::map<std::uint32_t, rows::OpenChildRow> open;
  std::map<std::uint32_t, rows::EndedChildRow> ended;
};

// An execution as its rows tell it.
struct StoredExecution {
  ExecutionId id;
  rows::ExecutionRow row;
  // The history's rows by their first event, as hashes of their values.
  std::map<EventId, std::uint64_t> history_rows;
  std::vector<interpreter::HistoryEvent> events;
  std::map<FrameNumber, interpreter::Frame> frames;
  // Kept for a redrive.
  std::map<FrameNumber, interpreter::Frame> archived;
  // Frames that stand on a timer row.
  std::set<FrameNumber> parked;
  std::map<FrameNumber, std::map<std::uint32_t, interpreter::Payload>> results;
  // Of frames, as JSON texts.
  std::map<FrameNumber, std::map<std::string, std::string>> variables;
  // By the events that began them.
  std::map<EventId, StoredRun> runs;
  FoldedHistory folded;
};

// Answers to a frame's tasks, and how many there are of each.
using SaidAnswers = std::map<std::pair<FrameNumber, Answer>, std::size_t>;

class StoreChecker {
 public:
  StoreChecker(SimulatedDisk& disk,
               const Ledger& ledger,
               const Limits& limits,
               const SimulatedObjects& objects,
               const ItemLibrary& library,
               FindDefinition find_definition,
               Coverage& coverage,
               bool may_clock_go_back,
               std::function<bool()> has_express_chance)
      : disk_(disk),
        ledger_(ledger),
        limits_(limits),
        objects_(objects),
        library_(library),
        find_definition_(std::move(find_definition)),
        coverage_(coverage),
        may_clock_go_back_(may_clock_go_back),
        has_express_chance_(std::move(has_express_chance)) {}

  // Reads everything and checks it. Empty: all is well. `retention`: how long closed executions
  // stay; `now` is engine time.
  std::string Check(Timestamp now, Duration retention);

  // What `payload` of the execution says, wherever it stands; "<nowhere>" if it is not there.
  std::string TextOf(const StoredExecution& execution, const interpreter::Payload& payload) const;

  // Messages between executions that have not arrived, at the last Check.
  std::size_t messages() const { return messages_.size(); }

  // Of these, those that somebody is to deliver now: the end of an execution that was redriven
  // since is told when it ends again.
  std::size_t DueMessages() const;

  // The execution at a place of a Map run, at the last Check; nullptr: none.
  const StoredExecution* ChildOfRun(const StoredExecution& parent,
                                    EventId run,
                                    std::uint32_t index) const;
  // Whether its executions are EXPRESS ones, which have no rows.
  bool IsExpressRun(const StoredExecution& execution, EventId run) const;
  // The run's counters; nullptr: the frame that has them is gone.
  static const interpreter::MapRunWait* WaitOfRun(const StoredExecution& execution, EventId run);

  // At rest: the files of each run that is over hold each of its executions, once. Empty: all is
  // well.
  std::string CheckResults();

  // Of the last Check.
  const std::map<ExecutionId, StoredExecution>& executions() const { return executions_; }

 private:
  // What was seen of an execution by an earlier check.
  struct Seen {
    std::map<EventId, std::uint64_t> history_rows;
    std::set<FrameNumber> parked;
    bool is_closed = false;
    Timestamp stopped_at;
    std::uint32_t redrives = 0;
    bool agrees_with_oracle = false;
    ExecutionName name;
  };

  bool Fail(const std::string& what);
  bool Fail(const StoredExecution& execution, const std::string& what);

  bool ReadState();
  // `before` is the execution as the last check saw it, if it did.
  bool ReadHistory(StoredExecution& execution, StoredExecution* before);
  bool CheckExpired(Timestamp now, Duration retention);
  bool CheckListings();
  bool CheckNames();
  bool CheckStarts();
  bool CheckAccepted();
  bool CheckAccepted(const std::map<TaskRef, Answer>& said, bool with_token);
  bool CheckTaken();
  bool CheckChildren();
  // What the attempt of a task was told of the execution that it started.
  bool CheckUnawaited(const StoredExecution& execution, const FoldedAttempt& attempt);
  bool CheckCall(const StoredExecution& execution, const FoldedAttempt& attempt);
  bool CheckDescription(const StoredExecution& execution,
                        const StoredExecution& child,
                        const PlainJson& description);
  // nullptr: none.
  const StoredExecution* FindByArn(const std::string& arn) const;
  bool CheckStopped();
  bool CheckRedriven();
  // --- Map runs (store_checker_map_runs.cc) ---
  bool ReadMapRunRow(const storage::Row& row);
  bool CheckMapRunNames();
  // Runs and their executions.
  bool CheckMapRunChildren();
  bool CheckChildOfRun(const StoredExecution& child);
  bool CheckRunChildren(const StoredExecution& execution, EventId run, const StoredRun& stored);
  // Whether a call of the object store failed that the run's reader may have made.
  bool MayFailToRead(const interpreter::MapRunWait& wait) const;
  bool CheckOpenChild(const StoredExecution& execution, EventId run, std::uint32_t index);
  bool CheckEndedChild(const StoredExecution& execution,
                       EventId run,
                       std::uint32_t index,
                       const rows::EndedChildRow& ended);
  // How often a Map run may have redriven the execution.
  const asl::StateMachine& MachineOf(const StoredExecution& execution);
  static StateIndex MapAround(const StoredExecution& execution);
  std::uint32_t RedrivesByRun(const StoredExecution& execution) const;
  // Each of these is about one execution.
  bool CheckHistoryIsKept(const StoredExecution& execution);
  // Against the history as it is folded; else as it may be folded as well.
  bool CheckExecution(StoredExecution& execution);
  bool CheckAsFolded(const StoredExecution& execution);
  bool CheckFrames(const StoredExecution& execution);
  bool CheckFrame(const StoredExecution& execution,
                  const FoldedFrame& folded,
                  const interpreter::Frame& stored);
  // `frames`: those of the execution, open or archived.
  bool CheckJoin(const StoredExecution& execution,
                 const std::map<FrameNumber, interpreter::Frame>& frames,
                 const FoldedFrame& folded,
                 const interpreter::JoinWait& join);
  bool CheckMapRuns(const StoredExecution& execution);
  bool CheckMapRun(const StoredExecution& execution,
                   EventId event,
                   const FoldedRun& folded,
                   const StoredRun& stored);
  bool CheckRunCounts(const StoredExecution& execution,
                      const StoredRun& stored,
                      const interpreter::MapRunWait& wait,
                      bool has_aborted_open);
  // What was changed of its bounds while it ran.
  bool CheckRunUpdates(const StoredExecution& execution, const interpreter::MapRunWait& wait);
  // --- What became of runs, and their files (store_checker_results.cc) ---
  // How the executions of a run ended, by their places; those that are open, or were never started,
  // are none. Of a run that succeeded by the executions themselves; nullopt: some are gone, or have
  // not ended.
  std::optional<std::map<std::uint32_t, ObservedChild>> EndsOfRun(const StoredExecution& execution,
                                                                  EventId run) const;
  std::optional<ObservedChild> EndOfChild(const StoredExecution& execution,
                                          EventId run,
                                          std::uint32_t index) const;
  // What the files of a run that is over must hold; nullopt: nobody knows any more.
  std::optional<std::map<std::uint32_t, ObservedChild>> ResultsOfRun(
      const StoredExecution& execution, EventId run) const;
  bool CheckResultsOf(const StoredExecution& execution, EventId run);
  std::string CheckFiles(const StoredExecution& execution,
                         EventId run,
                         const PlainJson& manifest) const;
  // What became of the executions of its runs; nullopt: some have expired.
  std::optional<std::map<AttemptKey, ObservedRun>> RunsOf(const StoredExecution& execution) const;
  // How an execution of the run that is over has ended; nullopt: it has not.
  std::optional<rows::EndedChildRow> EndOfExpress(const StoredExecution& execution,
                                                  EventId run,
                                                  std::uint32_t index) const;
  std::string ExpressDisagreement(const StoredExecution& execution,
                                  EventId run,
                                  std::uint32_t index,
                                  const PlainJson& input) const;
  std::string RunDisagreement(const OracleRun& run, const StoredExecution& execution) const;
  bool CheckArchived(const StoredExecution& execution);
  bool CheckArchivedFrame(const StoredExecution& execution,
                          const FoldedFrame& folded,
                          const interpreter::Frame& stored);
  // `frames` and `folded`: those that are open, or those that are kept.
  bool CheckVariables(const StoredExecution& execution,
                      const std::map<FrameNumber, interpreter::Frame>& frames,
                      const std::map<FrameNumber, FoldedFrame>& folded);
  bool ReadVariable(const storage::Row& row);
  bool CheckClosed(const StoredExecution& execution);
  bool CheckAttempts(const StoredExecution& execution);
  bool CheckSaid(const StoredExecution& execution,
                 const SaidAnswers& recorded,
                 const SaidAnswers& sent);
  bool CheckOracle(const StoredExecution& execution);
  std::string DisagreementOver(const OracleRequest& request,
                               const Observations& observed,
                               const StoredExecution& execution);
  std::string DisagreementWith(const OracleRun& run, const StoredExecution& execution);

  SimulatedDisk& disk_;
  const Ledger& ledger_;
  const Limits& limits_;
  const SimulatedObjects& objects_;
  const ItemLibrary& library_;
  const FindDefinition find_definition_;
  Coverage& coverage_;
  const bool may_clock_go_back_;
  // Whether EXPRESS executions may end otherwise than the oracle foresees by itself.
  const std::function<bool()> has_express_chance_;
  std::map<ExecutionId, StoredExecution> executions_;
  // Of executions that are there, by their names.
  std::map<ExecutionName, ExecutionId> by_name_;
  std::vector<std::pair<rows::OutboxKeyParts, rows::OutboxRow>> messages_;
  std::map<std::string, std::string> timers_;
  std::map<std::string, ExecutionId> names_;
  std::map<ExecutionId, Seen> seen_;
  std::string problem_;
};

}  // namespace pawl::simulator
