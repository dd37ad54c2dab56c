// Watches: subscriptions at the shards, gathered behind one sink.
#include <memory>
#include <set>
#include <utility>

#include "engine/base/mutex.h"
#include "engine/rows/keys.h"
#include "engine/runtime/engine_impl.h"

namespace pawl::runtime {

// Stands between shards, which may tell of a change at any time, and a sink that goes away.
class WatchListener final : public ChangeListener {
 public:
  explicit WatchListener(WatchSink& sink) : sink_(&sink) {}

  void OnChange(const ExecutionChange& change) override {
    const MutexLock lock(mutex_);
    if (change.status != ExecutionStatus::kRunning) names_.erase(change.name);
    if (sink_ != nullptr) sink_->OnChanges({change});
  }

  void OnNotInMemory(const ExecutionName& name) override {
    const MutexLock lock(mutex_);
    names_.erase(name);
    if (sink_ != nullptr) sink_->OnNotInMemory(name);
  }

  void Expect(const ExecutionName& name) {
    const MutexLock lock(mutex_);
    names_.insert(name);
  }

  // False if no change of it was expected.
  bool Forget(const ExecutionName& name) {
    const MutexLock lock(mutex_);
    return names_.erase(name) > 0;
  }

  // What was still expected.
  std::set<ExecutionName> Close() {
    const MutexLock lock(mutex_);
    sink_ = nullptr;
    return std::exchange(names_, {});
  }

 private:
  Mutex mutex_;
  WatchSink* sink_ PAWL_GUARDED_BY(mutex_);
  // Executions that are subscribed to.
  std::set<ExecutionName> names_ PAWL_GUARDED_BY(mutex_);
};

class EngineWatch final : public Watch {
 public:
  EngineWatch(EngineImpl& engine, WatchSink& sink)
      : engine_(engine), listener_(std::make_shared<WatchListener>(sink)) {}

  ~EngineWatch() override {
    for (const ExecutionName& name : listener_->Close())
      Unsubscribe(name);
  }

  Status Add(const ExecutionName& name, bool only_close) override {
    ASSIGN_OR_RETURN(const ExecutionStatus status, engine_.reader_->StatusOf(name));
    // A closed execution changes no more: there is nothing to subscribe to.
    if (status != ExecutionStatus::kRunning) {
      ASSIGN_OR_RETURN(const ExecutionInfo info, engine_.DescribeExecution(name));
      ASSIGN_OR_RETURN(
          const HistoryPage last,
          engine_.GetHistory(
              {.name = name, .page_size = 1, .is_reverse = true, .without_payloads = true}));
      listener_->OnChange({.name = name,
                           .last_event = last.events.empty() ? 0 : last.events.front().id,
                           .status = info.status,
                           .output = info.output,
                           .error = info.error,
                           .cause = info.cause});
      return OkStatus();
    }
    Subscribe({.name = name, .listener = listener_, .only_close = only_close});
    return OkStatus();
  }

  void TryAdd(const ExecutionName& name, bool only_close) override {
    Subscribe(
        {.name = name, .listener = listener_, .only_close = only_close, .only_in_memory = true});
  }

  void Remove(const ExecutionName& name) override {
    if (listener_->Forget(name)) Unsubscribe(name);
  }

 private:
  void Subscribe(SubscribeCommand command) {
    listener_->Expect(command.name);
    const ExecutionName name = command.name;
    Post(name, std::move(command));
  }

  void Unsubscribe(const ExecutionName& name) {
    Post(name, UnsubscribeCommand{.name = name, .listener = listener_});
  }

  void Post(const ExecutionName& name, ShardRequest request) {
    const ShardId shard = rows::ShardOf(name.namespace_id, name.state_machine, name.name);
    engine_.ExecutorOf(shard).Post(shard, std::move(request));
  }

  EngineImpl& engine_;
  std::shared_ptr<WatchListener> listener_;
};

std::unique_ptr<Watch> EngineImpl::StartWatch(WatchSink& sink) {
  return std::make_unique<EngineWatch>(*this, sink);
}

}  // namespace pawl::runtime
