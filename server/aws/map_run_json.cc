#include "server/aws/map_run_json.h"

#include "engine/json/arena.h"
#include "engine/json/write.h"
#include "server/aws/json_fields.h"

namespace pawl::aws {
namespace {

std::int64_t Signed(std::uint64_t count) {
  return static_cast<std::int64_t>(count);
}

void WriteTally(std::string& out, JsonFields& parent, std::string_view name, const MapRunTally& t) {
  parent.Begin(name);
  JsonFields fields(out);
  fields.Number("pending", Signed(t.pending));
  fields.Number("running", Signed(t.running));
  fields.Number("succeeded", Signed(t.succeeded));
  fields.Number("failed", Signed(t.failed));
  fields.Number("timedOut", Signed(t.timed_out));
  fields.Number("aborted", Signed(t.aborted));
  fields.Number("total", Signed(t.total));
  fields.Number("resultsWritten", Signed(t.results_written));
  if (t.pending_redrive > 0) fields.Number("pendingRedrive", Signed(t.pending_redrive));
}

}  // namespace

void WriteMapRun(std::string& out, const MapRunInfo& run) {
  JsonFields fields(out);
  fields.Text("mapRunArn", run.arn);
  fields.Text("executionArn", run.execution_arn);
  fields.Text("status", run.status);
  fields.Time("startDate", run.started_at);
  if (run.stopped_at) fields.Time("stopDate", *run.stopped_at);
  fields.Number("maxConcurrency", run.max_concurrency);
  json::Arena arena;
  fields.Begin("toleratedFailurePercentage");
  json::WriteTo(out, json::Value::Number(run.tolerated_failure_percentage, arena));
  fields.Number("toleratedFailureCount", Signed(run.tolerated_failure_count));
  WriteTally(out, fields, "itemCounts", run.items);
  WriteTally(out, fields, "executionCounts", run.executions);
  if (run.redrive_count == 0) return;
  fields.Number("redriveCount", run.redrive_count);
  if (run.redriven_at) fields.Time("redriveDate", *run.redriven_at);
}

void WriteMapRunItem(std::string& out, const MapRunInfo& run) {
  JsonFields fields(out);
  fields.Text("executionArn", run.execution_arn);
  fields.Text("mapRunArn", run.arn);
  fields.Text("stateMachineArn", run.state_machine_arn);
  fields.Time("startDate", run.started_at);
  if (run.stopped_at) fields.Time("stopDate", *run.stopped_at);
}

}  // namespace pawl::aws
