// Child: one process that runs invocations of one function, as the pool sees it. It only moves
// bytes and keeps what is on the way; child_supervisor.h decides.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "workers/invocation.h"
#include "workers/invocation_log.h"
#include "workers/shared_results.h"
#include "workers/unique_fd.h"

namespace pawl::workers {

// An invocation on its way through the pool.
struct Task {
  Invocation invocation;
  // How often a child died before it came to this one.
  int lost_starts = 0;
  bool is_cancelled = false;
  // Null unless the caller asked for it.
  std::unique_ptr<InvocationLog> log = {};
};

// A task that was written to a child.
struct Flight {
  std::uint64_t sequence = 0;
  SteadyTime sent_at;
  Task task;
};

class Child {
 public:
  // The child's ends, to be handed to its process and closed.
  struct Ends {
    UniqueFd socket;
    UniqueFd log;
    UniqueFd output;
  };

  enum class ReadResult : std::uint8_t { kOk, kEnded, kBroken };

  // Makes the channels of a child that does not exist yet: what is sent now, it finds later.
  static Result<std::pair<std::unique_ptr<Child>, Ends>> Create(std::uint32_t number);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  std::uint32_t number() const { return number_; }

  int socket_fd() const { return socket_.get(); }

  int log_fd() const { return log_.get(); }

  int output_fd() const { return output_.get(); }

  SharedResults& shared() { return shared_; }

  std::deque<Flight>& flights() { return flights_; }

  const std::deque<Flight>& flights() const { return flights_; }

  // Bytes of events on their way.
  std::size_t flight_bytes() const { return flight_bytes_; }

  // The flight with this number; null when there is none (any more).
  Flight* Find(std::uint64_t sequence);

  // The flight that runs now, as the child says; null while none has started.
  Flight* Running() { return Find(shared_.started()); }

  // Removes a flight and returns its task.
  Task Take(std::uint64_t sequence);
  // Removes the flights that were not started by now and returns them, the youngest first. Only
  // some time after SkipAll, when the child cannot be about to start one.
  std::vector<Flight> TakeUnstarted();

  // Has the child skip all that it has not started.
  void SkipAll() {
    skip_below_ = next_sequence_;
    shared_.SkipBelow(skip_below_);
  }

  // Invocations below this number may be skipped.
  std::uint64_t skip_below() const { return skip_below_; }

  // Puts `task` into the buffer; Flush sends it.
  void Write(Task task, std::string_view default_arn, SteadyTime now);
  // Sends what the socket takes. True while some is left.
  bool Flush();

  // Reads what the child says. `scratch` is room for one read.
  ReadResult Read(std::string& scratch, const std::function<void(const ResultRecord&)>& each);
  // Appends what the function printed and logged. False when that was all; else some may be left.
  bool ReadLogs(const std::string& function, std::string& scratch, std::vector<LogLine>& lines);
  // Appends what was written past Python to descriptors 1 and 2. False at its end.
  bool ReadOutput(const std::string& function, std::string& scratch, std::vector<LogLine>& lines);

  // No more invocations come: the child leaves when it has done what it has.
  void CloseSocket();
  // The process exists. `pidfd` may be closed where the system gave none.
  void SetProcess(pid_t pid, UniqueFd pidfd);
  // SIGUSR1. False where the process does not exist (yet).
  bool Interrupt();
  // SIGKILL, now or as soon as the process exists. What remains of its group, the zygote ends.
  void Kill();

  pid_t pid() const { return pid_; }

  int pidfd() const { return pidfd_.get(); }

 private:
  Child(std::uint32_t number, UniqueFd socket, UniqueFd log, UniqueFd output, SharedResults shared);
  // The line is the invocation's, if it is here: tagged with its request id, and in its log.
  LogLine LineOf(std::uint64_t sequence,
                 const std::string& function,
                 LogStream stream,
                 std::string text);
  ReadResult ParseMessages(const std::function<void(const ResultRecord&)>& each);

  const std::uint32_t number_;
  UniqueFd socket_;
  UniqueFd log_;
  UniqueFd output_;
  SharedResults shared_;
  UniqueFd pidfd_;
  pid_t pid_ = 0;
  bool is_kill_wanted_ = false;
  std::uint64_t next_sequence_ = 1;
  std::uint64_t skip_below_ = 0;
  std::deque<Flight> flights_;
  std::size_t flight_bytes_ = 0;
  std::string outgoing_;
  std::size_t sent_ = 0;
  std::string incoming_;
  std::string partial_output_;
};

}  // namespace pawl::workers
