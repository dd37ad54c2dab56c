// Scopes and what holds their states together: names, variables, where states lead.
#include "tests/simulator/generator.h"

namespace pawl::simulator {

PlainJson Generator::Machine() {
  PlainJson machine = Scope(0);
  if (mix_.has_machine_timeout) {
    machine.Set("TimeoutSeconds", mix_.has_long_waits ? Number(600, 3'000) : Number(3, 60));
  }
  if (OneIn(4)) machine.Set("Comment", Text("generated"));
  if (OneIn(6)) machine.Set("QueryLanguage", Text("JSONPath"));
  if (OneIn(6)) machine.Set("Version", Text("1.0"));
  return machine;
}

PlainJson Generator::Scope(int depth) {
  PlainJson* const outer_states = std::exchange(states_, nullptr);
  PlainJson states = PlainJson::Object();
  states_ = &states;
  const std::size_t outer = visible_.size();
  const std::vector<std::string> outer_own = std::exchange(own_, {});
  if (mix_.has_variables && (depth == 0 || OneIn(2))) {
    own_ = {"v" + std::to_string(++variables_), "v" + std::to_string(++variables_)};
    visible_.insert(visible_.end(), own_.begin(), own_.end());
  }
  const int length = 1 + static_cast<int>(random_.Below(depth == 0 ? 4 : 2));
  Next next;
  if (OneIn(6)) next = Succeed();
  for (int i = 0; i < length || !next; ++i)
    next = Segment(depth, next);
  if (!own_.empty()) next = Declare(next);
  visible_.resize(outer);
  own_ = outer_own;
  states_ = outer_states;
  return PlainJson::Object({{"StartAt", Text(*next)}, {"States", std::move(states)}});
}

std::string Generator::Segment(int depth, const Next& next) {
  const bool is_full = names_ >= mix_.states_max;
  const bool may_start = !is_express_ && !startable_.empty() && child_tasks_left_ > 0 && depth <= 1;
  if (may_start && OneIn(4)) return ChildTask(next);
  if (mix_.has_queries && OneIn(3)) return QuerySegment(depth, next, is_full);
  for (;;) {
    switch (random_.Below(mix_.has_callbacks && !is_express_ ? 15 : 12)) {
      case 0:
        return Pass(next);
      case 1:
      case 2:
      case 3:
        if (!mix_.has_tasks) break;
        return Task(next);
      case 4:
        if (!mix_.has_waits) break;
        return Wait(next);
      case 5:
      case 6:
        if (is_full) break;
        return Choice(depth, next);
      case 7:
        if (is_full || !mix_.has_joins || depth >= mix_.depth_max) break;
        return Parallel(depth, next);
      case 8:
      case 9:
        if (is_full || !mix_.has_joins || depth >= mix_.depth_max) break;
        return Map(depth, next);
      case 10:
        if (is_full || !mix_.has_loops || !mix_.has_tasks) break;
        return CountingLoop(next);
      case 11:
        if (is_full || !mix_.has_loops) break;
        return PeelingLoop(next);
      default:
        return Callback(next);
    }
  }
}

std::string Generator::Add(std::string name, Members members, const Next& next) {
  PlainJson state = PlainJson::Object(std::move(members));
  if (next) {
    state.Set("Next", Text(*next));
  } else {
    state.Set("End", PlainJson::Boolean(true));
  }
  if (OneIn(12)) state.Set("Comment", Text("a state"));
  states_->Set(name, std::move(state));
  return name;
}

std::string Generator::Declare(const Next& next) {
  PlainJson assign = PlainJson::Object();
  for (const std::string& name : own_)
    Assign(assign, name, visible_.size() - own_.size());
  return Add(NewName(), {{"Type", Text("Pass")}, {"Assign", std::move(assign)}}, next);
}

void Generator::Assign(PlainJson& assign, const std::string& name, std::size_t readable) {
  const auto variable = [&] { return "$" + visible_[random_.Below(readable)]; };
  switch (random_.Below(6)) {
    case 0:
      return assign.Set(name, Number(0, 9));
    case 1:
      return assign.Set(name + ".$", Text("$"));
    case 2:
      return assign.Set(name + ".$", Text("$$.State.Name"));
    case 3:
      return assign.Set(name, PlainJson::Object({{"in.$", Text("$")}, {"k", Number(0, 9)}}));
    case 4:
      if (readable > 0) return assign.Set(name + ".$", Text(variable()));
      return assign.Set(name, PlainJson::Boolean(OneIn(2)));
    default:
      if (mix_.has_broken_paths && OneIn(8)) return assign.Set(name + ".$", Text("$.nowhere"));
      return assign.Set(name, Text(Pick(kTexts)));
  }
}

PlainJson Generator::Assignments() {
  PlainJson assign = PlainJson::Object();
  for (const std::string& name : own_) {
    if (assign.members.empty() || OneIn(2)) Assign(assign, name, visible_.size());
  }
  return assign;
}

void Generator::AddAssign(Members& members) {
  if (!own_.empty() && OneIn(3)) members.emplace_back("Assign", Assignments());
}

void Generator::AddAssign(PlainJson& object) {
  if (!own_.empty() && OneIn(3)) object.Set("Assign", Assignments());
}

}  // namespace pawl::simulator
