// Generator: writes one definition. A scope is generated from its end to its beginning, so that
// each state knows where it leads. The payload keeps one shape all the way (the fields n, k, s, b,
// t and items): results are put beside them, so most paths lead somewhere.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/random.h"
#include "tests/simulator/definition_generator.h"
#include "tests/simulator/item_library.h"
#include "tests/simulator/plain_json.h"

namespace pawl::simulator {

using Members = std::vector<std::pair<std::string, PlainJson>>;

class Generator final {
 public:
  Generator(const LanguageMix& mix, std::vector<std::string> startable, SeededRandom& random)
      : mix_(mix), startable_(std::move(startable)), random_(random), is_express_(mix.is_express) {}

  PlainJson Machine();
  PlainJson Input(int depth);

 private:
  using Next = std::optional<std::string>;

  static constexpr std::array<std::string_view, 5> kTexts = {
      "a", "alpha", "beta", "gamma*", "2026-01-01T00:00:03Z"};
  static constexpr std::array<std::string_view, 4> kTimes = {"2025-06-01T00:00:00Z",
                                                             "2026-01-01T00:00:02Z",
                                                             "2026-01-01T00:00:09.250Z",
                                                             "2026-01-01T02:00:05+02:00"};
  static constexpr std::array<std::string_view, 4> kResultPaths = {
      "$.r1", "$.r2", "$.r3", "$.deep.r"};

  bool OneIn(std::uint64_t n) { return random_.Below(n) == 0; }

  PlainJson Number(std::int64_t from, std::int64_t to) {
    return PlainJson::Number(
        from + static_cast<std::int64_t>(random_.Below(static_cast<std::uint64_t>(to - from + 1))));
  }

  template <typename Array>
  const auto& Pick(const Array& array) {
    return array[random_.Below(array.size())];
  }

  std::string NewName() { return "S" + std::to_string(++names_); }

  // {StartAt, States}
  PlainJson Scope(int depth);
  std::string Segment(int depth, const Next& next);
  std::string Add(std::string name, Members members, const Next& next);

  // --- Variables: a scope sets all of its own in its first state, and then some of them again ---
  std::string Declare(const Next& next);
  // `readable`: how many of those that are visible have a value.
  void Assign(PlainJson& assign, const std::string& name, std::size_t readable);
  PlainJson Assignments();
  void AddAssign(Members& members);
  void AddAssign(PlainJson& object);
  std::string Succeed();
  std::string Fail();
  // A template with a few fields read from the input and the context object.
  PlainJson Template();

  std::string AnyVariable() { return std::string(Pick(visible_)); }

  void AddPaths(Members& members);
  PlainJson ResultPath();

  // --- States in JSONata: of the shapes that plain_expression.h evaluates ---
  std::string QuerySegment(int depth, const Next& next, bool is_full);

  static PlainJson Query(const std::string& expression) { return Text("{% " + expression + " %}"); }

  std::string NumberExpression(int depth = 0);
  std::string TextExpression();
  std::string AnyExpression();
  // The input with `value` as one of its fields.
  PlainJson Merged(const std::string& value);
  // `result`: what the state may assign beside what it reads from its input; may be empty.
  void AddQueryAssign(PlainJson& object, const std::string& result);
  std::string AddQuery(std::string name, PlainJson state, const Next& next);
  std::string QueryPass(const Next& next);
  std::string QueryWait(const Next& next);
  void AddQueryRetryAndCatch(PlainJson& state, int attempts_max, const Next& next);
  std::string QueryTask(const Next& next);
  std::string ConditionExpression();
  std::string QueryChoice(int depth, const Next& next);
  std::string QueryFail();
  std::string QueryParallel(int depth, const Next& next);
  std::string QueryMap(int depth, const Next& next);
  PlainJson QueryMapSelector();

  // --- States in JSONPath ---
  std::string Pass(const Next& next);
  PlainJson ErrorNames();

  static bool IsForAll(const PlainJson& names) { return names.items.front().text == "States.ALL"; }

  void AddRetry(Members& members, int attempts_max);
  void AddCatch(Members& members, const Next& next);
  std::string Rescue(const Next& next);
  std::string Task(const Next& next);
  // What `function` is called with.
  PlainJson PayloadFor(std::string_view function);
  void AddTimeouts(Members& members);
  // Tasks that end with a task token.
  std::string Callback(const Next& next);
  std::string ActivityTask(const Next& next);
  std::string TokenTask(const Next& next);
  void AddTokenTimeouts(Members& members);
  // Starts an execution of one of `startable_`.
  std::string ChildTask(const Next& next);
  std::string Wait(const Next& next);
  // One comparison; `variable` is there unless paths may be broken.
  PlainJson Comparison();
  PlainJson Condition(int depth);
  std::string Choice(int depth, const Next& next);
  // Gives the choice a last rule that leads to `next`.
  void KeepReachable(const std::string& name, const std::string& next);
  std::string Parallel(int depth, const Next& next);
  std::string Map(int depth, const Next& next);
  PlainJson MapSelector();

  // --- Distributed Maps ---
  std::string DistributedMap(int depth, const Next& next);
  std::string QueryDistributedMap(int depth, const Next& next);
  // `is_batched`: its executions get batches of items.
  PlainJson RunProcessor(int depth, bool is_batched);
  void Unpack(PlainJson& processor);
  // MaxConcurrency and what failures are tolerated.
  void AddRunBounds(PlainJson& state, bool is_query);
  PlainJson Batcher(bool is_query);
  // Where the items of a distributed Map come from, and what its executions get of them.
  void AddItems(PlainJson& state, bool is_query);
  const DataSet& AddReader(PlainJson& state, bool is_query);
  // Makes a payload of an item that is none.
  PlainJson RowSelector(bool is_query, ItemShape shape);
  void AddWriter(PlainJson& state, bool is_query);

  // Counts n up by a function to a bound of 1 to 4.
  std::string CountingLoop(const Next& next);
  // Takes a nest of arrays apart, one level in each round: a loop that needs no function.
  std::string PeelingLoop(const Next& next);

  const LanguageMix& mix_;
  const std::vector<std::string> startable_;
  SeededRandom& random_;
  // What is written at present runs in EXPRESS executions: they are not redriven, have no task
  // tokens, and start nothing whose end they wait for.
  bool is_express_;
  PlainJson* states_ = nullptr;
  int names_ = 0;
  int variables_ = 0;
  int child_tasks_left_ = 2;
  int map_runs_left_ = 3;
  // The variables of the present scope, and those of it and of the scopes around.
  std::vector<std::string> own_;
  std::vector<std::string> visible_;
};

}  // namespace pawl::simulator
