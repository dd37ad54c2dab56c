#include "tests/simulator/simulated_disk.h"

#include <algorithm>
#include <utility>

#include "engine/base/hash.h"
#include "engine/interpreter/frame.h"
#include "engine/rows/execution_row.h"
#include "engine/rows/frame_codec.h"
#include "engine/rows/history_codec.h"
#include "engine/rows/keys.h"
#include "engine/rows/map_run_row.h"

namespace pawl::simulator {
namespace {

using storage::CommitResult;
using storage::Family;
using storage::WriteBatch;

// The third byte of a key of family state says what the row is (engine/rows/FORMAT.md).
char TagOf(const std::string& key) {
  return key.size() > 2 ? key[2] : '\0';
}

bool IsState(const WriteBatch::Operation& operation, char tag) {
  return operation.family == Family::kState && TagOf(operation.key) == tag;
}

void Restage(WriteBatch& batch, WriteBatch::Operation operation) {
  switch (operation.kind) {
    case WriteBatch::Operation::Kind::kPut:
      return batch.Put(operation.family, std::move(operation.key), std::move(operation.value));
    case WriteBatch::Operation::Kind::kDelete:
      return batch.Delete(operation.family, std::move(operation.key));
    case WriteBatch::Operation::Kind::kDeleteRange:
      return batch.DeleteRange(
          operation.family, std::move(operation.key), std::move(operation.value));
  }
}

// Keeps the operations that `is_kept` says.
template <typename Predicate>
void Thin(WriteBatch& batch, const Predicate& is_kept) {
  WriteBatch thinned;
  for (WriteBatch::Operation& operation : batch.TakeOperations()) {
    if (is_kept(operation)) Restage(thinned, std::move(operation));
  }
  batch = std::move(thinned);
}

// Puts `after`, which is as long, in the place of each `before`.
void Replace(std::string& text, std::string_view before, std::string_view after) {
  for (std::size_t at = text.find(before); at != std::string::npos; at = text.find(before, at))
    text.replace(at, before.size(), after);
}

void AlterExpressions(storage::MemoryStorage& rows) {
  storage::StoreContents contents = rows.Snapshot();
  for (auto& [key, value] : contents.families.at(static_cast<std::size_t>(Family::kIndex)))
    Replace(value, "$states.input.k + ", "$states.input.k - ");
  rows.Restore(std::move(contents));
}

// The row that an event's history begins with: its input is a function's name and a payload.
bool IsStartOfEvent(const WriteBatch::Operation& operation) {
  if (operation.kind != WriteBatch::Operation::Kind::kPut || operation.family != Family::kHistory) {
    return false;
  }
  if (rows::ParseHistoryKey(operation.key) != 1) return false;
  const auto events = rows::DecodeEvents(1, operation.value);
  const bool has_input = events.ok() && !events->empty() && events->front().payload;
  return has_input && events->front().payload->bytes.view().starts_with(R"({"FunctionName":)");
}

void AlterEvents(WriteBatch& batch) {
  WriteBatch altered;
  for (WriteBatch::Operation& operation : batch.TakeOperations()) {
    if (IsStartOfEvent(operation)) Replace(operation.value, R"("fixed":[7)", R"("fixed":[8)");
    Restage(altered, std::move(operation));
  }
  batch = std::move(altered);
}

// The variables of a batch, as if they were the root's.
void LeakVariables(WriteBatch& batch) {
  constexpr std::size_t kFrameAt = 2 + 1 + 8;
  WriteBatch leaking;
  for (WriteBatch::Operation& operation : batch.TakeOperations()) {
    const bool is_variable =
        IsState(operation, 'V') && operation.kind == WriteBatch::Operation::Kind::kPut;
    if (is_variable) {
      std::string key = operation.key;
      leaking.Put(operation.family, key.replace(kFrameAt, 4, 4, '\0'), operation.value);
    }
    Restage(leaking, std::move(operation));
  }
  batch = std::move(leaking);
}

// What waits for its token waits for somebody to take it again.
template <typename Rows>
void ForgetTokens(Rows& state) {
  for (auto& [key, value] : state) {
    if (TagOf(key) != 'F') continue;
    auto frame = rows::DecodeFrame(rows::ParseFrameKey(key)->frame, value);
    const auto* token = frame.ok() ? std::get_if<interpreter::TokenWait>(&frame->wait) : nullptr;
    if (token == nullptr) continue;
    frame->wait = interpreter::TaskWait{.scheduled_event = token->scheduled_event,
                                        .parameters = {.home = token->scheduled_event},
                                        .deadline = token->deadline,
                                        .heartbeat = token->heartbeat};
    value = rows::EncodeFrame(*frame);
  }
}

// Open executions that follow each other in a run swap their inputs.
template <typename Rows>
void MixMapInputs(Rows& state) {
  std::string* before = nullptr;
  std::string run;
  for (auto& [key, value] : state) {
    if (TagOf(key) != 'I') continue;
    std::string run_of_key = key.substr(0, key.size() - 4);
    if (before != nullptr && run == run_of_key) {
      auto first = rows::DecodeOpenChild(*before);
      auto second = rows::DecodeOpenChild(value);
      std::swap(first->input, second->input);
      *before = rows::EncodeOpenChild(*first);
      value = rows::EncodeOpenChild(*second);
    }
    before = &value;
    run = std::move(run_of_key);
  }
}

bool IsStopOfMapChildren(const WriteBatch::Operation& operation) {
  if (!IsState(operation, 'O') || operation.kind != WriteBatch::Operation::Kind::kPut) return false;
  const auto message = rows::DecodeOutbox(operation.value);
  return message.ok() && message->kind == rows::OutboxRow::Kind::kStopChildren;
}

template <typename Rows>
void ForgetTolerance(Rows& state) {
  for (auto& [key, value] : state) {
    if (TagOf(key) != 'F') continue;
    auto frame = rows::DecodeFrame(rows::ParseFrameKey(key)->frame, value);
    auto* run = frame.ok() ? std::get_if<interpreter::MapRunWait>(&frame->wait) : nullptr;
    if (run == nullptr) continue;
    run->tolerated_failure_count.reset();
    run->tolerated_failure_percentage.reset();
    value = rows::EncodeFrame(*frame);
  }
}

template <typename Rows>
void LoseReaderPlace(Rows& state) {
  for (auto& [key, value] : state) {
    if (TagOf(key) != 'F') continue;
    auto frame = rows::DecodeFrame(rows::ParseFrameKey(key)->frame, value);
    auto* run = frame.ok() ? std::get_if<interpreter::MapRunWait>(&frame->wait) : nullptr;
    if (run == nullptr) continue;
    run->cursor.clear();
    value = rows::EncodeFrame(*frame);
  }
}

void HideLastSuccess(std::vector<storage::Row>& ended) {
  if (ended.empty()) return;
  const auto last = rows::DecodeEndedChild(ended.back().value);
  if (last.ok() && last->output) ended.pop_back();
}

// Of archived frames: a root that joins enters its state anew, and what was below it is gone.
void ForgetJoins(std::vector<storage::Row>& archived) {
  if (archived.empty()) return;
  auto root = rows::DecodeFrame(kRootFrame, archived.front().value);
  if (!root.ok() || !std::holds_alternative<interpreter::JoinWait>(root->wait)) return;
  root->wait = interpreter::RunnableWait{.is_entered = true};
  archived.resize(1);
  archived.front().value = rows::EncodeFrame(*root);
}

}  // namespace

std::optional<Mutant> FindMutant(std::string_view name) {
  for (const NamedMutant& mutant : kMutants) {
    if (mutant.name == name) return mutant.mutant;
  }
  return std::nullopt;
}

class SimulatedDisk::Connection final : public storage::Storage {
 public:
  explicit Connection(SimulatedDisk& disk) : disk_(disk) {}

  void Load(storage::LoadRequest request, storage::LoadDone done) override {
    disk_.Load(std::move(request), std::move(done));
  }

  void Commit(std::vector<storage::ShardBatch> group, storage::CommitDone done) override {
    disk_.Commit(std::move(group), std::move(done));
  }

  Result<std::optional<std::uint64_t>> FreeBytes() override {
    return std::optional<std::uint64_t>();
  }

  storage::StorageStatistics Statistics() override { return disk_.rows_.Statistics(); }

 private:
  SimulatedDisk& disk_;
};

SimulatedDisk::SimulatedDisk(std::uint64_t seed, Mutant mutant)
    : rows_(storage::MemoryStorage::Durability::kImmediate), random_(seed), mutant_(mutant) {}

std::unique_ptr<storage::Storage> SimulatedDisk::Open() {
  return std::make_unique<Connection>(*this);
}

void SimulatedDisk::Load(storage::LoadRequest request, storage::LoadDone done) {
  if (loads_left_) {
    if (*loads_left_ == 0) return done(Unavailable("the simulated disk cannot be read"));
    --*loads_left_;
  }
  if (mutant_ == Mutant::kNone) return rows_.Load(std::move(request), std::move(done));
  rows_.Load(request, [&](Result<storage::LoadResponse> response) {
    if (response.ok()) MutateLoad(request, *response);
    done(std::move(response));
  });
}

void SimulatedDisk::Trace(const std::vector<storage::ShardBatch>& group) {
  for (const storage::ShardBatch& batch : group) {
    for (const WriteBatch::Operation& operation : batch.writes.operations()) {
      trace_hash_ =
          HashBytes(operation.key, trace_hash_ + static_cast<std::uint64_t>(operation.kind));
      trace_hash_ = HashBytes(operation.value, trace_hash_);
    }
  }
}

void SimulatedDisk::Commit(std::vector<storage::ShardBatch> group, storage::CommitDone done) {
  ++commits_;
  Trace(group);
  // The catalog waits for its commits, on the thread that would have to sync them.
  const bool is_catalog = std::all_of(group.begin(), group.end(), [](const auto& batch) {
    return batch.shard.value >= rows::kShards;
  });
  if (is_catalog) {
    const std::size_t size = group.size();
    if (is_refusing_) return done(std::vector(size, CommitResult::kUnavailable));
    Apply(std::move(group));
    return done(std::vector(size, CommitResult::kOk));
  }
  Group pending{.batches = std::move(group), .done = std::move(done)};
  if (is_refusing_) {
    pending.fault = CommitResult::kUnavailable;
  } else {
    pending.fault = std::exchange(next_fault_, std::nullopt);
    if (pending.fault == CommitResult::kUnavailable) is_refusing_ = true;
  }
  if (mutant_ == Mutant::kAcknowledgeEarly && !pending.fault) {
    const auto answer = std::exchange(pending.done, [](const auto&) {});
    const std::size_t size = pending.batches.size();
    pending_.push_back(std::move(pending));
    return answer(std::vector(size, CommitResult::kOk));
  }
  if (is_immediate_ && pending_.empty()) return Finish(std::move(pending));
  pending_.push_back(std::move(pending));
}

bool SimulatedDisk::SyncOldest() {
  if (pending_.empty()) return false;
  Group group = std::move(pending_.front());
  pending_.pop_front();
  Finish(std::move(group));
  return true;
}

void SimulatedDisk::SyncAll() {
  // What the answers commit stays pending.
  for (std::size_t groups = pending_.size(); groups > 0 && SyncOldest();)
    --groups;
}

void SimulatedDisk::Finish(Group group) {
  const std::size_t size = group.batches.size();
  const CommitResult result = group.fault.value_or(CommitResult::kOk);
  const storage::CommitDone done = std::move(group.done);
  switch (result) {
    case CommitResult::kOk:
      Mutate(group.batches);
      Apply(std::move(group.batches));
      break;
    case CommitResult::kAborted:
      break;
    case CommitResult::kUnknown:
      for (storage::ShardBatch& batch : group.batches) {
        if (random_.Below(2) == 0) batch.writes.Clear();
      }
      Apply(std::move(group.batches));
      break;
    case CommitResult::kUnavailable:
      in_doubt_.push_back({.batches = std::move(group.batches), .done = nullptr});
      break;
  }
  const bool is_trusted = mutant_ == Mutant::kTrustUnknown && result == CommitResult::kUnknown;
  done(std::vector(size, is_trusted ? CommitResult::kOk : result));
}

void SimulatedDisk::Apply(std::vector<storage::ShardBatch> batches) {
  for (const storage::ShardBatch& batch : batches) {
    for (const WriteBatch::Operation& operation : batch.writes.operations()) {
      const bool is_end =
          IsState(operation, 'J') && operation.kind == WriteBatch::Operation::Kind::kPut;
      if (is_end) ended_children_.insert_or_assign(operation.key, operation.value);
    }
  }
  rows_.Commit(std::move(batches), [](const auto&) {});
}

void SimulatedDisk::Crash(std::size_t kept) {
  std::deque<Group> log = std::exchange(in_doubt_, {});
  std::move(pending_.begin(), pending_.end(), std::back_inserter(log));
  pending_.clear();
  is_refusing_ = false;
  next_fault_.reset();
  loads_left_.reset();
  kept = std::min(kept, log.size());
  for (std::size_t i = 0; i < kept; ++i)
    Apply(std::move(log[i].batches));
  if (kept > 0 && kept < log.size()) {
    // Each shard's batch is whole or not there; a group need not be.
    std::erase_if(log[kept].batches, [this](const auto&) { return random_.Below(2) == 0; });
    Apply(log[kept].batches);
  }
  if (mutant_ == Mutant::kTearBatch && kept < log.size()) {
    for (storage::ShardBatch& batch : log[kept].batches) {
      Thin(batch.writes, [this](const auto&) { return random_.Below(2) == 0; });
    }
    Apply(std::move(log[kept].batches));
  }
  MutateCrash();
}

SimulatedDisk::PendingFacts SimulatedDisk::Pending() const {
  PendingFacts facts;
  for (const Group& group : pending_) {
    for (const storage::ShardBatch& batch : group.batches) {
      for (const WriteBatch::Operation& operation : batch.writes.operations()) {
        if (operation.kind != WriteBatch::Operation::Kind::kPut) continue;
        facts.has_start = facts.has_start || IsState(operation, 'N');
        facts.has_parked_frame = facts.has_parked_frame || IsState(operation, 'P');
        if (IsState(operation, 'E')) {
          const auto row = rows::DecodeExecution(operation.value);
          facts.has_close = facts.has_close || (row.ok() && row->is_closed());
        }
        if (operation.family != Family::kHistory) continue;
        const auto first = rows::ParseHistoryKey(operation.key);
        const auto events = rows::DecodeEvents(first.value_or(1), operation.value);
        if (!events.ok()) continue;
        for (const interpreter::HistoryEvent& event : *events) {
          facts.has_redrive =
              facts.has_redrive || event.type == interpreter::EventType::kExecutionRedriven;
          facts.has_task_end = facts.has_task_end ||
                               event.type == interpreter::EventType::kLambdaFunctionSucceeded ||
                               event.type == interpreter::EventType::kLambdaFunctionFailed;
        }
      }
    }
  }
  return facts;
}

std::optional<interpreter::Frame> SimulatedDisk::PendingFrame(ExecutionId id,
                                                              FrameNumber number) const {
  const std::string hot = rows::HotFrameKey(id, number);
  const std::string parked = rows::ParkedFrameKey(id, number);
  for (const Group& group : pending_) {
    for (const storage::ShardBatch& batch : group.batches) {
      for (const WriteBatch::Operation& operation : batch.writes.operations()) {
        if (operation.kind != WriteBatch::Operation::Kind::kPut ||
            (operation.key != hot && operation.key != parked)) {
          continue;
        }
        auto frame = rows::DecodeFrame(number, operation.value);
        if (frame.ok()) return std::move(*frame);
      }
    }
  }
  return std::nullopt;
}

void SimulatedDisk::Mutate(std::vector<storage::ShardBatch>& batches) {
  if (mutant_ == Mutant::kSkipSync && !unsynced_ && random_.Below(16) == 0) {
    unsynced_ = rows_.Snapshot();
  } else if (mutant_ == Mutant::kSkipSync && random_.Below(3) == 0) {
    unsynced_.reset();
  }
  for (storage::ShardBatch& batch : batches) {
    switch (mutant_) {
      case Mutant::kKeepFramesAfterClose: {
        const auto& operations = batch.writes.operations();
        const bool has_close =
            std::any_of(operations.begin(), operations.end(), [](const auto& operation) {
              return IsState(operation, 'E');
            });
        if (!has_close) break;
        Thin(batch.writes, [](const auto& operation) {
          return operation.kind != WriteBatch::Operation::Kind::kDelete || !IsState(operation, 'F');
        });
        break;
      }
      case Mutant::kLoseHistory:
        Thin(batch.writes, [this](const auto& operation) {
          return operation.family != Family::kHistory || random_.Below(40) != 0;
        });
        break;
      case Mutant::kRepeatMessages:
        Thin(batch.writes, [](const auto& operation) {
          return operation.kind != WriteBatch::Operation::Kind::kDelete || !IsState(operation, 'O');
        });
        break;
      case Mutant::kOrphanMapChildren:
        Thin(batch.writes, [](const auto& operation) { return !IsStopOfMapChildren(operation); });
        break;
      case Mutant::kLeakVariables:
        LeakVariables(batch.writes);
        break;
      case Mutant::kAlterEvents:
        AlterEvents(batch.writes);
        break;
      case Mutant::kForgetNames:
        Thin(batch.writes, [](const auto& operation) { return !IsState(operation, 'N'); });
        break;
      default:
        break;
    }
  }
}

void SimulatedDisk::MutateCrash() {
  if (mutant_ == Mutant::kSkipSync && unsynced_) {
    rows_.Restore(std::move(*unsynced_));
    unsynced_.reset();
  }
  if (mutant_ == Mutant::kAlterExpressions) AlterExpressions(rows_);
  const bool is_of_rows = mutant_ == Mutant::kLoseResults || mutant_ == Mutant::kReuseAttempts ||
                          mutant_ == Mutant::kLoseVariables || mutant_ == Mutant::kForgetTokens ||
                          mutant_ == Mutant::kLoseMessages || mutant_ == Mutant::kLoseMapChildren ||
                          mutant_ == Mutant::kMixMapInputs || mutant_ == Mutant::kForgetTolerance ||
                          mutant_ == Mutant::kLoseReaderPlace;
  if (!is_of_rows) return;
  storage::StoreContents contents = rows_.Snapshot();
  auto& state = contents.families.at(static_cast<std::size_t>(Family::kState));
  if (mutant_ == Mutant::kForgetTokens) {
    ForgetTokens(state);
  } else if (mutant_ == Mutant::kMixMapInputs) {
    MixMapInputs(state);
  } else if (mutant_ == Mutant::kForgetTolerance) {
    ForgetTolerance(state);
  } else if (mutant_ == Mutant::kLoseReaderPlace) {
    LoseReaderPlace(state);
  } else if (mutant_ != Mutant::kReuseAttempts) {
    const char lost = mutant_ == Mutant::kLoseResults       ? 'R'
                      : mutant_ == Mutant::kLoseMessages    ? 'O'
                      : mutant_ == Mutant::kLoseMapChildren ? 'I'
                                                            : 'V';
    std::erase_if(state, [lost](const auto& row) { return TagOf(row.first) == lost; });
  } else {
    for (auto& [key, value] : state) {
      if (TagOf(key) != 'F') continue;
      auto frame = rows::DecodeFrame(rows::ParseFrameKey(key)->frame, value);
      if (!frame.ok()) continue;
      frame->wait_number = 1;
      value = rows::EncodeFrame(*frame);
    }
  }
  rows_.Restore(std::move(contents));
}

void SimulatedDisk::MutateLoad(const storage::LoadRequest& request,
                               storage::LoadResponse& response) {
  for (std::size_t i = 0; i < request.ranges.size(); ++i) {
    const storage::Range& range = request.ranges[i];
    if (range.family != Family::kState) continue;
    // A range of a whole shard: its begin is not longer than shard and tag.
    const bool is_of_shard = range.begin.size() <= 3 && range.limit != 1;
    if (mutant_ == Mutant::kDropTimersOnRecovery && TagOf(range.begin) == 'T') {
      response.rows[i].clear();
    }
    // Who writes results reads as many of their rows at once.
    constexpr std::size_t kResultsAtOnce = 64;
    if (mutant_ == Mutant::kHideLastResult && TagOf(range.begin) == 'J' &&
        range.limit == kResultsAtOnce) {
      HideLastSuccess(response.rows[i]);
    }
    if (mutant_ == Mutant::kRedriveRunsAgain && TagOf(range.begin) == 'C') {
      ForgetJoins(response.rows[i]);
    }
    if (mutant_ == Mutant::kRedriveForgetsFrames && TagOf(range.begin) == 'C') {
      std::erase_if(response.rows[i], [this](const storage::Row& row) {
        const auto key = rows::ParseFrameKey(row.key);
        return key && key->frame != kRootFrame && random_.Below(2) == 0;
      });
    }
    if (mutant_ == Mutant::kDropFramesOnRecovery && is_of_shard && TagOf(range.begin) == 'F') {
      std::erase_if(response.rows[i], [this](const auto&) { return random_.Below(3) == 0; });
    }
  }
}

std::optional<std::string> SimulatedDisk::Get(storage::Family family, const std::string& key) {
  std::optional<std::string> value;
  rows_.Load({.keys = {{.family = family, .bytes = key}}, .ranges = {}},
             [&](Result<storage::LoadResponse> response) { value = response->values[0]; });
  return value;
}

std::optional<std::string> SimulatedDisk::LastEndedChild(const std::string& key) const {
  const auto found = ended_children_.find(key);
  if (found == ended_children_.end()) return std::nullopt;
  return found->second;
}

std::vector<storage::Row> SimulatedDisk::Scan(const storage::Range& range) {
  std::vector<storage::Row> rows;
  rows_.Load({.keys = {}, .ranges = {range}},
             [&](Result<storage::LoadResponse> response) { rows = std::move(response->rows[0]); });
  return rows;
}

}  // namespace pawl::simulator
