// One GetActivityTask: ends by a task, by the end of its wait, or by the caller's leaving,
// whichever is first.
#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include "engine/base/mutex.h"
#include "engine/runtime/engine.h"
#include "pawl/v1/task.pb.h"
#include "server/rpc/answer.h"
#include "server/rpc/timer.h"

namespace pawl::server {

// The end of the timer, by itself or cancelled, ends everything else: so the poll is withdrawn on
// the thread of the call's queue, and not inside its own answer.
class ActivityTaskCall final : public std::enable_shared_from_this<ActivityTaskCall> {
 public:
  using Answer = rpc::Answer<v1::GetActivityTaskResponse>;

  explicit ActivityTaskCall(Answer answer) : answer_(std::move(answer)) {}

  // Once.
  void Begin(Engine& engine, ActivityRequest request, std::chrono::milliseconds wait) {
    timer_.Set(answer_.queue(), wait, [self = shared_from_this()] { self->End(); });
    auto poll = engine.PollActivity(
        std::move(request),
        [self = shared_from_this()](const Result<ActivityTask>& task) { self->Take(task); });
    if (!poll.ok()) {
      answer_.Fail(poll.status());
      timer_.Cancel();
      return;
    }
    Keep(*std::move(poll));
    answer_.WhenCancelled([self = shared_from_this()] { self->timer_.Cancel(); });
  }

 private:
  void Keep(std::unique_ptr<ActivityPoll> poll) {
    const MutexLock lock(mutex_);
    if (!has_ended_) poll_.swap(poll);
  }

  void Take(const Result<ActivityTask>& task) {
    if (task.ok()) {
      v1::GetActivityTaskResponse response;
      response.set_task_token(task->token);
      response.set_input(task->input.str());
      answer_.Finish(response);
    } else {
      answer_.Fail(task.status());
    }
    timer_.Cancel();
  }

  void End() {
    std::unique_ptr<ActivityPoll> poll;
    {
      const MutexLock lock(mutex_);
      has_ended_ = true;
      poll.swap(poll_);
    }
    // Nothing is given to it any more; what was, was answered first.
    poll.reset();
    answer_.Finish({});
  }

  const Answer answer_;
  rpc::Timer timer_;
  Mutex mutex_;
  bool has_ended_ PAWL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<ActivityPoll> poll_ PAWL_GUARDED_BY(mutex_);
};

}  // namespace pawl::server
