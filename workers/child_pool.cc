#include "workers/child_pool.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <map>
#include <set>
#include <thread>
#include <utility>
#include <variant>

#include "engine/base/ascii.h"
#include "engine/base/built_in_function.h"
#include "engine/base/mutex.h"
#include "workers/function_environment.h"
#include "workers/function_runner.h"
#include "workers/poller.h"
#include "workers/pool_context.h"

namespace pawl::workers {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kFunctionNameBytesMax = 80;
constexpr std::size_t kHandlerBytesMax = 512;
constexpr auto kTimeoutMax = std::chrono::hours(24 * 366);
constexpr auto kSleepMax = std::chrono::seconds(60);
// How long processes that were killed may take to be gone.
constexpr auto kStopTimeout = std::chrono::seconds(10);

bool IsNameCharacter(char c) {
  return IsLetter(c) || IsDigit(c) || c == '_' || c == '.' || c == '-';
}

bool IsPrintableAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

Status CheckInvocation(const Invocation& call) {
  const auto too_long = [](const char* field, std::size_t size, std::size_t limit) {
    return InvalidArgument(std::string(field) + " has " + std::to_string(size) +
                               " bytes; at most " + std::to_string(limit) + " are allowed",
                           field);
  };
  if (call.event.size() > kEventBytesMax) {
    return too_long("event", call.event.size(), kEventBytesMax);
  }
  if (call.request_id.size() > kRequestIdBytesMax) {
    return too_long("request_id", call.request_id.size(), kRequestIdBytesMax);
  }
  if (call.invoked_arn.size() > kArnBytesMax) {
    return too_long("invoked_arn", call.invoked_arn.size(), kArnBytesMax);
  }
  if (call.client_context.size() > kClientContextBytesMax) {
    return too_long("client_context", call.client_context.size(), kClientContextBytesMax);
  }
  if (!IsPrintableAscii(call.request_id) ||
      call.request_id.find_first_of("\"\\") != std::string::npos) {
    return InvalidArgument("request_id must be printable ASCII without quotes and backslashes",
                           "request_id");
  }
  return OkStatus();
}

}  // namespace

Status CheckFunctionSpec(const FunctionSpec& spec) {
  const bool is_own = spec.is_built_in && IsBuiltInFunction(spec.name);
  const std::string_view bare = BareName(spec);
  const bool is_name = !bare.empty() && bare.size() <= kFunctionNameBytesMax &&
                       std::all_of(bare.begin(), bare.end(), IsNameCharacter);
  if (!is_own && !is_name) {
    return InvalidArgument("the function name '" + spec.name.substr(0, kFunctionNameBytesMax) +
                               "' must be 1 to 80 characters out of A-Z a-z 0-9 _ . -",
                           "name");
  }
  const auto wrong = [&spec](std::string_view what, const char* field) {
    return InvalidArgument("function '" + spec.name + "': " + std::string(what), field);
  };
  if (spec.handler.empty() || spec.handler.size() > kHandlerBytesMax ||
      spec.handler.find('\0') != std::string::npos) {
    return wrong("the handler must be 'module.function' of at most 512 bytes", "handler");
  }
  if (spec.code_directory.empty() || spec.code_directory.front() != '/') {
    return wrong("the code directory must be an absolute path", "code_directory");
  }
  if (spec.timeout < 1ms || spec.timeout > kTimeoutMax) {
    return wrong("the timeout must be between 1 ms and 366 days", "timeout");
  }
  if (spec.memory_mb > 0 && spec.memory_mb < 64) {
    return wrong("the memory limit must be 64 MB or more, or 0 for none", "memory");
  }
  if (spec.concurrency > kConcurrencyMax) {
    return wrong("the concurrency must be at most 4096", "concurrency");
  }
  for (const auto& [name, value] : spec.environment) {
    if (name.empty() || name.find('=') != std::string::npos ||
        (name + value).find('\0') != std::string::npos) {
      return wrong("the environment variable '" + name + "' has no valid name or value",
                   "environment");
    }
    if (IsReservedVariable(name)) {
      return wrong("the environment variable " + name + " is set by the runtime", "environment");
    }
  }
  return OkStatus();
}

// The pool's thread and what it shares with its callers: an inbox of commands.
class ChildPool::Loop {
 public:
  Loop(ChildPoolOptions options, ChildPoolCallbacks callbacks, std::unique_ptr<Poller> poller)
      : options_(std::move(options)),
        callbacks_(std::move(callbacks)),
        poller_(std::move(poller)),
        thread_([this] { Run(); }) {}

  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  ~Loop() { Stop(); }

  void SetFunction(FunctionSpec spec) {
    const MutexLock lock(mutex_);
    functions_.insert(spec.name);
    Push(std::move(spec));
  }

  Status RemoveFunction(std::string_view name) {
    const MutexLock lock(mutex_);
    const auto found = functions_.find(name);
    if (found == functions_.end()) return NotFound("function '" + std::string(name) + "'");
    functions_.erase(found);
    Push(Removal{std::string(name)});
    return OkStatus();
  }

  Status Submit(std::vector<Invocation> batch) {
    std::size_t bytes = 0;
    for (const Invocation& call : batch) {
      RETURN_IF_ERROR(CheckInvocation(call));
      bytes += call.event.size();
    }
    const MutexLock lock(mutex_);
    if (is_stopping_) return FailedPrecondition("the pool has stopped");
    for (const Invocation& call : batch) {
      if (functions_.find(call.function) == functions_.end()) {
        return NotFound("function '" + call.function + "' is not known to this worker");
      }
    }
    if (invocations_ + batch.size() > options_.invocations_max ||
        (invocations_ > 0 && event_bytes_ + bytes > options_.event_bytes_max)) {
      return ResourceExhausted("the pool holds " + std::to_string(invocations_) +
                               " invocations; submit again after some results");
    }
    invocations_ += batch.size();
    event_bytes_ += bytes;
    Push(std::move(batch));
    return OkStatus();
  }

  void Cancel(std::uint64_t id) {
    const MutexLock lock(mutex_);
    Push(Cancellation{id});
  }

  void Stop() {
    {
      const MutexLock lock(mutex_);
      is_stopping_ = true;
      WakeUp();
    }
    if (thread_.joinable()) thread_.join();
  }

  ChildPoolStatistics statistics() const {
    const MutexLock lock(mutex_);
    ChildPoolStatistics statistics = statistics_;
    statistics.functions = functions_.size();
    statistics.invocations = invocations_;
    return statistics;
  }

 private:
  struct Removal {
    std::string name;
  };

  struct Cancellation {
    std::uint64_t id;
  };

  using Command = std::variant<FunctionSpec, Removal, std::vector<Invocation>, Cancellation>;

  template <typename T>
  void Push(T command) PAWL_REQUIRES(mutex_) {
    if (is_stopping_) return;
    commands_.emplace_back(std::in_place_type<T>, std::move(command));
    WakeUp();
  }

  void WakeUp() PAWL_REQUIRES(mutex_) {
    if (!is_asleep_) return;
    is_asleep_ = false;
    poller_->Wake();
  }

  void Run() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    ::pthread_setname_np(::pthread_self(), "pawl-children");
    PoolContext context(*poller_, options_, std::max(1U, std::thread::hardware_concurrency()));
    Runners runners;
    std::optional<SteadyTime> stop_by;
    while (true) {
      context.now = std::chrono::steady_clock::now();
      for (Command& command : TakeCommands()) {
        std::visit([&](auto& one) { Do(one, runners, context); }, command);
      }
      if (!stop_by && is_stop_seen_) {
        stop_by = context.now + kStopTimeout;
        for (auto& [name, runner] : runners)
          runner->Stop();
        for (auto& runner : removed_)
          runner->Stop();
      }
      const SteadyTime next = Work(runners, context);
      context.graveyard.clear();
      Report(context);
      if (stop_by && ((runners.empty() && removed_.empty()) || context.now >= *stop_by)) return;
      Sleep(next, context);
    }
  }

  using Runners = std::map<std::string, std::unique_ptr<FunctionRunner>, std::less<>>;

  std::vector<Command> TakeCommands() {
    const MutexLock lock(mutex_);
    is_asleep_ = false;
    is_stop_seen_ = is_stopping_;
    return std::exchange(commands_, {});
  }

  void Do(FunctionSpec& spec, Runners& runners, PoolContext& context) {
    std::unique_ptr<FunctionRunner>& runner = runners[spec.name];
    if (runner != nullptr) {
      runner->Change(std::move(spec));
    } else {
      runner = std::make_unique<FunctionRunner>(std::move(spec), context);
    }
  }

  void Do(Removal& removal, Runners& runners, PoolContext& /*context*/) {
    const auto found = runners.find(removal.name);
    if (found == runners.end()) return;
    found->second->Retire();
    removed_.push_back(std::move(found->second));
    runners.erase(found);
  }

  void Do(std::vector<Invocation>& batch, Runners& runners, PoolContext& /*context*/) {
    FunctionRunner* runner = nullptr;
    for (Invocation& call : batch) {
      if (runner == nullptr || runner->spec().name != call.function) {
        // Submit has looked, and commands keep their order.
        runner = runners.find(call.function)->second.get();
      }
      runner->Submit(std::move(call));
    }
  }

  void Do(Cancellation& cancellation, Runners& runners, PoolContext& /*context*/) {
    for (auto& [name, runner] : runners) {
      if (runner->Cancel(cancellation.id)) return;
    }
    for (auto& runner : removed_) {
      if (runner->Cancel(cancellation.id)) return;
    }
  }

  SteadyTime Work(Runners& runners, PoolContext& context) {
    SteadyTime next = SteadyTime::max();
    bool is_starved = false;
    const auto work = [&](FunctionRunner& runner) {
      runner.Dispatch();
      next = std::min(next, runner.Tick());
      is_starved = is_starved || runner.is_starved();
    };
    for (auto& [name, runner] : runners)
      work(*runner);
    for (auto& runner : removed_)
      work(*runner);
    if (is_starved && context.children >= options_.children_max) {
      next = std::min(next, context.now + 10ms);
      static_cast<void>(std::any_of(runners.begin(), runners.end(), [](const auto& entry) {
        return !entry.second->is_starved() && entry.second->EndIdleChild();
      }));
    }
    removed_.erase(std::remove_if(removed_.begin(),
                                  removed_.end(),
                                  [](const auto& runner) { return runner->is_empty(); }),
                   removed_.end());
    if (is_stop_seen_) {
      std::erase_if(runners, [](const auto& entry) { return entry.second->is_empty(); });
    }
    return next;
  }

  void Report(PoolContext& context) {
    if (!context.logs.empty()) {
      std::vector<LogLine> lines = std::exchange(context.logs, {});
      if (callbacks_.on_logs) callbacks_.on_logs(std::move(lines));
    }
    if (context.results.empty()) return;
    std::vector<InvocationResult> results = std::exchange(context.results, {});
    {
      const MutexLock lock(mutex_);
      invocations_ -= results.size();
      event_bytes_ -= std::exchange(context.ended_event_bytes, 0);
    }
    callbacks_.on_results(std::move(results));
  }

  void Sleep(SteadyTime next, const PoolContext& context) {
    {
      const MutexLock lock(mutex_);
      is_asleep_ = commands_.empty() && is_stopping_ == is_stop_seen_;
      if (!is_asleep_) next = SteadyTime::min();
      statistics_.zygotes = context.zygotes;
      statistics_.children = context.children;
      statistics_.zygotes_started = context.zygotes_started;
      statistics_.children_started = context.children_started;
    }
    const SteadyTime now = std::chrono::steady_clock::now();
    const auto wait = next <= now ? 0ns : std::min<std::chrono::nanoseconds>(next - now, kSleepMax);
    poller_->Poll(wait);
  }

  const ChildPoolOptions options_;
  const ChildPoolCallbacks callbacks_;
  const std::unique_ptr<Poller> poller_;
  // On the pool's thread.
  std::vector<std::unique_ptr<FunctionRunner>> removed_;
  bool is_stop_seen_ = false;

  mutable Mutex mutex_;
  std::vector<Command> commands_ PAWL_GUARDED_BY(mutex_);
  std::set<std::string, std::less<>> functions_ PAWL_GUARDED_BY(mutex_);
  std::size_t invocations_ PAWL_GUARDED_BY(mutex_) = 0;
  std::size_t event_bytes_ PAWL_GUARDED_BY(mutex_) = 0;
  bool is_asleep_ PAWL_GUARDED_BY(mutex_) = false;
  bool is_stopping_ PAWL_GUARDED_BY(mutex_) = false;
  ChildPoolStatistics statistics_ PAWL_GUARDED_BY(mutex_);

  // Last: it starts when the rest is there.
  std::thread thread_;
};

Result<std::unique_ptr<ChildPool>> ChildPool::Start(ChildPoolOptions options,
                                                    ChildPoolCallbacks callbacks) {
  if (::access(options.python.c_str(), X_OK) != 0) {
    return InvalidArgument("'" + options.python +
                               "' is no program that can be run; the path of "
                               "a Python interpreter is expected",
                           "python");
  }
  const std::string zygote = options.package_directory + "/pawl/zygote.py";
  if (::access(zygote.c_str(), R_OK) != 0) {
    return InvalidArgument("'" + zygote +
                               "' cannot be read; the directory that holds the Python "
                               "package 'pawl' is expected",
                           "package_directory");
  }
  ASSIGN_OR_RETURN(std::unique_ptr<Poller> poller, Poller::Create());
  auto loop = std::make_unique<Loop>(std::move(options), std::move(callbacks), std::move(poller));
  return std::unique_ptr<ChildPool>(new ChildPool(std::move(loop)));  // NOLINT: private
}

ChildPool::ChildPool(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}

ChildPool::~ChildPool() = default;

Status ChildPool::SetFunction(FunctionSpec spec) {
  RETURN_IF_ERROR(CheckFunctionSpec(spec));
  if (spec.arn.empty()) spec.arn = "arn:aws:lambda:us-east-1:000000000000:function:" + spec.name;
  loop_->SetFunction(std::move(spec));
  return OkStatus();
}

Status ChildPool::RemoveFunction(std::string_view name) {
  return loop_->RemoveFunction(name);
}

Status ChildPool::Submit(std::vector<Invocation> batch) {
  return loop_->Submit(std::move(batch));
}

void ChildPool::Cancel(std::uint64_t id) {
  loop_->Cancel(id);
}

ChildPoolStatistics ChildPool::statistics() const {
  return loop_->statistics();
}

void ChildPool::Stop() {
  loop_->Stop();
}

}  // namespace pawl::workers
