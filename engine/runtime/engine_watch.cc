// Watches: subscriptions at the shards, gathered behind one sink.
#include <memory>
#include <set>
#include <utility>

#include "engine/base/mutex.h"
#include "engine/rows/keys.h"
#include "engine/runtime/engine_impl.h"

namespace pawl::runtime {
namespace {

// Stands between shards, which may tell of a change at any time, and a sink that goes away.
class WatchListener final : public ChangeListener {
 public:
  explicit WatchListener(WatchSink& sink) : sink_(&sink) {}

  void OnChange(const ExecutionChange& change) override {
    const MutexLock lock(mutex_);
    if (sink_ != nullptr) sink_->OnChanges({change});
  }

  void Close() {
    const MutexLock lock(mutex_);
    sink_ = nullptr;
  }

 private:
  Mutex mutex_;
  WatchSink* sink_ PAWL_GUARDED_BY(mutex_);
};

}  // namespace

class EngineWatch final : public Watch {
 public:
  EngineWatch(EngineImpl& engine, WatchSink& sink)
      : engine_(engine), listener_(std::make_shared<WatchListener>(sink)) {}

  ~EngineWatch() override {
    listener_->Close();
    const MutexLock lock(mutex_);
    for (const ExecutionName& name : names_)
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
    {
      const MutexLock lock(mutex_);
      names_.insert(name);
    }
    Post(name, SubscribeCommand{.name = name, .listener = listener_, .only_close = only_close});
    return OkStatus();
  }

  void Remove(const ExecutionName& name) override {
    const MutexLock lock(mutex_);
    if (names_.erase(name) > 0) Unsubscribe(name);
  }

 private:
  void Unsubscribe(const ExecutionName& name) {
    Post(name, UnsubscribeCommand{.name = name, .listener = listener_});
  }

  void Post(const ExecutionName& name, ShardRequest request) {
    const ShardId shard = rows::ShardOf(name.namespace_id, name.state_machine, name.name);
    engine_.ExecutorOf(shard).Post(shard, std::move(request));
  }

  EngineImpl& engine_;
  std::shared_ptr<WatchListener> listener_;
  Mutex mutex_;
  std::set<ExecutionName> names_ PAWL_GUARDED_BY(mutex_);
};

std::unique_ptr<Watch> EngineImpl::StartWatch(WatchSink& sink) {
  return std::make_unique<EngineWatch>(*this, sink);
}

}  // namespace pawl::runtime
