#include "engine/asl/error_handling.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "engine/asl/compiled_values.h"
#include "engine/json/number.h"

namespace pawl::asl {

namespace {

constexpr std::string_view kAll = "States.ALL";
constexpr std::string_view kReserved = "States.";

// ASL specification, Appendix A, and the further names AWS documents.
constexpr std::array<std::string_view, 18> kPredefined = {
    kAll,
    "States.BranchFailed",
    "States.DataLimitExceeded",
    "States.ExceedToleratedFailureThreshold",
    "States.HeartbeatTimeout",
    "States.Http.Socket",
    "States.IntrinsicFailure",
    "States.ItemReaderFailed",
    "States.NoChoiceMatched",
    "States.ParameterPathFailure",
    "States.Permissions",
    "States.QueryEvaluationError",
    "States.ResultPathMatchFailure",
    "States.ResultWriterFailed",
    "States.Runtime",
    "States.TaskFailed",
    "States.Timeout",
    "States.CredentialsNotFound",
};

// The array of retriers or catchers; nullptr if there is none or it is no array.
const Place* GetList(const Fields& state, std::string_view name, Problems& problems) {
  const Place* list = state.Get(name);
  if (list != nullptr && !list->node->is(json::Type::kArray)) {
    problems.Error(code::kSchema, *list, "expected an array, found " + Describe(*list->node));
    return nullptr;
  }
  return list;
}

std::vector<std::string> CompileErrorEquals(const Fields& fields,
                                            bool is_last,
                                            Problems& problems) {
  std::vector<std::string> names;
  const Place* list = fields.Get("ErrorEquals");
  if (list == nullptr) {
    return names;
  }
  for (std::size_t i = 0; i < list->node->items.size(); ++i) {
    const Place item = list->Item(i);
    const std::string_view name = item.node->text;
    names.emplace_back(name);
    if (name == kAll && list->node->items.size() > 1) {
      problems.Error(code::kErrorEquals, item, "States.ALL stands alone in its ErrorEquals");
    } else if (name == kAll && !is_last) {
      problems.Error(code::kErrorEquals,
                     item,
                     "States.ALL stands in the last entry: those behind it could never match");
    } else if (name.starts_with(kReserved) &&
               std::find(kPredefined.begin(), kPredefined.end(), name) == kPredefined.end()) {
      problems.Warning(
          code::kUnknownError,
          item,
          Quote(name) + " is no predefined error and will never match" +
              DidYouMean(name,
                         std::vector<std::string_view>(kPredefined.begin(), kPredefined.end())));
    }
  }
  return names;
}

}  // namespace

std::vector<Retrier> CompileRetriers(const Fields& state, Language language, Problems& problems) {
  std::vector<Retrier> retriers;
  const Place* list = GetList(state, "Retry", problems);
  for (std::size_t i = 0; list != nullptr && i < list->node->items.size(); ++i) {
    const Place item = list->Item(i);
    const Fields fields = CheckFields(item, kRetrierObject, language, problems);
    const bool is_last = i + 1 == list->node->items.size();
    Retrier retrier;
    retrier.error_equals = CompileErrorEquals(fields, is_last, problems);
    retrier.interval = CompileSeconds(fields.Get("IntervalSeconds")).value_or(retrier.interval);
    if (const auto attempts = CompileInteger(fields.Get("MaxAttempts"))) {
      retrier.max_attempts = static_cast<std::uint32_t>(*attempts);
    }
    if (const Place* rate = fields.Get("BackoffRate")) {
      retrier.backoff_rate = json::NumberToDouble(rate->node->text);
    }
    retrier.max_delay = CompileSeconds(fields.Get("MaxDelaySeconds"));
    retrier.has_full_jitter = CompileText(fields.Get("JitterStrategy")) == "FULL";
    retriers.push_back(std::move(retrier));
  }
  return retriers;
}

std::vector<Catcher> CompileCatchers(const Fields& state,
                                     Language language,
                                     Transitions& transitions,
                                     Problems& problems) {
  std::vector<Catcher> catchers;
  const Place* list = GetList(state, "Catch", problems);
  for (std::size_t i = 0; list != nullptr && i < list->node->items.size(); ++i) {
    const Place item = list->Item(i);
    const Fields fields = CheckFields(item, kCatcherObject, language, problems);
    const bool is_last = i + 1 == list->node->items.size();
    Catcher catcher;
    catcher.error_equals = CompileErrorEquals(fields, is_last, problems);
    catcher.assign = CompileValue(fields.Get("Assign"), language);
    catcher.output = CompileJsonata(fields.Get("Output"));
    catcher.result_path = CompileResultPath(fields.Get("ResultPath"));
    if (const Place* next = fields.Get("Next")) {
      catcher.next = transitions.To(*next);
    }
    catchers.push_back(std::move(catcher));
  }
  return catchers;
}

}  // namespace pawl::asl
