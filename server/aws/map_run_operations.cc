// Map runs of the AWS Step Functions API.
#include "server/aws/arn.h"
#include "server/aws/json_fields.h"
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
  std::string out;
  {
    JsonFields fields(out);
    fields.Begin("mapRuns");
    out += '[';
    for (const MapRunInfo& run : list.map_runs) {
      if (&run != list.map_runs.data()) out += ',';
      WriteMapRunItem(out, run);
    }
    out += ']';
    if (!list.next.empty()) fields.Text("nextToken", page.Seal(call, list.next));
  }
  return out;
}

}  // namespace pawl::aws
