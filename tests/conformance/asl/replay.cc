#include "tests/conformance/asl/replay.h"

#include <utility>
#include <vector>

#include "tests/conformance/asl/lambda_function.h"
#include "tests/conformance/asl/placeholders.h"
#include "tests/conformance/asl/step_functions.h"
#include "tests/conformance/asl/transformers.h"

namespace pawl::test {
namespace {

// The reason of a Status that says: not supported yet, which is no difference.
constexpr const char* kNotSupported = "NotSupported";

// boto3's name of the operation: "create_state_machine" is CreateStateMachine.
std::string OperationName(const std::string& method) {
  std::string name;
  bool is_start = true;
  for (const char c : method) {
    if (c == '_') {
      is_start = true;
      continue;
    }
    const bool is_lower = c >= 'a' && c <= 'z';
    name += std::exchange(is_start, false) && is_lower ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

class Run {
 public:
  explicit Run(const Tree& test_case)
      : case_(test_case), placeholders_(test_case.at("state_machines")) {
    const interpreter::ArnScheme& arns = StepFunctions::arns();
    placeholders_.Set("account", Tree(arns.account));
    placeholders_.Set("region", Tree(arns.region));
    placeholders_.Set("partition", Tree(arns.partition));
  }

  Status DoAll() {
    for (const Tree& step : case_.at("steps").get_array())
      RETURN_IF_ERROR(Do(step));
    return OkStatus();
  }

  // The answers matched so far, normalised.
  Result<Tree> NormalisedAnswers(const Tree& groups) {
    const TransformerScope scope{.groups = groups, .look_up = [this](const std::string& path) {
                                   const auto found = placeholders_.LookUp(path);
                                   return found.ok() ? *found : Tree(boost::json::object());
                                 }};
    return Normalise(matched_, FilledTransformers(), scope);
  }

  // The recorded answers that some step gives.
  Tree Expected() const {
    boost::json::object expected;
    for (const auto& entry : case_.at("expected").get_object()) {
      for (const Tree& step : case_.at("steps").get_array()) {
        const bool is_match = StringMember(step, "op") == "match";
        const std::string_view key(entry.key().data(), entry.key().size());
        if (is_match && StringMember(step, "key") == key) {
          expected.emplace(entry.key(), entry.value());
          break;
        }
      }
    }
    return expected;
  }

 private:
  Status Do(const Tree& step) {
    const std::string op = StringMember(step, "op");
    if (op == "call") return DoCall(step);
    if (op == "match") return DoMatch(step);
    if (op == "await") return DoAwait(step);
    if (op == "activity_worker") return DoActivityWorker(step);
    if (op == "register_function") return DoRegisterFunction(step);
    if (op == "create_role") {
      placeholders_.Set(StringMember(step, "id"), Tree(service_.role_arn()));
      return OkStatus();
    }
    return Unimplemented("the step " + op).WithReason(kNotSupported);
  }

  Status DoCall(const Tree& step) {
    const std::string method = StringMember(step, "method");
    ASSIGN_OR_RETURN(const Tree parameters, placeholders_.Fill(step.at("params")));
    const Answer answer = StringMember(step, "service") == "s3"
                              ? service_.CallBuckets(method, parameters)
                              : service_.Call(method, parameters);
    if (answer.not_supported) {
      return Unimplemented(*answer.not_supported).WithReason(kNotSupported);
    }
    const Tree* expects_error = Member(step, "expect_error");
    const bool is_error_expected = expects_error != nullptr && expects_error->get_bool();
    if (answer.error_code && !is_error_expected) {
      return InvalidArgument(method + ": " + *answer.error_code + ": " + answer.error_message);
    }
    Tree value = answer.response;
    if (is_error_expected) {
      const std::string code = answer.error_code.value_or("no error was raised");
      const std::string text = "An error occurred (" + code + ") when calling the " +
                               OperationName(method) + " operation: " + answer.error_message;
      const Tree error = boost::json::object{{"Code", code}, {"Message", answer.error_message}};
      // Beside what is common to all errors boto3 gives the members of this one.
      const Tree response =
          boost::json::object{{"Error", error}, {"message", answer.error_message}};
      value =
          boost::json::object{{"#error", response}, {"#error_str", text}, {"#error_type", code}};
    }
    placeholders_.Set(StringMember(step, "id"), std::move(value));
    return OkStatus();
  }

  Status DoMatch(const Tree& step) {
    ASSIGN_OR_RETURN(Tree value, placeholders_.Fill(step.at("value")));
    matched_[StringMember(step, "key")] = std::move(value);
    return OkStatus();
  }

  Status DoAwait(const Tree& step) {
    const std::string what = StringMember(step, "what");
    if (what != "execution_terminated" && what != "execution_success") return OkStatus();
    const Tree* given = Member(step, "execution_arn");
    const Tree* arguments = Member(step, "args");
    if (given == nullptr && arguments != nullptr) given = &arguments->as_array().back();
    if (given == nullptr) return InvalidArgument("an await without an execution");
    ASSIGN_OR_RETURN(const Tree arn, placeholders_.Fill(*given));
    if (!service_.AwaitClosed(std::string(TextOf(arn)))) {
      return DeadlineExceeded("the execution does not end");
    }
    return OkStatus();
  }

  Status DoActivityWorker(const Tree& step) {
    ASSIGN_OR_RETURN(const Tree arn, placeholders_.Fill(step.at("activityArn")));
    service_.AddActivityWorker(
        std::string(TextOf(arn)), StringMember(step, "workerName"), step.at("script"));
    return OkStatus();
  }

  Status DoRegisterFunction(const Tree& step) {
    ASSIGN_OR_RETURN(const Tree name, placeholders_.Fill(step.at("name")));
    ASSIGN_OR_RETURN(auto function, MakeFunction(step.at("behaviour")));
    service_.RegisterFunction(std::string(TextOf(name)), std::move(function));
    return OkStatus();
  }

  // A transformer about an answer that never came is left out.
  std::vector<Tree> FilledTransformers() {
    std::vector<Tree> filled;
    for (const Tree& transformer : case_.at("transformers").get_array()) {
      const Tree* pattern = Member(transformer, "regex");
      if (pattern == nullptr) {
        filled.push_back(transformer);
        continue;
      }
      const auto text = placeholders_.Fill(*pattern);
      if (!text.ok()) continue;
      boost::json::array patterns =
          text->is_array() ? text->get_array() : boost::json::array{*text};
      for (const Tree& one : patterns) {
        if (TextOf(one).empty()) continue;
        Tree copy = transformer;
        copy.as_object()["regex"] = one;
        filled.push_back(std::move(copy));
      }
    }
    return filled;
  }

  const Tree& case_;
  Placeholders placeholders_;
  StepFunctions service_;
  boost::json::object matched_;
};

}  // namespace

Verdict Replay(const Tree& test_case, const Tree& groups) {
  Run run(test_case);
  const Status done = run.DoAll();
  if (done.reason() == kNotSupported) return {.not_supported = done.message()};
  Verdict verdict;
  auto live = run.NormalisedAnswers(groups);
  if (live.ok()) {
    verdict.live = *std::move(live);
    verdict.differences = Compare(run.Expected(), verdict.live);
  } else {
    verdict.differences.Add(live.status().message());
  }
  if (!done.ok()) verdict.differences.Add(done.message());
  return verdict;
}

}  // namespace pawl::test
