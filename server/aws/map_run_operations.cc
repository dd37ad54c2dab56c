// Map runs of the AWS Step Functions API.
#include <utility>

#include "server/aws/api_error.h"
#include "server/aws/arn.h"
#include "server/aws/json_list.h"
#include "server/aws/map_run_json.h"
#include "server/aws/operation_functions.h"
#include "server/aws/page.h"

namespace pawl::aws {

Result<std::string> DescribeMapRun(const ApiCall& call) {
  const std::string arn = call.input.Required("mapRunArn");
  RETURN_IF_ERROR(CheckMapRunArn(call.arns(), arn));
  ASSIGN_OR_RETURN(const MapRunInfo run,
                   call.engine().DescribeMapRun(call.caller.namespace_id, arn));
  std::string out;
  WriteMapRun(out, run);
  return out;
}

Result<std::string> ListMapRuns(const ApiCall& call) {
  const std::string arn = call.input.Required("executionArn");
  ASSIGN_OR_RETURN(const ExecutionName execution,
                   ParseExecutionArn(call.arns(), call.caller.namespace_id, arn));
  ASSIGN_OR_RETURN(const Page page, Page::Of(call, arn));
  ASSIGN_OR_RETURN(const MapRunList list,
                   call.engine().ListMapRuns(execution, page.size(), page.after()));
  return ListJson(page, "mapRuns", list.map_runs, list.next, WriteMapRunItem);
}

void UpdateMapRun(const ApiCall& call, const ApiReply& reply) {
  MapRunUpdate update{.namespace_id = call.caller.namespace_id,
                      .arn = call.input.Required("mapRunArn")};
  const Status checked = CheckMapRunArn(call.arns(), update.arn);
  if (!checked.ok()) return reply.Send(checked);
  if (const auto concurrency = call.input.Integer("maxConcurrency")) {
    update.max_concurrency = static_cast<std::uint32_t>(*concurrency);
  }
  if (const auto count = call.input.Integer("toleratedFailureCount")) {
    update.tolerated_failure_count = static_cast<std::uint64_t>(*count);
  }
  update.tolerated_failure_percentage = call.input.Number("toleratedFailurePercentage");
  const std::string over = "A Map Run that has ended cannot be updated: '" + update.arn + "'";
  call.engine().UpdateMapRun(std::move(update), [reply, over](const Result<bool>& updated) {
    if (!updated.ok()) return reply.Send(updated.status());
    *updated ? reply.Send(std::string("{}")) : reply.Send(Invalid(over));
  });
}

}  // namespace pawl::aws
