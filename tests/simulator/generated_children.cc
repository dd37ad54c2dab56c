// Tasks that start executions.
#include "tests/simulator/generator.h"

namespace pawl::simulator {

std::string Generator::ChildTask(const Next& next) {
  static constexpr std::array<std::string_view, 4> kPatterns = {
      "", ".sync", ".sync:2", ".waitForTaskToken"};
  --child_tasks_left_;
  const std::string name = NewName();
  const std::string pattern(Pick(kPatterns));
  PlainJson input = PlainJson::Object({{"n", PlainJson::Number(0)},
                                       {"k.$", Text("$.k")},
                                       {"s.$", Text("$.s")},
                                       {"b.$", Text("$.b")},
                                       {"t.$", Text("$.t")},
                                       {"to", Number(1, 4)},
                                       {"items.$", Text("$.items")}});
  if (pattern == ".waitForTaskToken") input.Set("token.$", Text("$$.Task.Token"));
  if (OneIn(4)) input.Set("by.$", Text("$$.Execution.Name"));
  PlainJson parameters =
      PlainJson::Object({{"StateMachineArn",
                          Text("arn:aws:states:us-east-1:123456789012:stateMachine:" +
                               std::string(Pick(startable_)))},
                         {"Input", std::move(input)}});
  // The same name again for each attempt, and wherever else the execution starts something.
  if (OneIn(4)) parameters.Set("Name.$", Text("$$.Execution.Name"));
  Members members = {{"Type", Text("Task")},
                     {"Resource", Text("arn:aws:states:::states:startExecution" + pattern)},
                     {"Parameters", std::move(parameters)},
                     {"ResultPath", Text(Pick(kResultPaths))}};
  AddAssign(members);
  if (mix_.has_task_timeouts && OneIn(2)) members.emplace_back("TimeoutSeconds", Number(2, 6));
  AddRetry(members, 2);
  AddCatch(members, next);
  return Add(name, std::move(members), next);
}

}  // namespace pawl::simulator
