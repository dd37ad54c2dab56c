// Scopes, and how a state is attempted again and what catches its failure.
#include <algorithm>
#include <cmath>

#include "engine/base/check.h"
#include "tests/simulator/walker.h"

namespace pawl::simulator {
namespace {

constexpr int kVisitsMax = 5'000;

bool ListsError(const PlainJson& error_equals, const Failure& failure) {
  const std::string& error = failure.error.text;
  return std::any_of(
      error_equals.items.begin(), error_equals.items.end(), [&](const PlainJson& name) {
        if (name.text == "States.ALL") return true;
        if (name.text == "States.TaskFailed") {
          return error != "States.Timeout" && error != "States.DataLimitExceeded";
        }
        return name.text == error || (!failure.alias.empty() && name.text == failure.alias);
      });
}

double NumberOr(const PlainJson& object, std::string_view field, double otherwise) {
  const PlainJson* value = object.Find(field);
  return value == nullptr ? otherwise : value->AsDouble();
}

}  // namespace

OracleRun Walker::Run() {
  const Evaluated end = Scope(request_.definition, request_.input, "", nullptr, nullptr);
  if (const auto* output = std::get_if<PlainJson>(&end)) {
    run_.has_succeeded = true;
    run_.output = *output;
  } else {
    const auto& failure = std::get<Failure>(end);
    run_.error = failure.error;
    run_.cause = failure.cause;
  }
  return std::move(run_);
}

Evaluated Walker::Scope(const PlainJson& scope,
                        PlainJson input,
                        const BranchKey& branch,
                        const MapItem* item,
                        const Variables* outer) {
  Variables variables{.outer = outer};
  std::string name = scope.Find("StartAt")->text;
  std::map<std::string, int> visits;
  for (;;) {
    if (++steps_ > kVisitsMax) {
      run_.has_given_up = true;
      return FailureOf("oracle gave up");
    }
    run_.visits[branch].push_back(name);
    const PlainJson* state = scope.Find("States")->Find(name);
    PAWL_CHECK(state != nullptr);
    StepOrFailure step = State(Visit{.state = *state,
                                     .name = name,
                                     .raw_input = input,
                                     .branch = branch,
                                     .item = item,
                                     .variables = &variables,
                                     .number = ++visits[name]});
    if (auto* failure = std::get_if<Failure>(&step)) return std::move(*failure);
    auto& done = std::get<Step>(step);
    input = std::move(done.output);
    for (auto& [variable, value] : done.assigned.members)
      variables.own.insert_or_assign(variable, std::move(value));
    if (!done.next) return input;
    name = *done.next;
  }
}

Walker::StepOrFailure Walker::State(Visit visit) {
  std::map<std::size_t, double> used;
  for (;;) {
    StepOrFailure step = Attempt(visit);
    const AttemptKey key = KeyOf(visit);
    // What fails before it begins is no attempt of which anybody knows.
    const bool has_begun = begun_.contains(key);
    const bool is_abandoned = has_begun && observed_.abandoned.contains(key);
    if (has_begun) ++visit.attempt;
    if (is_abandoned || (has_begun && observed_.continued.contains(key))) {
      used.clear();
      visit.retry_count = 0;
    }
    if (is_abandoned && !run_.has_given_up) continue;
    const auto* failure = std::get_if<Failure>(&step);
    if (failure == nullptr || failure->error.text == kRuntimeError || run_.has_given_up) {
      return step;
    }
    if (!Retries(visit, key, *failure, used)) return Caught(visit, *failure);
    ++visit.retry_count;
  }
}

bool Walker::Retries(const Visit& visit,
                     const AttemptKey& key,
                     const Failure& failure,
                     std::map<std::size_t, double>& used) {
  const PlainJson* retriers = visit.state.Find("Retry");
  if (retriers == nullptr) return false;
  for (std::size_t i = 0; i < retriers->items.size(); ++i) {
    const PlainJson& retrier = retriers->items[i];
    if (!ListsError(*retrier.Find("ErrorEquals"), failure)) continue;
    double& count = used[i];
    if (count >= NumberOr(retrier, "MaxAttempts", 3)) return false;
    double seconds = NumberOr(retrier, "IntervalSeconds", 1) *
                     std::pow(NumberOr(retrier, "BackoffRate", 2), count);
    seconds = std::min(seconds, NumberOr(retrier, "MaxDelaySeconds", seconds));
    const PlainJson* jitter = retrier.Find("JitterStrategy");
    run_.delays[key] = {.seconds = seconds,
                        .has_jitter = jitter != nullptr && jitter->text == "FULL"};
    count += 1;
    return true;
  }
  return false;
}

Walker::StepOrFailure Walker::Caught(const Visit& visit, const Failure& failure) {
  const PlainJson* catchers = visit.state.Find("Catch");
  if (catchers == nullptr) return failure;
  for (const PlainJson& catcher : catchers->items) {
    if (!ListsError(*catcher.Find("ErrorEquals"), failure)) continue;
    // An error without a name or a cause leaves it open how the output shows that.
    const auto shown = [](const PlainJson& text) {
      return text.type == PlainJson::Type::kNull ? PlainJson::SomeText() : text;
    };
    PlainJson output =
        PlainJson::Object({{"Error", shown(failure.error)}, {"Cause", shown(failure.cause)}});
    if (IsQuery(visit)) {
      const QuerySources sources{.error_output = &output};
      return LeaveQuery(visit, catcher, output, catcher.Find("Next")->text, sources);
    }
    Evaluated assigned = Assigned(visit, catcher, output);
    if (std::holds_alternative<Failure>(assigned)) return FailureOf(kRuntimeError);
    Evaluated placed = Place(catcher.Find("ResultPath"), visit.raw_input, output);
    if (std::holds_alternative<Failure>(placed)) return FailureOf(kRuntimeError);
    return Step{.output = std::get<PlainJson>(std::move(placed)),
                .next = catcher.Find("Next")->text,
                .assigned = std::get<PlainJson>(std::move(assigned))};
  }
  return failure;
}

}  // namespace pawl::simulator
