// Tasks in JSONPath, and the retriers and catchers of all states.
#include "tests/simulator/generator.h"
#include "tests/simulator/script.h"

namespace pawl::simulator {
namespace {

PlainJson Texts(std::vector<std::string_view> texts) {
  PlainJson array = PlainJson::Array({});
  for (const std::string_view text : texts)
    array.items.push_back(Text(text));
  return array;
}

}  // namespace

std::string Generator::Task(const Next& next) {
  const std::string name = NewName();
  std::string function(Pick(kFunctions));
  if (OneIn(25)) function = kUnknownFunction;
  Members members = {{"Type", Text("Task")}};
  AddPaths(members);
  AddAssign(members);
  const bool is_invoke = OneIn(mix_.has_events ? 2 : 5);
  const std::string arn = "arn:aws:lambda:us-east-1:123456789012:function:" + function;
  PlainJson payload = PayloadFor(function);
  if (is_invoke) {
    members.emplace_back("Resource", Text("arn:aws:states:::lambda:invoke"));
    PlainJson parameters =
        PlainJson::Object({{"FunctionName", Text(OneIn(2) ? function : arn + ":live")}});
    if (!OneIn(6)) parameters.Set("Payload", std::move(payload));
    PlainJson selector = PlainJson::Object({{"status.$", Text("$.StatusCode")}});
    if (mix_.has_events && OneIn(2)) {
      parameters.Set("InvocationType", Text(OneIn(4) ? "DryRun" : "Event"));
    } else {
      selector.Set("answer.$", Text("$.Payload"));
    }
    members.emplace_back("Parameters", std::move(parameters));
    members.emplace_back("ResultSelector", std::move(selector));
  } else {
    members.emplace_back("Resource", Text(OneIn(2) ? function : OneIn(2) ? arn : arn + ":live"));
    if (function.starts_with("flaky") || function == "later" || !OneIn(4)) {
      members.emplace_back("Parameters", std::move(payload));
    }
    if (OneIn(6)) {
      members.emplace_back("ResultSelector",
                           PlainJson::Object({{"got.$", Text("$")}, {"plus", Number(1, 9)}}));
    }
  }
  members.emplace_back("ResultPath", ResultPath());
  AddTimeouts(members);
  AddRetry(members, 3);
  AddCatch(members, next);
  return Add(name, std::move(members), next);
}

PlainJson Generator::PayloadFor(std::string_view function) {
  PlainJson payload = Template();
  if (function.starts_with("flaky") || OneIn(5)) {
    payload.Set("attempt.$", Text("$$.State.RetryCount"));
  }
  if (!is_express_ && (function == "later" || OneIn(8))) {
    payload.Set("redrives.$", Text("$$.Execution.RedriveCount"));
  }
  return payload;
}

void Generator::AddTimeouts(Members& members) {
  if (mix_.has_task_timeouts && OneIn(2)) {
    if (OneIn(3)) {
      members.emplace_back("TimeoutSecondsPath", Text("$.to"));
    } else {
      members.emplace_back("TimeoutSeconds", Number(2, 6));
    }
  }
  if (mix_.has_heartbeats && OneIn(2)) members.emplace_back("HeartbeatSeconds", Number(1, 1));
}

PlainJson Generator::ErrorNames() {
  switch (random_.Below(mix_.has_map_runs ? 8 : 7)) {
    case 0:
      return Texts({"Flaky"});
    case 1:
      return Texts({"Boom", "OddError"});
    case 2:
      return Texts({"States.TaskFailed"});
    case 3:
      return Texts({"States.Timeout"});
    case 4:
      return Texts({"States.HeartbeatTimeout", "Flaky"});
    case 5:
      return Texts({"Planned", "Lambda.ResourceNotFoundException"});
    case 7:
      return Texts({"States.ExceedToleratedFailureThreshold"});
    default:
      return Texts({"States.ALL"});
  }
}

void Generator::AddRetry(Members& members, int attempts_max) {
  if (!mix_.has_retries || OneIn(3)) return;
  PlainJson retriers = PlainJson::Array({});
  for (int i = 0; i < 2; ++i) {
    PlainJson names = ErrorNames();
    const bool is_last = IsForAll(names) || OneIn(2);
    PlainJson retrier = PlainJson::Object({{"ErrorEquals", std::move(names)}});
    if (!OneIn(3)) retrier.Set("IntervalSeconds", Number(1, 3));
    retrier.Set("MaxAttempts", Number(0, attempts_max));
    if (OneIn(2)) {
      PlainJson rate = Number(1, 3);
      rate.text += OneIn(2) ? ".5" : "";
      retrier.Set("BackoffRate", std::move(rate));
    }
    if (OneIn(3)) retrier.Set("MaxDelaySeconds", Number(4, 6));
    if (OneIn(3)) retrier.Set("JitterStrategy", Text(OneIn(3) ? "NONE" : "FULL"));
    retriers.items.push_back(std::move(retrier));
    if (is_last) break;
  }
  members.emplace_back("Retry", std::move(retriers));
}

void Generator::AddCatch(Members& members, const Next& next) {
  if (!mix_.has_catchers || OneIn(2)) return;
  PlainJson catchers = PlainJson::Array({});
  for (int i = 0; i < 2; ++i) {
    PlainJson names = ErrorNames();
    const bool is_last = IsForAll(names) || OneIn(2);
    const std::string target = next && OneIn(2) ? *next : OneIn(4) ? Fail() : Rescue(next);
    PlainJson catcher =
        PlainJson::Object({{"ErrorEquals", std::move(names)}, {"Next", Text(target)}});
    if (!OneIn(3)) {
      catcher.Set("ResultPath", OneIn(4) ? PlainJson{} : Text("$.caught"));
    } else if (!mix_.has_broken_paths) {
      catcher.Set("ResultPath", Text("$.caught"));
    }
    AddAssign(catcher);
    catchers.items.push_back(std::move(catcher));
    if (is_last) break;
  }
  members.emplace_back("Catch", std::move(catchers));
}

std::string Generator::Rescue(const Next& next) {
  return Add(
      NewName(),
      {{"Type", Text("Pass")}, {"Result", Text("rescued")}, {"ResultPath", Text("$.rescue")}},
      next);
}

}  // namespace pawl::simulator
