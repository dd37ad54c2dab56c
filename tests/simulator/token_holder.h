// TokenHolder: the people outside who take activities' tasks, are given task tokens by functions,
// and end tasks with them. They outlive engines; the driver decides when they say what, and how
// often.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/runtime/engine.h"
#include "engine/runtime/task_tokens.h"
#include "tests/simulator/plain_json.h"
#include "tests/simulator/simulated_worker.h"

namespace pawl::simulator {

class TokenHolder final {
 public:
  explicit TokenHolder(WorkerSurroundings& surroundings) : all_(surroundings) {}

  // An engine has been opened: it gets the activities.
  void Connect(Engine& engine);
  // The engine's process died, with the polls in it.
  void LoseEngine();

  // A function that a worker runs passes its token on, if it was given one.
  void PassOn(const Task& task);

  // Whether the task is one that ends with its token.
  bool Holds(const TaskRef& ref) const { return tokens_.contains(ref); }

  // --- What can happen ---
  void Poll();
  void Withdraw();
  // Ends one of the tasks that have not ended yet.
  void EndOne();
  // Ends a task again that has ended, or that is another attempt's by now.
  void EndAgain();
  void EndWrongly();
  void Heartbeat();

  // --- The quiet end ---
  // Polls for every activity, and ends all tasks but some of those that time ends as well. True if
  // anything was there to be done.
  bool WorkHealthily();
  // A token that nobody holds is looked up.
  void Recall(const TaskRef& ref, std::string_view function, std::string_view payload);

  // Requests that have no answer yet; polls are none.
  std::size_t unanswered() const { return unanswered_; }

  // When the engine heard of the task last by its token.
  std::optional<Timestamp> LastHeartbeat(const TaskRef& ref) const;

 private:
  struct Held {
    std::string token = {};
    Answer answer = {};
    // Left to its time-outs, if it has any.
    bool is_neglected = false;
    bool is_sent = false;
    bool is_over = false;
    std::optional<Timestamp> last_heartbeat = {};
  };

  struct OpenPoll {
    std::string activity;
    std::string name;
    std::unique_ptr<ActivityPoll> poll;
    bool is_answered = false;
  };

  using TokenEntry = std::pair<const TaskRef, Held>;

  void Problem(const std::string& what);
  void Hold(const TaskRef& ref, std::string_view function, const PlainJson& payload);
  void PollFor(const std::string& activity);
  void SweepPolls();
  void OnTaken(OpenPoll& poll, const ActivityTask& task);
  void Send(const TaskRef& ref);
  void OnAnswered(const TaskRef& ref, const Status& status);
  // The wait of the durable frame that the token is for; nullopt: nothing waits for it.
  std::optional<interpreter::Wait> DurableWait(const TaskRef& ref);
  bool IsTakenDurably(const TaskRef& ref, const std::string& name);
  // The token of the attempt that is open now in the place of an old one.
  std::string PresentToken(const TaskRef& ref);
  TokenEntry* Pick(bool is_over);

  WorkerSurroundings& all_;
  Engine* engine_ = nullptr;
  std::optional<runtime::SealedTaskTokens> tokens_of_store_;
  std::vector<std::unique_ptr<OpenPoll>> polls_;
  std::map<TaskRef, Held> tokens_;
  std::size_t unanswered_ = 0;
  std::uint64_t poll_counter_ = 0;
};

}  // namespace pawl::simulator
