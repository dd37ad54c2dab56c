// Tasks that end with a task token: activities, and functions that pass their token on.
#include "tests/simulator/generator.h"
#include "tests/simulator/script.h"

namespace pawl::simulator {

std::string Generator::Callback(const Next& next) {
  return OneIn(2) ? ActivityTask(next) : TokenTask(next);
}

std::string Generator::ActivityTask(const Next& next) {
  const std::string name = NewName();
  const std::string activity(OneIn(15) ? kUnknownActivity : Pick(kActivities));
  Members members = {{"Type", Text("Task")}};
  AddPaths(members);
  AddAssign(members);
  members.emplace_back("Resource",
                       Text("arn:aws:states:us-east-1:123456789012:activity:" + activity));
  members.emplace_back("Parameters", PayloadFor(activity));
  if (OneIn(5)) {
    members.emplace_back("ResultSelector", PlainJson::Object({{"done.$", Text("$")}}));
  }
  members.emplace_back("ResultPath", ResultPath());
  AddTokenTimeouts(members);
  AddRetry(members, 3);
  AddCatch(members, next);
  return Add(name, std::move(members), next);
}

void Generator::AddTokenTimeouts(Members& members) {
  AddTimeouts(members);
  if (!mix_.has_heartbeats && OneIn(4)) members.emplace_back("HeartbeatSeconds", Number(1, 1));
}

std::string Generator::TokenTask(const Next& next) {
  const std::string name = NewName();
  const std::string function(Pick(kFunctions));
  Members members = {{"Type", Text("Task")}};
  AddPaths(members);
  AddAssign(members);
  members.emplace_back("Resource", Text("arn:aws:states:::lambda:invoke.waitForTaskToken"));
  PlainJson payload = PayloadFor(function);
  payload.Set("token.$", Text("$$.Task.Token"));
  members.emplace_back(
      "Parameters",
      PlainJson::Object({{"FunctionName", Text(function)}, {"Payload", std::move(payload)}}));
  members.emplace_back("ResultPath", ResultPath());
  AddTokenTimeouts(members);
  AddRetry(members, 3);
  AddCatch(members, next);
  return Add(name, std::move(members), next);
}

}  // namespace pawl::simulator
