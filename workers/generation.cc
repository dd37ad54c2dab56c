#include "workers/generation.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>
#include <variant>

#include "workers/function_environment.h"
#include "workers/process_memory.h"
#include "workers/protocol.h"

namespace pawl::workers {
namespace {

using namespace std::chrono_literals;

// A zygote that was asked to end gets this long.
constexpr auto kCloseTimeout = 5s;
// A zygote without children is kept so many times as long as an idle child: it costs less memory,
// and a new import costs more time.
constexpr int kZygoteIdleFactor = 5;

ZygoteCommand CommandFor(const FunctionSpec& spec, const PoolContext& context) {
  // The wall clock names the log stream, and nothing depends on it.
  const auto wall = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  const std::uint64_t unique =
      static_cast<std::uint64_t>(ToMicros(wall)) * 1'000 + context.zygotes_started % 1'000;
  return {.python = context.options.python,
          .package_directory = context.options.package_directory,
          .code_directory = spec.code_directory,
          .handler = spec.handler,
          .timeout = spec.timeout,
          .memory_mb = spec.memory_mb,
          .environment = FunctionEnvironment(context.options.environment, spec, wall, unique)};
}

}  // namespace

// --- The zygote ----------------------------------------------------------------------------------

Generation::Generation(FunctionSpec spec, Owner& owner, PoolContext& context)
    : spec_(std::move(spec)),
      owner_(owner),
      context_(context),
      state_since_(context.now),
      next_memory_check_(context.now + kMemoryCheckEvery) {
  auto started = ZygoteProcess::Start(CommandFor(spec_, context_));
  if (const int* error = std::get_if<int>(&started)) {
    state_ = State::kEnded;
    owner_.Refuse([python = context_.options.python, number = *error](const std::string& id) {
      return StartError(id, python, number);
    });
    return;
  }
  zygote_ = std::get<std::unique_ptr<ZygoteProcess>>(std::move(started));
  ++context_.zygotes;
  ++context_.zygotes_started;
  if (!WatchZygote().ok()) {
    // Without a watch on its end it must not live; nothing tells us of a death we do not watch.
    state_ = State::kEnded;
    owner_.Refuse([python = context_.options.python](const std::string& id) {
      return StartError(id, python, EMFILE);
    });
  }
}

Generation::~Generation() {
  context_.children -= children_.size();
  if (zygote_ != nullptr) --context_.zygotes;
}

Status Generation::WatchZygote() {
  Poller& poller = context_.poller;
  Child& channel = zygote_->channel();
  ASSIGN_OR_RETURN(process_watch_, poller.Add(zygote_->pidfd(), EPOLLIN, [this](std::uint32_t) {
    OnZygoteEnded();
  }));
  ASSIGN_OR_RETURN(control_watch_,
                   poller.Add(zygote_->control_fd(), EPOLLIN, [this](std::uint32_t events) {
                     OnControl(events);
                   }));
  ASSIGN_OR_RETURN(log_watch_, poller.Add(channel.log_fd(), EPOLLIN, [this](std::uint32_t events) {
    zygote_->channel().ReadLogs(spec_.name, context_.scratch, context_.logs);
    if ((events & EPOLLHUP) != 0) log_watch_ = {};
  }));
  ASSIGN_OR_RETURN(output_watch_, poller.Add(channel.output_fd(), EPOLLIN, [this](std::uint32_t) {
    const bool goes_on = zygote_->channel().ReadOutput(spec_.name, context_.scratch, context_.logs);
    if (!goes_on) output_watch_ = {};
  }));
  return OkStatus();
}

void Generation::OnControl(std::uint32_t events) {
  while (auto message = zygote_->Receive(context_.scratch))
    OnMessage(std::move(*message));
  if ((events & EPOLLHUP) == 0) return;
  // It ends, or the function has closed descriptors that are not its own.
  control_watch_ = {};
  zygote_->Kill();
}

void Generation::OnMessage(ZygoteMessage message) {
  if (message.kind == kFromZygoteReady) {
    if (state_ == State::kImporting) state_ = State::kReady;
    return;
  }
  if (message.kind == kFromZygoteFailed) {
    state_ = State::kClosed;
    state_since_ = context_.now;
    if (is_retired_) return;
    owner_.Refuse([failure = std::move(message.failure)](const std::string& id) {
      return ErrorPayload{.error = failure.error, .payload = failure.before + id + failure.after};
    });
    return;
  }
  ChildSupervisor* const child = FindChild(message.number);
  if (child == nullptr) return;
  if (message.kind == kFromZygoteCreated) {
    child->child().SetProcess(message.value, std::move(message.pidfd));
  } else if (message.kind == kFromZygoteNotCreated) {
    EndChild(*child, SIGKILL);
  } else if (message.kind == kFromZygoteExited) {
    EndChild(*child, message.value);
  }
}

void Generation::OnZygoteEnded() {
  const auto status = zygote_->Reap();
  if (!status) return;
  OnControl(0);
  zygote_->channel().ReadLogs(spec_.name, context_.scratch, context_.logs);
  zygote_->channel().ReadOutput(spec_.name, context_.scratch, context_.logs);
  process_watch_ = {};
  control_watch_ = {};
  log_watch_ = {};
  output_watch_ = {};
  const bool has_failed = state_ == State::kImporting && !is_retired_;
  state_ = State::kEnded;
  for (std::size_t i = children_.size(); i > 0; --i)
    AwaitOrphan(*children_[i - 1]);
  if (!has_failed) return;
  owner_.Refuse([reason = end_reason_, wait_status = *status, timeout = spec_.timeout](
                    const std::string& id) {
    if (reason == EndReason::kTimeout) return TimeoutError(id, timeout);
    if (reason == EndReason::kMemory) return OutOfMemoryError(id);
    return ExitError(id, wait_status);
  });
}

// The kernel kills the children of a zygote that died; their groups are ours to end.
void Generation::AwaitOrphan(ChildSupervisor& child) {
  if (child.child().pid() > 0) ::kill(-child.child().pid(), SIGKILL);
  child.child().Kill();
  const bool is_watched = child.WatchProcess([this, &child] { EndChild(child, SIGKILL); });
  if (!is_watched) EndChild(child, SIGKILL);
}

void Generation::KillZygote(EndReason reason) {
  end_reason_ = reason;
  zygote_->Kill();
}

void Generation::Close() {
  // An import listens to nobody.
  if (state_ == State::kImporting) zygote_->Kill();
  state_ = State::kClosed;
  state_since_ = context_.now;
  control_watch_ = {};
  zygote_->Close();
}

void Generation::Retire() {
  is_retired_ = true;
  for (const auto& child : children_)
    child->Retire();
}

void Generation::Stop() {
  Retire();
  for (const auto& child : children_)
    child->Kill(EndReason::kStop);
}

// --- Time ----------------------------------------------------------------------------------------

SteadyTime Generation::Tick() {
  SteadyTime next = SteadyTime::max();
  if (state_ == State::kImporting) next = TickImport();
  for (const auto& child : children_) {
    next = std::min(next, child->Tick());
    if (child->is_overdue() && state_ != State::kEnded) zygote_->Kill();
  }
  return children_.empty() ? std::min(next, TickWithoutChildren()) : next;
}

SteadyTime Generation::TickImport() {
  const SteadyTime now = context_.now;
  const SteadyTime limit = state_since_ + std::max(context_.options.import_timeout, spec_.timeout);
  if (now >= limit) {
    KillZygote(EndReason::kTimeout);
    return now + kCloseTimeout;
  }
  if (spec_.memory_mb == 0) return limit;
  if (now >= next_memory_check_) {
    next_memory_check_ = now + kMemoryCheckEvery;
    if (ResidentBytes(zygote_->pid()) > std::size_t{spec_.memory_mb} * 1024 * 1024) {
      KillZygote(EndReason::kMemory);
    }
  }
  return std::min(limit, next_memory_check_);
}

SteadyTime Generation::TickWithoutChildren() {
  const SteadyTime now = context_.now;
  if (state_ == State::kEnded) return SteadyTime::max();
  if (state_ == State::kClosed) {
    const SteadyTime limit = state_since_ + kCloseTimeout;
    if (now < limit) return limit;
    zygote_->Kill();
    return now + kCloseTimeout;
  }
  const SteadyTime limit = state_since_ + kZygoteIdleFactor * context_.options.idle_timeout;
  if (is_retired_ || (state_ == State::kReady && now >= limit)) {
    Close();
    return now + kCloseTimeout;
  }
  return state_ == State::kReady ? limit : SteadyTime::max();
}

// --- Children ------------------------------------------------------------------------------------

bool Generation::Dispatch(std::deque<Task>& pending) {
  if (state_ != State::kReady) return true;
  bool has_room = true;
  const std::size_t concurrency = spec_.concurrency > 0 ? spec_.concurrency : context_.cores;
  while (!pending.empty()) {
    ChildSupervisor* const child = LeastBusyChild();
    if ((child == nullptr || !child->is_idle()) && ServingChildren() < concurrency) {
      if (StartChild()) continue;
      has_room = false;
    }
    if (child == nullptr) break;
    std::size_t share = pending.size() / concurrency + 1;
    for (; share > 0 && !pending.empty() && child->HasRoom(pace_.depth()); --share) {
      child->Write(std::move(pending.front()));
      pending.pop_front();
    }
  }
  for (const auto& child : children_)
    child->Flush();
  return has_room;
}

bool Generation::StartChild() {
  if (context_.children >= context_.options.children_max) return false;
  auto made = Child::Create(next_child_number_);
  if (!made.ok()) return false;
  auto [channel, ends] = std::move(made).value();
  auto child = std::make_unique<ChildSupervisor>(
      std::move(channel), spec_, pace_, context_, [this](Task task) {
        owner_.PutBack(std::move(task));
      });
  if (!child->Watch().ok() || !zygote_->RequestChild(child->child(), ends)) return false;
  ++next_child_number_;
  ++context_.children;
  ++context_.children_started;
  children_.push_back(std::move(child));
  return true;
}

ChildSupervisor* Generation::FindChild(std::uint32_t number) {
  for (const auto& child : children_) {
    if (child->child().number() == number) return child.get();
  }
  return nullptr;
}

ChildSupervisor* Generation::LeastBusyChild() {
  ChildSupervisor* best = nullptr;
  for (const auto& child : children_) {
    if (!child->HasRoom(pace_.depth())) continue;
    if (best == nullptr || child->flights() < best->flights()) best = child.get();
  }
  return best;
}

std::size_t Generation::ServingChildren() const {
  return static_cast<std::size_t>(std::count_if(
      children_.begin(), children_.end(), [](const auto& child) { return child->is_serving(); }));
}

void Generation::EndChild(ChildSupervisor& child, int wait_status) {
  child.End(wait_status);
  const auto found = std::find_if(children_.begin(), children_.end(), [&child](const auto& one) {
    return one.get() == &child;
  });
  context_.graveyard.push_back(std::shared_ptr<ChildSupervisor>(std::move(*found)));
  children_.erase(found);
  --context_.children;
  if (children_.empty() && state_ == State::kReady) state_since_ = context_.now;
}

bool Generation::EndIdleChild() {
  for (const auto& child : children_) {
    if (!child->is_idle()) continue;
    child->Retire();
    return true;
  }
  return false;
}

bool Generation::Cancel(std::uint64_t id) {
  return std::any_of(
      children_.begin(), children_.end(), [id](const auto& child) { return child->Cancel(id); });
}

void Generation::ForEachTask(const std::function<void(const Task&)>& look) const {
  for (const auto& child : children_)
    child->ForEachTask(look);
}

}  // namespace pawl::workers
