#include "workers/function_runner.h"

#include <sys/epoll.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>
#include <variant>

#include "workers/function_environment.h"
#include "workers/process_memory.h"
#include "workers/protocol.h"

namespace pawl::workers {
namespace {

using namespace std::chrono_literals;

// A function whose invocations take less than this on average gets several at once.
constexpr double kFastMeanMicros = 1'000;
// Of those, as many as take about this long together, in bounds.
constexpr double kQueueMicros = 2'000;
constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kQueuedBytesMax = std::size_t{128} * 1024;
constexpr std::uint64_t kMeasuredMin = 4;
// Past this an invocation of a fast function is slow, and those behind it go elsewhere.
constexpr auto kSlowAfter = 10ms;
// A child that was told to skip sees it after this at the latest: it marks what it starts before it
// looks, so after this long its mark is final. The real time is that of a store to memory.
constexpr auto kSkipSettles = 5ms;
constexpr auto kMemoryCheckEvery = 50ms;
// An idle child that was asked to leave gets this long.
constexpr auto kLeaveTimeout = 2s;
// A killed child of which its zygote says nothing for this long has a broken zygote.
constexpr auto kKillTimeout = 5s;
// What failed the import fails again, so for this long nobody tries.
constexpr auto kRefusalLasts = 1s;
constexpr int kLostStartsMax = 3;
constexpr std::size_t kScratchBytes = std::size_t{256} * 1024;

}  // namespace

FunctionRunner::FunctionRunner(FunctionSpec spec, PoolContext& context)
    : spec_(std::move(spec)), context_(context) {
  if (context_.scratch.size() < kScratchBytes) context_.scratch.resize(kScratchBytes);
}

FunctionRunner::~FunctionRunner() {
  for (const auto& generation : generations_)
    context_.children -= generation->children.size();
  context_.zygotes -= generations_.size();
}

void FunctionRunner::Change(FunctionSpec spec) {
  if (spec == spec_) return;
  for (const auto& generation : generations_)
    RetireGeneration(*generation);
  spec_ = std::move(spec);
  refusal_.reset();
  mean_micros_ = 0;
  measured_ = 0;
}

void FunctionRunner::Submit(Invocation invocation) {
  if (invocation.deadline) next_deadline_ = std::min(next_deadline_, *invocation.deadline);
  pending_.push_back(Task{.invocation = std::move(invocation)});
}

bool FunctionRunner::Cancel(std::uint64_t id) {
  const auto has_id = [id](const Task& task) { return task.invocation.id == id; };
  const auto found = std::find_if(pending_.begin(), pending_.end(), has_id);
  if (found != pending_.end()) {
    Deliver(*found, Outcome::kCancelled);
    pending_.erase(found);
    return true;
  }
  for (const auto& generation : generations_) {
    for (const auto& child : generation->children) {
      auto& flights = child->flights();
      const auto flight = std::find_if(
          flights.begin(), flights.end(), [&](const Flight& one) { return has_id(one.task); });
      if (flight == flights.end()) continue;
      flight->task.is_cancelled = true;
      const std::uint64_t sequence = flight->sequence;
      if (sequence <= child->shared().started()) {
        // Its result may be under way already; then it is as good as not cancelled.
        if (ReadChild(*child) && child->Find(sequence) != nullptr) {
          KillChild(*child, Child::EndReason::kCancel);
        }
      } else if (!child->skipping_since) {
        child->SkipAll();
        child->skipping_since = context_.now;
      }
      return true;
    }
  }
  return false;
}

FunctionRunner::Generation* FunctionRunner::Current() {
  if (generations_.empty()) return nullptr;
  Generation* last = generations_.back().get();
  const bool has_future =
      last->state == Generation::State::kImporting || last->state == Generation::State::kReady;
  return has_future && !last->is_retired ? last : nullptr;
}

void FunctionRunner::Dispatch() {
  is_starved_ = false;
  if (pending_.empty() || is_stopping_) return;
  if (refusal_ && context_.now < refusal_->until) {
    RefuseAll(refusal_->error);
    return;
  }
  Generation* generation = Current();
  if (generation == nullptr) {
    StartGeneration();
    return;
  }
  if (generation->state != Generation::State::kReady) return;
  const std::size_t concurrency = spec_.concurrency > 0 ? spec_.concurrency : context_.cores;
  while (!pending_.empty()) {
    Child* child = LeastBusyChild(*generation, Depth());
    if ((child == nullptr || !child->flights().empty()) &&
        ServingChildren(*generation) < concurrency) {
      if (StartChild(*generation)) continue;
      is_starved_ = true;
    }
    if (child == nullptr) break;
    const std::size_t share = pending_.size() / std::max<std::size_t>(1, concurrency) + 1;
    const std::size_t room = Depth() - child->flights().size();
    for (std::size_t i = std::min(share, room); i > 0 && !pending_.empty(); --i) {
      child->Write(std::move(pending_.front()), generation->spec.arn, context_.now);
      pending_.pop_front();
      if (child->flight_bytes() > kQueuedBytesMax) break;
    }
  }
  for (const auto& child : generation->children) {
    const bool has_rest = child->Flush();
    child->socket_watch.SetEvents(has_rest ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }
}

std::size_t FunctionRunner::Depth() const {
  if (measured_ < kMeasuredMin || mean_micros_ >= kFastMeanMicros) return 1;
  const auto depth = static_cast<std::size_t>(kQueueMicros / (mean_micros_ + 1));
  return std::clamp<std::size_t>(depth, 1, kDepthMax);
}

void FunctionRunner::NoteDuration(std::chrono::microseconds duration) {
  const auto micros = static_cast<double>(duration.count());
  ++measured_;
  mean_micros_ +=
      (micros - mean_micros_) / static_cast<double>(std::min<std::uint64_t>(measured_, 16));
}

Child* FunctionRunner::LeastBusyChild(Generation& generation, std::size_t depth) {
  Child* best = nullptr;
  for (const auto& child : generation.children) {
    if (child->state != Child::State::kServing || child->skipping_since) continue;
    const std::size_t flights = child->flights().size();
    if (flights >= depth || (flights > 0 && child->flight_bytes() > kQueuedBytesMax)) continue;
    if (best == nullptr || flights < best->flights().size()) best = child.get();
  }
  return best;
}

std::size_t FunctionRunner::ServingChildren(const Generation& generation) const {
  return static_cast<std::size_t>(
      std::count_if(generation.children.begin(), generation.children.end(), [](const auto& child) {
        return child->state == Child::State::kServing;
      }));
}

// --- Generations ---------------------------------------------------------------------------------

void FunctionRunner::StartGeneration() {
  static std::uint64_t unique = 0;
  const auto wall = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  const ZygoteCommand command{
      .python = context_.options.python,
      .package_directory = context_.options.package_directory,
      .code_directory = spec_.code_directory,
      .handler = spec_.handler,
      .timeout = spec_.timeout,
      .memory_mb = spec_.memory_mb,
      .environment = FunctionEnvironment(
          context_.options.environment,
          spec_,
          wall,
          static_cast<std::uint64_t>(wall.time_since_epoch().count()) * 1000 + unique++ % 1000)};
  auto started = ZygoteProcess::Start(command);
  if (const int* error = std::get_if<int>(&started)) {
    RefuseAll([program = command.python, number = *error](const std::string& request_id) {
      return StartError(request_id, program, number);
    });
    return;
  }
  auto generation = std::make_unique<Generation>();
  generation->zygote = std::get<std::unique_ptr<ZygoteProcess>>(std::move(started));
  generation->spec = spec_;
  generation->started_at = context_.now;
  generation->idle_since = context_.now;
  generation->next_memory_check = context_.now + kMemoryCheckEvery;
  ++context_.zygotes;
  ++context_.zygotes_started;
  generations_.push_back(std::move(generation));
  WatchGeneration(*generations_.back());
}

void FunctionRunner::WatchGeneration(Generation& generation) {
  Generation* const it = &generation;
  ZygoteProcess& zygote = *generation.zygote;
  Child& channel = zygote.channel();
  auto control = context_.poller.Add(
      zygote.control_fd(), EPOLLIN, [this, it](std::uint32_t events) { OnControl(*it, events); });
  auto process = context_.poller.Add(
      zygote.pidfd(), EPOLLIN, [this, it](std::uint32_t) { OnZygoteEnded(*it); });
  auto log = context_.poller.Add(channel.log_fd(), EPOLLIN, [this, it](std::uint32_t events) {
    it->zygote->channel().ReadLogs(spec_.name, context_.scratch, context_.logs);
    if ((events & EPOLLHUP) != 0) it->log_watch = {};
  });
  auto output = context_.poller.Add(channel.output_fd(), EPOLLIN, [this, it](std::uint32_t) {
    if (!it->zygote->channel().ReadOutput(spec_.name, context_.scratch, context_.logs)) {
      it->output_watch = {};
    }
  });
  if (!control.ok() || !process.ok() || !log.ok() || !output.ok()) {
    generation.zygote->Kill();
    return;
  }
  generation.control_watch = std::move(control).value();
  generation.process_watch = std::move(process).value();
  generation.log_watch = std::move(log).value();
  generation.output_watch = std::move(output).value();
}

void FunctionRunner::RetireGeneration(Generation& generation) {
  generation.is_retired = true;
  for (const auto& child : generation.children) {
    if (child->state == Child::State::kServing && child->flights().empty()) LeaveChild(*child);
  }
}

void FunctionRunner::OnControl(Generation& generation, std::uint32_t events) {
  while (auto message = generation.zygote->Receive(context_.scratch)) {
    OnMessage(generation, std::move(*message));
  }
  if ((events & EPOLLHUP) == 0) return;
  // It ends, or the function has closed descriptors that are not its own.
  generation.control_watch = {};
  generation.zygote->Kill();
}

void FunctionRunner::OnMessage(Generation& generation, ZygoteMessage message) {
  switch (message.kind) {
    case kFromZygoteReady:
      if (generation.state == Generation::State::kImporting) {
        generation.state = Generation::State::kReady;
      }
      return;
    case kFromZygoteFailed:
      generation.state = Generation::State::kClosed;
      generation.idle_since = context_.now;
      if (generation.is_retired) return;
      RefuseAll([failure = std::move(message.failure)](const std::string& request_id) {
        return ErrorPayload{.error = failure.error,
                            .payload = failure.before + request_id + failure.after};
      });
      return;
    case kFromZygoteCreated:
      if (Child* child = FindChild(generation, message.number)) {
        child->SetProcess(message.value, std::move(message.pidfd));
      }
      return;
    case kFromZygoteNotCreated:
      if (Child* child = FindChild(generation, message.number)) {
        OnChildEnded(generation, *child, SIGKILL);
      }
      return;
    case kFromZygoteExited:
      if (Child* child = FindChild(generation, message.number)) {
        OnChildEnded(generation, *child, message.value);
      }
      return;
    default:
      return;
  }
}

void FunctionRunner::OnZygoteEnded(Generation& generation) {
  const auto status = generation.zygote->Reap();
  if (!status) return;
  OnControl(generation, 0);
  generation.zygote->channel().ReadLogs(spec_.name, context_.scratch, context_.logs);
  generation.process_watch = {};
  generation.control_watch = {};
  generation.log_watch = {};
  generation.output_watch = {};
  if (generation.state == Generation::State::kImporting && !generation.is_retired) {
    RefuseAll([reason = generation.end_reason, wait_status = *status, timeout = spec_.timeout](
                  const std::string& request_id) {
      if (reason == Child::EndReason::kTimeout) return TimeoutError(request_id, timeout);
      if (reason == Child::EndReason::kMemory) return OutOfMemoryError(request_id);
      return ExitError(request_id, wait_status);
    });
  }
  generation.state = Generation::State::kEnded;
  // The kernel kills children of a zygote that died; their groups are ours to end.
  for (std::size_t i = generation.children.size(); i > 0; --i) {
    Child& child = *generation.children[i - 1];
    if (child.pid() > 0) ::kill(-child.pid(), SIGKILL);
    child.Kill();
    Generation* const it = &generation;
    auto watch = Result<Poller::Watch>(Unavailable("no process"));
    if (child.pidfd() >= 0) {
      watch = context_.poller.Add(child.pidfd(), EPOLLIN, [this, it, &child](std::uint32_t) {
        OnChildEnded(*it, child, SIGKILL);
      });
    }
    if (watch.ok()) {
      child.pidfd_watch = std::move(watch).value();
    } else {
      OnChildEnded(generation, child, SIGKILL);
    }
  }
}

void FunctionRunner::RemoveEndedGenerations() {
  const auto is_over = [](const auto& generation) {
    return generation->children.empty() && generation->state == Generation::State::kEnded;
  };
  for (auto it = generations_.begin(); it != generations_.end();) {
    if (!is_over(*it)) {
      ++it;
      continue;
    }
    --context_.zygotes;
    context_.graveyard.push_back(std::shared_ptr<Generation>(std::move(*it)));
    it = generations_.erase(it);
  }
}

void FunctionRunner::RefuseAll(std::function<ErrorPayload(const std::string& request_id)> error) {
  for (const Task& task : pending_) {
    Fail(task, error(task.invocation.request_id));
  }
  pending_.clear();
  if (!refusal_ || refusal_->until <= context_.now) {
    refusal_ = Refusal{.until = context_.now + kRefusalLasts, .error = std::move(error)};
  }
}

// --- Children ------------------------------------------------------------------------------------

bool FunctionRunner::StartChild(Generation& generation) {
  if (context_.children >= context_.options.children_max) return false;
  auto made = Child::Create(next_child_number_, context_.now);
  if (!made.ok()) return false;
  auto [owned, ends] = std::move(made).value();
  Child* const child = owned.get();
  Generation* const it = &generation;
  auto socket =
      context_.poller.Add(child->socket_fd(), EPOLLIN, [this, it, child](std::uint32_t events) {
        OnChildReady(*it, *child, events);
      });
  auto log = context_.poller.Add(child->log_fd(), EPOLLIN, [this, child](std::uint32_t events) {
    child->ReadLogs(spec_.name, context_.scratch, context_.logs);
    if ((events & EPOLLHUP) != 0) child->log_watch = {};
  });
  auto output = context_.poller.Add(child->output_fd(), EPOLLIN, [this, child](std::uint32_t) {
    if (!child->ReadOutput(spec_.name, context_.scratch, context_.logs)) child->output_watch = {};
  });
  if (!socket.ok() || !log.ok() || !output.ok()) return false;
  if (!generation.zygote->RequestChild(*child, ends)) return false;
  child->socket_watch = std::move(socket).value();
  child->log_watch = std::move(log).value();
  child->output_watch = std::move(output).value();
  child->next_memory_check = context_.now + kMemoryCheckEvery;
  ++next_child_number_;
  ++context_.children;
  ++context_.children_started;
  generation.children.push_back(std::move(owned));
  return true;
}

Child* FunctionRunner::FindChild(Generation& generation, std::uint32_t number) {
  for (const auto& child : generation.children) {
    if (child->number() == number) return child.get();
  }
  return nullptr;
}

void FunctionRunner::LeaveChild(Child& child) {
  child.state = Child::State::kLeaving;
  child.idle_since = context_.now;
  child.CloseSocket();
}

void FunctionRunner::KillChild(Child& child, Child::EndReason reason) {
  if (child.state == Child::State::kKilled) return;
  child.state = Child::State::kKilled;
  child.end_reason = reason;
  child.idle_since = context_.now;
  child.Kill();
}

bool FunctionRunner::EndIdleChild() {
  for (const auto& generation : generations_) {
    for (const auto& child : generation->children) {
      if (child->state != Child::State::kServing || !child->flights().empty()) continue;
      LeaveChild(*child);
      return true;
    }
  }
  return false;
}

bool FunctionRunner::ReadChild(Child& child) {
  // What a function has printed belongs before its result: afterwards nobody knows its request.
  child.ReadLogs(spec_.name, context_.scratch, context_.logs);
  const auto result = child.Read(
      context_.scratch, [this, &child](const ResultRecord& record) { OnRecord(child, record); });
  if (result == Child::ReadResult::kOk) return true;
  child.socket_watch = {};
  if (result == Child::ReadResult::kBroken) KillChild(child, Child::EndReason::kOwn);
  return false;
}

void FunctionRunner::OnChildReady(Generation& generation, Child& child, std::uint32_t events) {
  if ((events & EPOLLOUT) != 0 && !child.Flush()) child.socket_watch.SetEvents(EPOLLIN);
  if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) == 0) return;
  if (!ReadChild(child)) {
    // It has ended, or closed its socket without ending.
    if (child.state == Child::State::kServing) LeaveChild(child);
    return;
  }
  if (!child.flights().empty() || child.state != Child::State::kServing) return;
  child.skipping_since.reset();
  child.idle_since = context_.now;
  if (generation.is_retired) LeaveChild(child);
}

void FunctionRunner::OnRecord(Child& child, const ResultRecord& record) {
  // It was taken back, or the child makes things up.
  if (child.Find(record.sequence) == nullptr) return;
  Task task = child.Take(record.sequence);
  if (record.kind == ResultRecord::Kind::kSkipped) {
    // Nobody asked for that: its memory is overwritten.
    if (record.sequence >= child.skip_below()) KillChild(child, Child::EndReason::kOwn);
    if (task.is_cancelled) {
      Deliver(task, Outcome::kCancelled);
    } else {
      PutBack(std::move(task));
    }
    return;
  }
  NoteDuration(record.duration);
  const bool is_error = record.kind == ResultRecord::Kind::kError;
  Deliver(task,
          InvocationResult{.outcome = is_error ? Outcome::kFailed : Outcome::kSucceeded,
                           .error = std::string(record.error_type),
                           .payload = std::string(record.payload),
                           .duration = record.duration});
}

void FunctionRunner::OnChildEnded(Generation& generation, Child& child, int wait_status) {
  // What it has printed and finished is still in its channels.
  ReadChild(child);
  const bool is_sound = child.shared().ReadRemaining(
      [this, &child](const ResultRecord& record) { OnRecord(child, record); });
  child.ReadOutput(spec_.name, context_.scratch, context_.logs);
  const std::uint64_t started = is_sound ? child.shared().started() : 0;
  std::deque<Flight> flights = std::move(child.flights());
  child.flights().clear();
  for (auto it = flights.rbegin(); it != flights.rend(); ++it) {
    const bool was_running = it->sequence <= started;
    EndFlight(generation.spec, child, std::move(it->task), was_running, wait_status);
  }
  const auto found = std::find_if(generation.children.begin(),
                                  generation.children.end(),
                                  [&child](const auto& one) { return one.get() == &child; });
  context_.graveyard.push_back(std::shared_ptr<Child>(std::move(*found)));
  child.socket_watch = {};
  child.log_watch = {};
  child.output_watch = {};
  child.pidfd_watch = {};
  generation.children.erase(found);
  generation.idle_since = context_.now;
  --context_.children;
}

void FunctionRunner::EndFlight(
    const FunctionSpec& spec, const Child& child, Task task, bool was_running, int wait_status) {
  if (task.is_cancelled) {
    Deliver(task, Outcome::kCancelled);
    return;
  }
  if (!was_running) {
    if (is_stopping_) {
      Deliver(task, Outcome::kReturned);
      return;
    }
    if (child.end_reason == Child::EndReason::kOwn) ++task.lost_starts;
    if (child.end_reason == Child::EndReason::kNotStarted) task.lost_starts = kLostStartsMax;
    if (task.lost_starts < kLostStartsMax) {
      PutBack(std::move(task));
      return;
    }
  }
  const std::string& request_id = task.invocation.request_id;
  switch (child.end_reason) {
    case Child::EndReason::kTimeout:
    case Child::EndReason::kNotStarted:
      Fail(task, TimeoutError(request_id, spec.timeout));
      return;
    case Child::EndReason::kMemory:
      Fail(task, OutOfMemoryError(request_id));
      return;
    case Child::EndReason::kCancel:
    case Child::EndReason::kStop:
      Deliver(task, Outcome::kCancelled);
      return;
    case Child::EndReason::kOwn:
      Fail(task, ExitError(request_id, wait_status));
      return;
  }
}

void FunctionRunner::Deliver(const Task& task, InvocationResult result) {
  result.id = task.invocation.id;
  context_.ended_event_bytes += task.invocation.event.size();
  context_.results.push_back(std::move(result));
}

void FunctionRunner::Deliver(const Task& task, Outcome outcome) {
  Deliver(task, InvocationResult{.outcome = outcome, .error = {}, .payload = {}});
}

void FunctionRunner::Fail(const Task& task, ErrorPayload error) {
  Deliver(task,
          InvocationResult{.outcome = Outcome::kFailed,
                           .error = std::move(error.error),
                           .payload = std::move(error.payload)});
}

// --- Time ----------------------------------------------------------------------------------------

SteadyTime FunctionRunner::Tick() {
  if (context_.now >= next_deadline_) CancelExpired();
  SteadyTime next = next_deadline_;
  if (is_starved_) next = std::min(next, context_.now + 100ms);
  for (const auto& generation : generations_) {
    next = std::min(next, TickGeneration(*generation));
  }
  RemoveEndedGenerations();
  return next;
}

void FunctionRunner::CancelExpired() {
  next_deadline_ = SteadyTime::max();
  std::vector<std::uint64_t> expired;
  const auto look = [&](const Task& task) {
    if (!task.invocation.deadline || task.is_cancelled) return;
    if (*task.invocation.deadline <= context_.now) {
      expired.push_back(task.invocation.id);
    } else {
      next_deadline_ = std::min(next_deadline_, *task.invocation.deadline);
    }
  };
  for (const Task& task : pending_)
    look(task);
  for (const auto& generation : generations_) {
    for (const auto& child : generation->children) {
      for (const Flight& flight : child->flights())
        look(flight.task);
    }
  }
  for (const std::uint64_t id : expired)
    Cancel(id);
}

SteadyTime FunctionRunner::TickGeneration(Generation& generation) {
  SteadyTime next = SteadyTime::max();
  const SteadyTime now = context_.now;
  if (generation.state == Generation::State::kImporting) {
    const SteadyTime limit =
        generation.started_at + std::max(context_.options.import_timeout, generation.spec.timeout);
    const std::size_t memory_max = std::size_t{generation.spec.memory_mb} * 1024 * 1024;
    if (now >= limit) {
      generation.end_reason = Child::EndReason::kTimeout;
      generation.zygote->Kill();
      return now + kLeaveTimeout;
    }
    next = limit;
    if (memory_max > 0) {
      if (now >= generation.next_memory_check) {
        generation.next_memory_check = now + kMemoryCheckEvery;
        if (ResidentBytes(generation.zygote->pid()) > memory_max) {
          generation.end_reason = Child::EndReason::kMemory;
          generation.zygote->Kill();
        }
      }
      next = std::min(next, generation.next_memory_check);
    }
  }
  for (const auto& child : generation.children)
    next = std::min(next, TickChild(generation, *child));
  if (!generation.children.empty() || generation.state == Generation::State::kEnded) return next;
  if (generation.state == Generation::State::kClosed) {
    if (now < generation.idle_since + kKillTimeout) return generation.idle_since + kKillTimeout;
    generation.zygote->Kill();
    return now + kKillTimeout;
  }
  // Without children a retired generation goes at once, an idle one after a while.
  const SteadyTime idle_limit = generation.idle_since + 5 * context_.options.idle_timeout;
  if (generation.is_retired ||
      (now >= idle_limit && pending_.empty() && generation.state == Generation::State::kReady)) {
    if (generation.state == Generation::State::kImporting) generation.zygote->Kill();
    generation.state = Generation::State::kClosed;
    generation.idle_since = now;
    generation.control_watch = {};
    generation.zygote->Close();
    return now + kKillTimeout;
  }
  return std::min(next, std::max(idle_limit, now + 1s));
}

SteadyTime FunctionRunner::TickChild(Generation& generation, Child& child) {
  const SteadyTime now = context_.now;
  if (child.state == Child::State::kKilled) {
    if (now >= child.idle_since + kKillTimeout) generation.zygote->Kill();
    return child.idle_since + kKillTimeout + (now < child.idle_since + kKillTimeout ? 0s : 1h);
  }
  if (child.state == Child::State::kLeaving) {
    const SteadyTime limit = child.idle_since + kLeaveTimeout;
    if (now < limit) return limit;
    KillChild(child, Child::EndReason::kOwn);
    return SteadyTime::max();
  }
  if (child.flights().empty()) {
    const SteadyTime limit = child.idle_since + context_.options.idle_timeout;
    if (now < limit) return limit;
    LeaveChild(child);
    return now + kLeaveTimeout;
  }
  SteadyTime next = TickBusyChild(generation.spec, child);
  const std::size_t memory_max = std::size_t{generation.spec.memory_mb} * 1024 * 1024;
  if (memory_max > 0 && child.pid() > 0) {
    if (now >= child.next_memory_check) {
      child.next_memory_check = now + kMemoryCheckEvery;
      if (ResidentBytes(child.pid()) > memory_max) KillChild(child, Child::EndReason::kMemory);
    }
    next = std::min(next, child.next_memory_check);
  }
  return next;
}

SteadyTime FunctionRunner::TickBusyChild(const FunctionSpec& spec, Child& child) {
  const Flight* running = child.Running();
  if (running != nullptr) return TickRunning(spec, child, *running);
  // Between two invocations, or not begun: its process starts, and may have to import first.
  const SteadyTime limit =
      std::max(child.flights().front().sent_at, child.observed_at) +
      std::max<std::chrono::milliseconds>(context_.options.import_timeout, spec.timeout);
  if (context_.now >= limit) KillChild(child, Child::EndReason::kNotStarted);
  return std::min(limit, context_.now + kSlowAfter);
}

SteadyTime FunctionRunner::TickRunning(const FunctionSpec& spec,
                                       Child& child,
                                       const Flight& running) {
  const SteadyTime now = context_.now;
  const std::uint64_t sequence = running.sequence;
  if (child.observed_sequence != sequence) {
    child.observed_sequence = sequence;
    // The child's word, as far as it can be true.
    child.observed_at = std::clamp(child.shared().started_at(), running.sent_at, now);
  }
  const SteadyTime limit = child.observed_at + spec.timeout;
  if (now >= limit) {
    // Its result may be there already.
    if (ReadChild(child) && child.Find(sequence) != nullptr) {
      KillChild(child, Child::EndReason::kTimeout);
    }
    return now + kSlowAfter;
  }
  SteadyTime next = limit;
  if (child.skipping_since) {
    const SteadyTime settled = *child.skipping_since + kSkipSettles;
    if (now >= settled) {
      if (child.flights().size() > 1) {
        TakeBackQueue(child);
        next = now;
      }
    } else {
      next = std::min(next, settled);
    }
  } else if (child.flights().size() > 1) {
    const SteadyTime slow = child.observed_at + kSlowAfter;
    if (now >= slow) {
      child.SkipAll();
      child.skipping_since = now;
      next = std::min(next, now + kSkipSettles);
    } else {
      next = std::min(next, slow);
    }
  }
  return next;
}

void FunctionRunner::TakeBackQueue(Child& child) {
  std::vector<Flight> taken = child.TakeUnstarted();
  for (auto it = taken.rbegin(); it != taken.rend(); ++it) {
    if (it->task.is_cancelled) {
      Deliver(it->task, Outcome::kCancelled);
    } else {
      PutBack(std::move(it->task));
    }
  }
}

// --- The end -------------------------------------------------------------------------------------

void FunctionRunner::Retire() {
  for (const Task& task : pending_)
    Deliver(task, Outcome::kReturned);
  pending_.clear();
  for (const auto& generation : generations_)
    RetireGeneration(*generation);
}

void FunctionRunner::Stop() {
  is_stopping_ = true;
  Retire();
  for (const auto& generation : generations_) {
    for (const auto& child : generation->children)
      KillChild(*child, Child::EndReason::kStop);
    if (generation->state == Generation::State::kImporting) generation->zygote->Kill();
  }
}

}  // namespace pawl::workers
