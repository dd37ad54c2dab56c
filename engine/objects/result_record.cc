#include "engine/objects/result_record.h"

#include <utility>

#include "engine/json/parse.h"
#include "engine/json/write.h"
#include "engine/objects/compact_json.h"

namespace pawl::objects {
namespace {

// The members of one JSON object, in the order of the calls.
class Members {
 public:
  void Text(std::string_view name, std::string_view value) {
    Name(name);
    json::WriteStringTo(text_, value);
  }

  void TextIf(std::string_view name, const std::optional<std::string>& value) {
    if (value.has_value()) Text(name, *value);
  }

  void TimeIf(std::string_view name, const std::optional<Timestamp>& value) {
    if (value.has_value()) Text(name, FormatTimestamp(*value));
  }

  void Json(std::string_view name, std::string_view value) {
    Name(name);
    text_ += value;
  }

  std::string Close() && { return std::move(text_) + "}"; }

 private:
  void Name(std::string_view name) {
    text_ += text_.empty() ? '{' : ',';
    json::WriteStringTo(text_, name);
    text_ += ':';
  }

  std::string text_;
};

constexpr std::string_view kIncluded = R"({"Included":true})";

void WriteRedrive(Members& members, const ChildResult& result) {
  if (result.status == ChildStatus::kPending) return;
  members.Json("RedriveCount", std::to_string(result.redrive_count));
  if (result.status != ChildStatus::kSucceeded) {
    members.Text("RedriveStatus", "REDRIVABLE_BY_MAP_RUN");
    return;
  }
  members.Text("RedriveStatus", "NOT_REDRIVABLE");
  members.Text("RedriveStatusReason", "Execution is SUCCEEDED and cannot be redriven");
}

// Members in alphabetical order, as Step Functions writes them.
std::string Record(const ChildResult& result) {
  const bool is_success = result.status == ChildStatus::kSucceeded;
  Members members;
  members.TextIf("Cause", result.cause);
  members.TextIf("Error", result.error);
  if (!result.execution_arn.empty()) members.Text("ExecutionArn", result.execution_arn);
  members.Text("Input", result.input);
  members.Json("InputDetails", kIncluded);
  members.Text("Name", result.name);
  if (is_success) {
    members.Text("Output", result.output);
    members.Json("OutputDetails", kIncluded);
  }
  WriteRedrive(members, result);
  members.TimeIf("StartDate", result.start_date);
  members.Text("StateMachineArn", result.state_machine_arn);
  members.Text("Status", ChildStatusName(result.status));
  members.TimeIf("StopDate", result.stop_date);
  return std::move(members).Close();
}

Status NotJson(const ChildResult& result, const Status& status) {
  return InvalidArgument("expected JSON as the output of the execution '" + result.name +
                         "': " + status.message());
}

}  // namespace

std::string_view ChildStatusName(ChildStatus status) {
  switch (status) {
    case ChildStatus::kPending:
      return "PENDING";
    case ChildStatus::kSucceeded:
      return "SUCCEEDED";
    case ChildStatus::kFailed:
      return "FAILED";
    case ChildStatus::kTimedOut:
      return "TIMED_OUT";
    case ChildStatus::kAborted:
      return "ABORTED";
  }
  PAWL_CHECK(false);
}

Result<std::vector<std::string>> TransformResult(const ChildResult& result,
                                                 WriterTransformation transformation) {
  const bool has_output = result.status == ChildStatus::kSucceeded;
  if (!has_output || transformation == WriterTransformation::kNone) {
    return std::vector{Record(result)};
  }
  json::Arena arena;
  if (transformation == WriterTransformation::kFlatten) {
    const Result<json::Value> output = json::Parse(result.output, arena);
    if (!output.ok()) return NotJson(result, output.status());
    if (output->is_array()) {
      std::vector<std::string> elements;
      for (const json::Value element : output->items()) {
        elements.push_back(json::Write(element));
      }
      return elements;
    }
  } else if (const Status status = json::Check(result.output); !status.ok()) {
    return NotJson(result, status);
  }
  std::string text;
  AppendCompact(text, result.output);
  return std::vector{std::move(text)};
}

Result<std::string> TransformResults(std::span<const ChildResult> results,
                                     WriterTransformation transformation) {
  std::string array = "[";
  for (const ChildResult& result : results) {
    ASSIGN_OR_RETURN(const std::vector<std::string> texts, TransformResult(result, transformation));
    for (const std::string& text : texts) {
      if (array.size() > 1) array += ',';
      array += text;
    }
  }
  array += ']';
  return array;
}

}  // namespace pawl::objects
