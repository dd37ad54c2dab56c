// TaskLedger: what a worker knows about the tasks it was given, and what it still has to say about
// them. It turns the server's messages into invocations and results into the worker's messages.
//
// Everything here is decided without a clock, a thread or a socket; worker_core.h provides them.
//
// What is bounded: credits are given only while few tasks and few bytes are held, so what a worker
// keeps (queued events, results without an acknowledgement) has a bound whatever the server does.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/time.h"
#include "pawl/v1/worker_service.pb.h"
#include "workers/invocation.h"

namespace pawl::workers {

// One message ends at whichever comes first.
inline constexpr std::size_t kCompletionsPerMessageMax = 512;
inline constexpr std::size_t kRequestBytesMax = 1024 * 1024;
// Tasks and bytes (events, results) held, past which no more credits are given. A function that
// has nothing to do still gets one.
inline constexpr std::size_t kHeldTasksSoftMax = 50'000;
inline constexpr std::size_t kHeldBytesSoftMax = std::size_t{64} * 1024 * 1024;
// Hello.held's bound.
inline constexpr std::size_t kHelloHeldMax = 100'000;
// So much work is fetched ahead of a fast function, ...
inline constexpr std::chrono::microseconds kWorkAhead = std::chrono::milliseconds(20);
// ... but never more than this times its concurrency, nor more than this altogether.
inline constexpr std::uint32_t kTasksAheadMax = 128;
inline constexpr std::uint32_t kTasksAtOnceMax = 8192;
// A completion that the server's disk has no room for is sent again after this.
inline constexpr std::chrono::milliseconds kRefusedRetry{1000};
// Log lines that wait to be sent; more are dropped, and counted.
inline constexpr std::size_t kLogLinesMax = 2000;
inline constexpr std::size_t kLogBytesMax = 1024 * 1024;
inline constexpr std::size_t kLogLineTextMax = 16 * 1024;
// AWS: the longest cause, in characters.
inline constexpr std::size_t kCauseCharactersMax = 32'768;

// What the server's message asks for.
struct WorkOrders {
  std::vector<Invocation> run;
  // Ids of invocations that nobody waits for any more.
  std::vector<std::uint64_t> cancel;
  bool is_welcome = false;
  bool is_server_stopping = false;
};

class TaskLedger {
 public:
  // They go into each Hello.
  TaskLedger(std::string worker, std::string namespace_name, bool takes_deployed);
  TaskLedger(const TaskLedger&) = delete;
  TaskLedger& operator=(const TaskLedger&) = delete;

  // Serves a function from now on, or serves it differently. `concurrency` is 1 or more; `arn` is
  // what a qualifier is put behind. Empty: of a function of the worker's own, the ARN is what the
  // server makes of the name.
  void SetFunction(const std::string& name, std::uint32_t concurrency, const std::string& arn);
  void RemoveFunction(const std::string& name);

  // A stream begins: the message to open it with. Everything said on the last one is void.
  v1::WorkRequest Open();

  // Nothing can be sent until the next Open.
  void Close() { is_open_ = false; }

  // Takes a message of the server apart, but for what it says about deployed functions.
  WorkOrders Take(v1::WorkResponse& response, SteadyTime now);
  // What became of invocations.
  void Finish(std::vector<InvocationResult> results);
  // Invocations that could not be begun here.
  void Return(const std::vector<std::uint64_t>& ids);
  // An invocation that cannot be begun anywhere.
  void Fail(std::uint64_t id, std::string error, std::string cause);
  void Log(const std::vector<LogLine>& lines, Timestamp at);
  // No more tasks are wanted.
  void Drain();

  // Puts what waits to be sent into `request`, which is empty. False when nothing does.
  bool Fill(v1::WorkRequest& request, SteadyTime now);
  // Whether Fill has something to send, but for what only time brings (NextDue).
  bool has_news() const;
  // When Fill will have something though nothing happens; nullopt for never.
  std::optional<SteadyTime> NextDue() const;

  // Nothing is held and nothing is left to say.
  bool is_idle() const;

  std::size_t held() const { return held_.size(); }

  // Tasks that the pool has.
  std::size_t running() const { return running_; }

 private:
  struct Function {
    std::string name;
    std::string arn;
    std::uint32_t concurrency = 1;
    bool is_served = true;
    // Given on this stream and not used.
    std::uint32_t credits = 0;
    // With the pool.
    std::uint32_t running = 0;
    // Of one invocation, a moving average in microseconds; negative while unknown.
    double mean_micros = -1;
  };

  struct Held {
    // 0: it has no number on this stream.
    std::uint64_t stream_id = 0;
    std::string ref;
    std::string request_id;
    std::uint32_t function_id = 0;
    // Of the event while it runs, of the result afterwards.
    std::size_t bytes = 0;
    bool is_done = false;
    // Nobody waits for it; it stays until the pool has let go of it.
    bool is_abandoned = false;
    // Set when done: one of them.
    std::optional<std::string> output;
    std::string error;
    std::string cause;
    std::string log_tail;
    // Zero: none is needed.
    std::chrono::microseconds heartbeat_every{0};
    SteadyTime next_heartbeat;
  };

  using HeldMap = std::unordered_map<std::uint64_t, Held>;

  void TakeWelcome(const v1::Welcome& welcome, SteadyTime now);
  // As the caller named it; empty: as the pool calls it.
  std::string InvokedArn(const Function& function, const std::string& qualifier) const;
  void TakeTask(v1::Task& task, SteadyTime now, WorkOrders& orders);
  // Finds what the server calls `stream_id`; held_.end() if that is nothing.
  HeldMap::iterator FindOnStream(std::uint64_t stream_id);
  // The server wants no answer (any more): a running task is abandoned, a done one forgotten.
  void Settle(HeldMap::iterator held);
  void Forget(HeldMap::iterator held);
  // The pool has let go of it.
  void LeavePool(Held& held, std::chrono::microseconds duration, bool has_run);
  void MarkDone(std::uint64_t id, Held& held);
  std::uint32_t Wanted(const Function& function) const;
  void FillAnnounce(v1::WorkRequest& request);
  void AddFunctions(google::protobuf::RepeatedPtrField<v1::Function>& functions) const;
  void FillCompletions(v1::WorkRequest& request, SteadyTime now);
  void FillHeartbeats(v1::WorkRequest& request, SteadyTime now);
  // How many the server is to get now.
  std::uint32_t CreditsFor(const Function& function) const;
  void FillCredits(v1::WorkRequest& request);

  const std::string worker_;
  const std::string namespace_;
  const bool takes_deployed_;
  bool is_open_ = false;
  bool is_draining_ = false;
  bool must_announce_ = false;
  bool must_drain_ = false;

  // By id, which never changes its name.
  std::map<std::uint32_t, Function> functions_;
  std::unordered_map<std::string, std::uint32_t> function_ids_;

  std::uint64_t next_id_ = 1;
  HeldMap held_;
  std::unordered_map<std::uint64_t, std::uint64_t> by_stream_id_;
  std::unordered_map<std::string, std::uint64_t> by_ref_;
  std::size_t held_bytes_ = 0;
  std::size_t running_ = 0;
  std::size_t credits_ = 0;

  // Ids whose completions are to be sent, and those to be sent again later.
  std::deque<std::uint64_t> completions_;
  std::deque<std::pair<SteadyTime, std::uint64_t>> refused_;
  std::vector<std::uint64_t> returns_;
  std::set<std::pair<SteadyTime, std::uint64_t>> heartbeats_;
  std::deque<v1::LogLine> log_lines_;
  std::size_t log_bytes_ = 0;
  std::uint64_t log_lines_dropped_ = 0;

  // From the welcome.
  std::size_t payload_bytes_max_ = kResultBytesMax;
  Timestamp server_time_;
  std::string arn_prefix_;
  SteadyTime server_time_at_;
};

}  // namespace pawl::workers
