#include "workers/child_supervisor.h"

#include <sys/epoll.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "workers/process_memory.h"

namespace pawl::workers {
namespace {

using namespace std::chrono_literals;

// Bytes of events that may be under way to one child before more wait in the pool.
constexpr std::size_t kQueuedBytesMax = std::size_t{128} * 1024;
// Past this an invocation that others wait behind is slow, and they go elsewhere.
constexpr auto kSlowAfter = 10ms;
// A child that was told to skip sees it after this at the latest: it marks what it starts before it
// looks, so after this long its mark is final. The real time is that of a store to memory.
constexpr auto kSkipSettles = 5ms;
// A child that was asked to leave gets this long.
constexpr auto kLeaveTimeout = 2s;
// A killed one is dead after this, or its zygote is broken.
constexpr auto kKillTimeout = 5s;
// So many children may die before they come to an invocation; then it is the invocation's fault.
constexpr int kLostStartsMax = 3;
// What the log's socket holds at once (a few hundred lines) is read by then; what comes later is
// not of the invocation that ends.
constexpr int kLastReadsMax = 4;

}  // namespace

ChildSupervisor::ChildSupervisor(std::unique_ptr<Child> child,
                                 const FunctionSpec& spec,
                                 InvocationPace& pace,
                                 PoolContext& context,
                                 PutBack put_back)
    : spec_(spec),
      pace_(pace),
      context_(context),
      put_back_(std::move(put_back)),
      child_(std::move(child)),
      state_since_(context.now),
      next_memory_check_(context.now + kMemoryCheckEvery) {}

Status ChildSupervisor::Watch() {
  ASSIGN_OR_RETURN(socket_watch_,
                   context_.poller.Add(child_->socket_fd(), EPOLLIN, [this](std::uint32_t events) {
                     OnReady(events);
                   }));
  ASSIGN_OR_RETURN(log_watch_,
                   context_.poller.Add(child_->log_fd(), EPOLLIN, [this](std::uint32_t events) {
                     child_->ReadLogs(spec_.name, context_.scratch, context_.logs);
                     if ((events & EPOLLHUP) != 0) log_watch_ = {};
                   }));
  ASSIGN_OR_RETURN(output_watch_,
                   context_.poller.Add(child_->output_fd(), EPOLLIN, [this](std::uint32_t) {
                     if (!child_->ReadOutput(spec_.name, context_.scratch, context_.logs))
                       output_watch_ = {};
                   }));
  return OkStatus();
}

bool ChildSupervisor::WatchProcess(std::function<void()> on_death) {
  if (child_->pidfd() < 0) return false;
  auto watch = context_.poller.Add(
      child_->pidfd(), EPOLLIN, [call = std::move(on_death)](std::uint32_t) { call(); });
  if (!watch.ok()) return false;
  process_watch_ = std::move(watch).value();
  return true;
}

bool ChildSupervisor::HasRoom(std::size_t depth) const {
  if (!is_serving() || skipping_since_) return false;
  const std::size_t count = flights();
  return count == 0 || (count < depth && child_->flight_bytes() <= kQueuedBytesMax);
}

void ChildSupervisor::Write(Task task) {
  child_->Write(std::move(task), spec_.arn, context_.now);
}

void ChildSupervisor::Flush() {
  const bool has_rest = child_->Flush();
  socket_watch_.SetEvents(has_rest ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

// --- What the child says -------------------------------------------------------------------------

void ChildSupervisor::OnReady(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) Flush();
  if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) == 0) return;
  if (!Read()) {
    // It has ended, or closed its socket without ending.
    if (is_serving()) Leave();
    return;
  }
  if (!is_idle()) return;
  skipping_since_.reset();
  state_since_ = context_.now;
  if (is_retired_) Leave();
}

bool ChildSupervisor::Read() {
  // What a function has printed belongs before its result: afterwards nobody knows its request.
  child_->ReadLogs(spec_.name, context_.scratch, context_.logs);
  const auto result =
      child_->Read(context_.scratch, [this](const ResultRecord& record) { OnRecord(record); });
  if (result == Child::ReadResult::kOk) return true;
  socket_watch_ = {};
  if (result == Child::ReadResult::kBroken) Kill(EndReason::kOwn);
  return false;
}

void ChildSupervisor::OnRecord(const ResultRecord& record) {
  // It was taken back, or the child makes things up.
  const Flight* flight = child_->Find(record.sequence);
  if (flight == nullptr) return;
  if (flight->task.log) ReadLastLines();
  Task task = child_->Take(record.sequence);
  if (record.kind == ResultRecord::Kind::kSkipped) {
    // Nobody asked for that: its memory is overwritten.
    if (record.sequence >= child_->skip_below()) Kill(EndReason::kOwn);
    if (task.is_cancelled) {
      context_.Deliver(task, Outcome::kCancelled);
    } else {
      put_back_(std::move(task));
    }
    return;
  }
  pace_.Note(record.duration);
  const bool is_error = record.kind == ResultRecord::Kind::kError;
  InvocationResult result{.outcome = is_error ? Outcome::kFailed : Outcome::kSucceeded,
                          .error = std::string(record.error_type),
                          .payload = std::string(record.payload),
                          .duration = record.duration};
  if (task.log) {
    task.log->NoteRun(record.duration, ResidentBytes(child_->pid()));
    result.log_tail = task.log->Tail({});
  }
  context_.Deliver(task, std::move(result));
}

void ChildSupervisor::ReadLastLines() {
  int reads = 0;
  while (reads < kLastReadsMax && child_->ReadLogs(spec_.name, context_.scratch, context_.logs))
    ++reads;
  if (!child_->ReadOutput(spec_.name, context_.scratch, context_.logs)) output_watch_ = {};
}

// --- What is decided for it ----------------------------------------------------------------------

void ChildSupervisor::Retire() {
  is_retired_ = true;
  if (is_idle()) return Leave();
  if (spec_.is_resumable && is_serving()) Kill(EndReason::kStop);
}

void ChildSupervisor::Leave() {
  state_ = State::kLeaving;
  state_since_ = context_.now;
  socket_watch_ = {};
  child_->CloseSocket();
}

void ChildSupervisor::Kill(EndReason reason) {
  if (state_ == State::kKilled) return;
  state_ = State::kKilled;
  state_since_ = context_.now;
  end_reason_ = reason;
  child_->Kill();
}

bool ChildSupervisor::is_overdue() const {
  return state_ == State::kKilled && context_.now >= state_since_ + kKillTimeout;
}

bool ChildSupervisor::Cancel(std::uint64_t id) {
  auto& flights = child_->flights();
  const auto flight = std::find_if(flights.begin(), flights.end(), [id](const Flight& one) {
    return one.task.invocation.id == id;
  });
  if (flight == flights.end()) return false;
  flight->task.is_cancelled = true;
  const std::uint64_t sequence = flight->sequence;
  if (sequence > child_->shared().started()) {
    Skip();
  } else if (Read() && child_->Find(sequence) != nullptr) {
    // Only so: its result may have been under way, and then it is as good as not cancelled.
    EndCancelled();
  }
  return true;
}

void ChildSupervisor::EndCancelled() {
  if (state_ == State::kInterrupted) return;
  if (spec_.cancel_grace.count() == 0 || !child_->Interrupt()) return Kill(EndReason::kCancel);
  state_ = State::kInterrupted;
  state_since_ = context_.now;
}

void ChildSupervisor::ForEachTask(const std::function<void(const Task&)>& look) const {
  for (const Flight& flight : child_->flights())
    look(flight.task);
}

void ChildSupervisor::Skip() {
  if (skipping_since_) return;
  child_->SkipAll();
  skipping_since_ = context_.now;
}

void ChildSupervisor::TakeBackQueue() {
  for (Flight& flight : child_->TakeUnstarted()) {
    if (flight.task.is_cancelled) {
      context_.Deliver(flight.task, Outcome::kCancelled);
    } else {
      put_back_(std::move(flight.task));
    }
  }
}

// --- Time ----------------------------------------------------------------------------------------

SteadyTime ChildSupervisor::Tick() {
  const SteadyTime now = context_.now;
  if (state_ == State::kKilled) return std::max(state_since_ + kKillTimeout, now + 1s);
  if (state_ == State::kInterrupted) {
    const SteadyTime limit = state_since_ + spec_.cancel_grace;
    if (now < limit) return limit;
    Kill(EndReason::kCancel);
    return now + kKillTimeout;
  }
  if (state_ == State::kLeaving) {
    if (now >= state_since_ + kLeaveTimeout) Kill(EndReason::kOwn);
    return state_since_ + kLeaveTimeout;
  }
  if (is_idle()) {
    const SteadyTime limit = state_since_ + context_.options.idle_timeout;
    if (now < limit) return limit;
    Leave();
    return now + kLeaveTimeout;
  }
  const SteadyTime next = TickBusy();
  if (spec_.memory_mb == 0 || child_->pid() == 0) return next;
  if (now >= next_memory_check_) CheckMemory();
  return std::min(next, next_memory_check_);
}

void ChildSupervisor::CheckMemory() {
  next_memory_check_ = context_.now + kMemoryCheckEvery;
  if (ResidentBytes(child_->pid()) > std::size_t{spec_.memory_mb} * 1024 * 1024) {
    Kill(EndReason::kMemory);
  }
}

SteadyTime ChildSupervisor::TickBusy() {
  const Flight* running = child_->Running();
  if (running != nullptr) return TickRunning(*running);
  // Between two invocations, or not begun: its process starts, and may have to import first.
  const SteadyTime limit =
      std::max(child_->flights().front().sent_at, observed_at_) +
      std::max<std::chrono::milliseconds>(context_.options.import_timeout, spec_.timeout);
  if (context_.now >= limit) Kill(EndReason::kNotStarted);
  return std::min(limit, context_.now + kSlowAfter);
}

SteadyTime ChildSupervisor::TickRunning(const Flight& running) {
  const SteadyTime now = context_.now;
  const std::uint64_t sequence = running.sequence;
  if (observed_sequence_ != sequence) {
    observed_sequence_ = sequence;
    // The child's word, as far as it can be true.
    observed_at_ = std::clamp(child_->shared().started_at(), running.sent_at, now);
  }
  const SteadyTime limit = observed_at_ + spec_.timeout;
  if (now >= limit) {
    // Its result may be there already.
    if (Read() && child_->Find(sequence) != nullptr) Kill(EndReason::kTimeout);
    return now + kSlowAfter;
  }
  if (flights() == 1) return limit;
  if (!skipping_since_) {
    const SteadyTime slow = observed_at_ + kSlowAfter;
    if (now < slow) return std::min(limit, slow);
    Skip();
  }
  const SteadyTime settled = *skipping_since_ + kSkipSettles;
  if (now < settled) return std::min(limit, settled);
  TakeBackQueue();
  return now;
}

// --- The end -------------------------------------------------------------------------------------

void ChildSupervisor::End(int wait_status) {
  // What it has printed and finished is still in its channels.
  Read();
  const bool is_sound =
      child_->shared().ReadRemaining([this](const ResultRecord& record) { OnRecord(record); });
  ReadLastLines();
  const std::uint64_t started = is_sound ? child_->shared().started() : 0;
  std::deque<Flight> flights = std::exchange(child_->flights(), {});
  // It died of the invocation that was running; those behind it had no part in that.
  const bool has_culprit =
      std::any_of(flights.begin(), flights.end(), [started](const Flight& one) {
        return one.sequence <= started;
      });
  // The youngest first: what is put back goes to the front of the queue.
  for (; !flights.empty(); flights.pop_back()) {
    Flight& flight = flights.back();
    const bool was_running = flight.sequence <= started;
    if (!was_running && !has_culprit && end_reason_ == EndReason::kOwn) ++flight.task.lost_starts;
    if (was_running && flight.task.log) {
      const SteadyTime began =
          std::clamp(child_->shared().started_at(), flight.sent_at, context_.now);
      flight.task.log->NoteRun(
          std::chrono::duration_cast<std::chrono::microseconds>(context_.now - began), 0);
    }
    EndTask(std::move(flight.task), was_running, wait_status);
  }
  socket_watch_ = {};
  log_watch_ = {};
  output_watch_ = {};
  process_watch_ = {};
}

void ChildSupervisor::EndTask(Task task, bool was_running, int wait_status) {
  if (task.is_cancelled) {
    context_.Deliver(task, Outcome::kCancelled);
    return;
  }
  if (end_reason_ == EndReason::kStop && (!was_running || spec_.is_resumable)) {
    context_.Deliver(task, Outcome::kReturned);
    return;
  }
  if (!was_running) {
    if (end_reason_ == EndReason::kNotStarted) task.lost_starts = kLostStartsMax;
    if (task.lost_starts < kLostStartsMax) {
      put_back_(std::move(task));
      return;
    }
  }
  const std::string& request_id = task.invocation.request_id;
  switch (end_reason_) {
    case EndReason::kTimeout:
    case EndReason::kNotStarted:
      context_.Fail(task, TimeoutError(request_id, spec_.timeout));
      return;
    case EndReason::kMemory:
      context_.Fail(task, OutOfMemoryError(request_id));
      return;
    case EndReason::kCancel:
    case EndReason::kStop:
      context_.Deliver(task, Outcome::kCancelled);
      return;
    case EndReason::kOwn:
      context_.Fail(task, ExitError(request_id, wait_status));
      return;
  }
}

}  // namespace pawl::workers
