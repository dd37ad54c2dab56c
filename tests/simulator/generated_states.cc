// States in JSONPath that need no function: Pass, Wait, Succeed, Fail, and the loops made of them.
#include "tests/simulator/generator.h"

namespace pawl::simulator {

std::string Generator::Pass(const Next& next) {
  Members members = {{"Type", Text("Pass")}};
  AddPaths(members);
  AddAssign(members);
  switch (random_.Below(4)) {
    case 0:
      members.emplace_back("Result", PlainJson::Object({{"made", Number(0, 99)}, {"nil", {}}}));
      break;
    case 1:
      members.emplace_back("Result", PlainJson::Array({Number(0, 9), Text("\u00e9\n\"")}));
      break;
    case 2:
      members.emplace_back("Parameters", Template());
      break;
    default:
      return Add(NewName(), std::move(members), next);  // hands its input on
  }
  members.emplace_back("ResultPath", ResultPath());
  return Add(NewName(), std::move(members), next);
}

std::string Generator::Wait(const Next& next) {
  Members members = {{"Type", Text("Wait")}};
  AddPaths(members);
  AddAssign(members);
  switch (random_.Below(5)) {
    case 0:
      members.emplace_back("SecondsPath", Text(mix_.has_broken_paths && OneIn(5) ? "$.s" : "$.k"));
      break;
    case 1:
      members.emplace_back("TimestampPath",
                           Text(mix_.has_broken_paths && OneIn(5) ? "$.s" : "$.t"));
      break;
    case 2:
      members.emplace_back("Timestamp", Text(Pick(kTimes)));
      break;
    default:
      members.emplace_back("Seconds",
                           mix_.has_long_waits && OneIn(2) ? Number(580, 2'000) : Number(0, 4));
  }
  return Add(NewName(), std::move(members), next);
}

std::string Generator::Succeed() {
  const std::string name = NewName();
  PlainJson state = PlainJson::Object({{"Type", Text("Succeed")}});
  if (OneIn(4)) state.Set("OutputPath", OneIn(2) ? PlainJson{} : Text("$.k"));
  if (OneIn(6)) state.Set("InputPath", Text("$"));
  states_->Set(name, std::move(state));
  return name;
}

std::string Generator::Fail() {
  const std::string name = NewName();
  PlainJson state = PlainJson::Object({{"Type", Text("Fail")}});
  if (OneIn(3)) {
    state.Set("ErrorPath", Text(mix_.has_broken_paths && OneIn(3) ? "$.k" : "$.s"));
  } else if (!OneIn(4)) {
    state.Set("Error", Text(OneIn(2) ? "Planned" : "Flaky"));
  }
  if (OneIn(3)) {
    state.Set("CausePath", Text(OneIn(2) ? "$.t" : "$$.State.Name"));
  } else if (OneIn(2)) {
    state.Set("Cause", Text("as planned"));
  }
  states_->Set(name, std::move(state));
  return name;
}

PlainJson Generator::Template() {
  PlainJson parameters = PlainJson::Object({{"k.$", Text("$.k")}, {"n.$", Text("$.n")}});
  if (OneIn(3)) parameters.Set("name.$", Text("$$.Execution.Name"));
  if (OneIn(4)) parameters.Set("state.$", Text("$$.State.Name"));
  if (OneIn(4)) parameters.Set("machine.$", Text("$$.StateMachine.Name"));
  if (OneIn(5)) parameters.Set("first.$", Text("$$.Execution.Input.s"));
  if (OneIn(6)) parameters.Set("id.$", Text("$$.Execution.Id"));
  if (OneIn(6)) parameters.Set("since.$", Text("$$.Execution.StartTime"));
  if (OneIn(8)) parameters.Set("entered.$", Text("$$.State.EnteredTime"));
  if (OneIn(4)) parameters.Set("fixed", PlainJson::Array({Number(0, 9), Text("x"), {}}));
  if (OneIn(4)) {
    parameters.Set("inner", PlainJson::Object({{"s.$", Text("$.s")}, {"one", Number(1, 1)}}));
  }
  if (OneIn(6)) parameters.Set("ks.$", Text("$.items[*].k"));
  if (!visible_.empty() && OneIn(2)) parameters.Set("v.$", Text("$" + AnyVariable()));
  if (mix_.has_broken_paths && OneIn(6)) parameters.Set("lost.$", Text("$.items[4].k"));
  return parameters;
}

void Generator::AddPaths(Members& members) {
  const bool may_break = mix_.has_broken_paths;
  if (OneIn(6)) {
    members.emplace_back("InputPath", Text(may_break && OneIn(3) ? "$.items[0]" : "$"));
  }
  if (OneIn(6)) {
    members.emplace_back("OutputPath", Text(may_break && OneIn(4) ? "$.deep" : "$"));
  }
}

PlainJson Generator::ResultPath() {
  if (OneIn(6)) return {};
  if (mix_.has_broken_paths && OneIn(8)) return Text("$.s.into");
  if (mix_.has_broken_paths && OneIn(8)) return Text("$");
  return Text(Pick(kResultPaths));
}

std::string Generator::CountingLoop(const Next& next) {
  const std::string count = NewName();
  const std::string test = NewName();
  const std::string after =
      Add(NewName(),
          {{"Type", Text("Pass")}, {"Result", PlainJson::Number(0)}, {"ResultPath", Text("$.n")}},
          next);
  Members members = {{"Type", Text("Task")},
                     {"Resource", Text("inc")},
                     {"Parameters", PlainJson::Object({{"n.$", Text("$.n")}})},
                     {"ResultPath", Text("$.n")}};
  AddRetry(members, 2);
  Add(count, std::move(members), test);
  states_->Set(
      test,
      PlainJson::Object({{"Type", Text("Choice")},
                         {"Choices",
                          PlainJson::Array({PlainJson::Object({{"Variable", Text("$.n")},
                                                               {"NumericLessThan", Number(1, 4)},
                                                               {"Next", Text(count)}})})},
                         {"Default", Text(after)}}));
  return count;
}

std::string Generator::PeelingLoop(const Next& next) {
  const std::string peel = NewName();
  const std::string test = NewName();
  const std::string after =
      Add(NewName(),
          {{"Type", Text("Pass")}, {"Result", PlainJson::Object()}, {"ResultPath", Text("$.nest")}},
          next);
  Add(peel,
      {{"Type", Text("Pass")},
       {"Parameters", PlainJson::Object({{"v.$", Text("$.nest.v[0]")}})},
       {"ResultPath", Text("$.nest")}},
      test);
  states_->Set(test,
               PlainJson::Object(
                   {{"Type", Text("Choice")},
                    {"Choices",
                     PlainJson::Array({PlainJson::Object({{"Variable", Text("$.nest.v[0]")},
                                                          {"IsPresent", PlainJson::Boolean(true)},
                                                          {"Next", Text(peel)}})})},
                    {"Default", Text(after)}}));
  PlainJson nest = PlainJson::Array({});
  for (std::uint64_t i = random_.Below(OneIn(8) ? 40 : 6) + 1; i > 0; --i) {
    nest = PlainJson::Array({std::move(nest)});
  }
  return Add(NewName(),
             {{"Type", Text("Pass")},
              {"Result", PlainJson::Object({{"v", std::move(nest)}})},
              {"ResultPath", Text("$.nest")}},
             peel);
}

}  // namespace pawl::simulator
