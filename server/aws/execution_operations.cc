// Executions of the AWS Step Functions API.
#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/base/coding.h"
#include "server/aws/api_error.h"
#include "server/aws/arn.h"
#include "server/aws/execution_input.h"
#include "server/aws/execution_json.h"
#include "server/aws/history_json.h"
#include "server/aws/json_fields.h"
#include "server/aws/json_list.h"
#include "server/aws/operation_functions.h"
#include "server/aws/page.h"
#include "server/aws/resource_name.h"

namespace pawl::aws {
namespace {

constexpr std::string_view kWrongType =
    "This operation is not supported by this type of state machine";

Result<ExecutionName> ExecutionNameIn(const ApiCall& call) {
  return ParseExecutionArn(
      call.arns(), call.caller.namespace_id, call.input.Required("executionArn"));
}

Result<StartRequest> StartIn(const ApiCall& call) {
  const std::string arn = call.input.Required("stateMachineArn");
  // Step Functions Local: a test case stands behind the ARN. No name has a '#'.
  const std::size_t mark = arn.find('#');
  ASSIGN_OR_RETURN(QualifiedName machine, ParseMachineArn(call.arns(), arn.substr(0, mark)));
  StartRequest request{.namespace_id = call.caller.namespace_id,
                       .state_machine = std::move(machine.state_machine),
                       .qualifier = std::move(machine.qualifier)};
  if (mark != std::string::npos) {
    request.test_case = arn.substr(mark + 1);
    // A test that would call for real is worse than none.
    if (request.test_case.empty()) return Invalid("no test case stands behind the '#' of " + arn);
  }
  if (auto name = call.input.Text("name")) {
    RETURN_IF_ERROR(CheckResourceName(*name));
    request.name = *std::move(name);
  }
  if (auto input = call.input.Text("input")) {
    RETURN_IF_ERROR(CheckExecutionInput(*input));
    request.input = *std::move(input);
  }
  return request;
}

// Only for a STANDARD state machine, which has to be there.
Status CheckListed(const ApiCall& call, const std::string& name) {
  ASSIGN_OR_RETURN(const StateMachineInfo machine,
                   call.engine().DescribeStateMachine(call.caller.namespace_id, name, 0));
  if (machine.type == asl::MachineType::kStandard) return {};
  return Refusal("StateMachineTypeNotSupported", std::string(kWrongType));
}

// What to list; `map_run_arn` for the lines of the list.
struct Listing {
  ListRequest request = {};
  std::string map_run_arn = {};
};

Result<Listing> ListedMapRun(const ApiCall& call, std::string arn) {
  RETURN_IF_ERROR(CheckMapRunArn(call.arns(), arn));
  ASSIGN_OR_RETURN(const MapRunInfo run,
                   call.engine().DescribeMapRun(call.caller.namespace_id, arn));
  Listing listing{.map_run_arn = std::move(arn)};
  listing.request.state_machine = run.listed_as;
  return listing;
}

Result<Listing> ListedMachine(const ApiCall& call, const std::string& text) {
  ASSIGN_OR_RETURN(QualifiedName machine, ParseMachineArn(call.arns(), text));
  RETURN_IF_ERROR(CheckListed(call, machine.state_machine));
  Listing listing;
  listing.request.state_machine = std::move(machine.state_machine);
  listing.request.qualifier = std::move(machine.qualifier);
  return listing;
}

Result<Listing> ListingIn(const ApiCall& call) {
  auto machine = call.input.Text("stateMachineArn");
  auto map_run = call.input.Text("mapRunArn");
  if (machine.has_value() == map_run.has_value()) {
    return Invalid("Exactly one of 'stateMachineArn' and 'mapRunArn' must be specified");
  }
  return map_run ? ListedMapRun(call, *std::move(map_run)) : ListedMachine(call, *machine);
}

std::optional<ExecutionStatus> StatusOf(std::string_view word) {
  for (const ExecutionStatus status : {ExecutionStatus::kRunning,
                                       ExecutionStatus::kSucceeded,
                                       ExecutionStatus::kFailed,
                                       ExecutionStatus::kTimedOut,
                                       ExecutionStatus::kAborted}) {
    if (interpreter::ExecutionStatusName(status) == word) return status;
  }
  return std::nullopt;
}

std::string ListScope(const ApiInput& input) {
  std::string scope;
  Encoder encoder(scope);
  for (const char* name : {"stateMachineArn", "mapRunArn", "statusFilter", "redriveFilter"})
    encoder.String(input.Text(name).value_or(""));
  return scope;
}

std::string HistoryScope(const ApiInput& input) {
  std::string scope;
  Encoder encoder(scope);
  encoder.String(input.Required("executionArn"));
  encoder.Byte(input.Boolean("reverseOrder", false) ? 1 : 0);
  return scope;
}

// A sealed number: the seal vouches that it is one.
EventId EventIn(const std::string& text) {
  EventId id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id);
  return id;
}

// A page may have fewer entries for it, and still another page behind it, as AWS's may.
void FilterRedriven(const ApiInput& input, ListResponse& list) {
  const auto filter = input.Text("redriveFilter");
  if (!filter) return;
  const bool is_wanted = *filter == "REDRIVEN";
  std::erase_if(list.executions, [is_wanted](const ExecutionInfo& execution) {
    return (execution.redrive_count > 0) != is_wanted;
  });
}

// The role that the execution's first event names, if it is among the events.
std::string RoleOf(const ApiCall& call, const ExecutionName& name, const HistoryPage& history) {
  const bool is_asked =
      std::any_of(history.events.begin(), history.events.end(), [](const EventInfo& event) {
        return event.type == EventType::kExecutionStarted;
      });
  if (!is_asked) return "";
  const auto machine = call.engine().DescribeStateMachineForExecution(name);
  if (machine.ok() && !machine->state_machine.role_arn.empty()) {
    return machine->state_machine.role_arn;
  }
  return interpreter::RoleArn(call.arns());
}

}  // namespace

void StartExecution(const ApiCall& call, const ApiReply& reply) {
  Result<StartRequest> request = StartIn(call);
  if (!request.ok()) return reply.Send(request.status());
  call.engine().StartExecution(*std::move(request), [reply](const Result<StartResponse>& started) {
    if (!started.ok()) return reply.Send(started.status());
    std::string out;
    {
      JsonFields fields(out);
      fields.Text("executionArn", started->arn);
      fields.Time("startDate", started->started_at);
    }
    reply.Send(std::move(out));
  });
}

void StartSyncExecution(const ApiCall& call, const ApiReply& reply) {
  Result<StartRequest> request = StartIn(call);
  if (!request.ok()) return reply.Send(request.status());
  const bool has_data = WantsData(call.input);
  call.engine().StartSyncExecution(
      *std::move(request), [reply, has_data](const Result<ExecutionInfo>& ended) {
        if (ended.status().reason() == "StateMachineTypeNotSupported") {
          return reply.Send(Refusal("StateMachineTypeNotSupported", std::string(kWrongType)));
        }
        if (!ended.ok()) return reply.Send(ended.status());
        std::string out;
        WriteSyncExecution(out, *ended, has_data);
        reply.Send(std::move(out));
      });
}

void StopExecution(const ApiCall& call, const ApiReply& reply) {
  const Result<ExecutionName> name = ExecutionNameIn(call);
  if (!name.ok()) return reply.Send(name.status());
  StopRequest request{
      .name = *name, .error = call.input.Text("error"), .cause = call.input.Text("cause")};
  call.engine().StopExecution(std::move(request), [reply](const Result<StopResponse>& stopped) {
    if (!stopped.ok()) return reply.Send(stopped.status());
    std::string out;
    JsonFields(out).Time("stopDate", stopped->stopped_at);
    reply.Send(std::move(out));
  });
}

void RedriveExecution(const ApiCall& call, const ApiReply& reply) {
  const Result<ExecutionName> name = ExecutionNameIn(call);
  if (!name.ok()) return reply.Send(name.status());
  RedriveRequest request{.name = *name,
                         .client_token = call.input.Text("clientToken").value_or("")};
  call.engine().RedriveExecution(std::move(request),
                                 [reply](const Result<RedriveResponse>& redriven) {
                                   if (!redriven.ok()) return reply.Send(redriven.status());
                                   std::string out;
                                   JsonFields(out).Time("redriveDate", redriven->redriven_at);
                                   reply.Send(std::move(out));
                                 });
}

Result<std::string> DescribeExecution(const ApiCall& call) {
  ASSIGN_OR_RETURN(const ExecutionName name, ExecutionNameIn(call));
  ASSIGN_OR_RETURN(const ExecutionInfo execution, call.engine().DescribeExecution(name));
  std::string out;
  WriteExecution(out, execution, WantsData(call.input));
  return out;
}

Result<std::string> ListExecutions(const ApiCall& call) {
  ASSIGN_OR_RETURN(Listing listing, ListingIn(call));
  ASSIGN_OR_RETURN(const Page page, Page::Of(call, ListScope(call.input)));
  ListRequest& request = listing.request;
  request.namespace_id = call.caller.namespace_id;
  request.page_size = page.size();
  request.after = page.after();
  const auto filter = call.input.Text("statusFilter");
  if (filter) request.status = StatusOf(*filter);
  ListResponse list;
  // PENDING_REDRIVE: there are no executions that wait for a redrive.
  if (!filter || request.status) {
    ASSIGN_OR_RETURN(list, call.engine().ListExecutions(request));
  }
  FilterRedriven(call.input, list);
  const auto write = [&listing](std::string& out, const ExecutionInfo& execution) {
    WriteExecutionItem(out, execution, listing.map_run_arn);
  };
  return ListJson(page, "executions", list.executions, list.next, write);
}

Result<std::string> GetExecutionHistory(const ApiCall& call) {
  HistoryRequest request;
  ASSIGN_OR_RETURN(request.name, ExecutionNameIn(call));
  ASSIGN_OR_RETURN(const Page page, Page::Of(call, HistoryScope(call.input)));
  request.page_size = page.size();
  request.after = EventIn(page.after());
  request.is_reverse = call.input.Boolean("reverseOrder", false);
  request.without_payloads = !call.input.Boolean("includeExecutionData", true);
  ASSIGN_OR_RETURN(const HistoryPage history, call.engine().GetHistory(request));
  const HistoryNames names{.region = call.arns().region,
                           .role_arn = RoleOf(call, request.name, history)};
  const auto write = [&names](std::string& out, const EventInfo& event) {
    WriteHistoryEvent(out, event, names);
  };
  const std::string next =
      history.has_more && !history.events.empty() ? std::to_string(history.events.back().id) : "";
  return ListJson(page, "events", history.events, next, write);
}

}  // namespace pawl::aws
