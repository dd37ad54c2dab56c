#include "engine/runtime/result_writing.h"

#include <utility>

#include "engine/interpreter/task_call.h"
#include "engine/objects/result_record.h"
#include "engine/objects/result_writer.h"
#include "engine/rows/keys.h"
#include "engine/rows/map_run_row.h"
#include "engine/runtime/execution_lookup.h"
#include "engine/runtime/map_child_rows.h"
#include "engine/runtime/object_parameters.h"

namespace pawl::runtime {
namespace {

using objects::ChildResult;
using objects::ChildStatus;
using objects::WriterTransformation;

constexpr int kWriteAttempts = 3;
// Rows read at once: an input and an output each, 32 MiB at most.
constexpr std::size_t kRowsAtOnce = 64;

WriterTransformation TransformationOf(const asl::ResultWriter& definition) {
  if (definition.transformation == "COMPACT") return WriterTransformation::kCompact;
  if (definition.transformation == "FLATTEN") return WriterTransformation::kFlatten;
  return WriterTransformation::kNone;
}

ChildStatus StatusOf(const std::string& name) {
  for (const ChildStatus status : {ChildStatus::kPending,
                                   ChildStatus::kSucceeded,
                                   ChildStatus::kTimedOut,
                                   ChildStatus::kAborted}) {
    if (objects::ChildStatusName(status) == name) return status;
  }
  return ChildStatus::kFailed;
}

std::string MachineOf(const ResultsRequest& request) {
  return interpreter::MapChildMachine(request.header.state_machine, request.label);
}

// What an execution that was started goes by.
ChildResult NamedResult(const ResultsRequest& request, std::uint32_t index) {
  const std::string machine = MachineOf(request);
  ChildResult result{.name = interpreter::MapChildName(request.header, request.run, index),
                     .state_machine_arn = interpreter::StateMachineArn(request.arns, machine)};
  // What an EXPRESS execution is told from others of its name by is its name, in a run.
  result.execution_arn = interpreter::ExecutionArn(
      request.arns,
      interpreter::ExecutionHeader{.state_machine = machine,
                                   .name = result.name,
                                   .express_id = request.is_express ? result.name : ""});
  return result;
}

Result<ChildResult> ResultOfEnded(const ResultsRequest& request,
                                  std::uint32_t index,
                                  std::string_view value) {
  ASSIGN_OR_RETURN(const rows::EndedChildRow row, rows::DecodeEndedChild(value));
  ChildResult result = NamedResult(request, index);
  result.status = StatusOf(row.status);
  result.input = row.input.value_or(Bytes()).str();
  result.item_count = row.items;
  if (result.status == ChildStatus::kPending) {
    result.execution_arn.clear();
    return result;
  }
  result.output = row.output.value_or(Bytes()).str();
  result.error = row.error;
  result.cause = row.cause;
  result.start_date = row.started_at;
  result.stop_date = row.stopped_at;
  result.redrive_count = row.redrive_count;
  return result;
}

// Of an execution that was open when its run ended, and was stopped with it.
Result<ChildResult> ResultOfStopped(storage::Storage& rows,
                                    const ResultsRequest& request,
                                    std::uint32_t index,
                                    std::string_view value) {
  ASSIGN_OR_RETURN(const rows::OpenChildRow row, rows::DecodeOpenChild(value));
  ChildResult result = NamedResult(request, index);
  result.status = ChildStatus::kAborted;
  result.input = row.input.str();
  result.item_count = row.items;
  result.stop_date = request.stopped_at;
  // It is EXPRESS, or had not begun, where there is none.
  ASSIGN_OR_RETURN(const auto child,
                   FindExecution(rows,
                                 {.namespace_id = request.namespace_id,
                                  .state_machine = MachineOf(request),
                                  .name = result.name}));
  if (child) {
    result.start_date = child->row.header.started_at;
    result.redrive_count = child->row.header.redrive_count;
  }
  return result;
}

// Calls `take` with each result: those that have ended or are pending in the order of the
// executions, then those that were stopped.
Status ForEachResult(storage::Storage& rows,
                     const ResultsRequest& request,
                     const std::function<bool()>& is_stopping,
                     const std::function<Status(const ChildResult&)>& take) {
  storage::Range ended = rows::EndedChildrenOf(request.execution, request.run);
  storage::Range open = rows::OpenChildrenOf(request.execution, request.run);
  ended.limit = open.limit = kRowsAtOnce;
  RETURN_IF_ERROR(ForEachChildRow(
      rows,
      std::move(ended),
      [&](std::uint32_t index, std::string_view value) -> Status {
        ASSIGN_OR_RETURN(const ChildResult result, ResultOfEnded(request, index, value));
        return take(result);
      },
      is_stopping));
  return ForEachChildRow(
      rows,
      std::move(open),
      [&](std::uint32_t index, std::string_view value) -> Status {
        ASSIGN_OR_RETURN(const ChildResult result, ResultOfStopped(rows, request, index, value));
        return take(result);
      },
      is_stopping);
}

// The array that is the Map's result.
Result<std::string> TransformAll(storage::Storage& rows,
                                 const asl::ResultWriter& definition,
                                 const ResultsRequest& request,
                                 const std::function<bool()>& is_stopping) {
  std::string array = "[";
  RETURN_IF_ERROR(
      ForEachResult(rows, request, is_stopping, [&](const ChildResult& result) -> Status {
        if (array.size() > request.output_bytes_max) return OkStatus();
        ASSIGN_OR_RETURN(const auto texts,
                         objects::TransformResult(result, TransformationOf(definition)));
        for (const std::string& text : texts) {
          if (array.size() > 1) array += ',';
          array += text;
        }
        return OkStatus();
      }));
  array += ']';
  return array;
}

Result<std::string> WriteFiles(objects::ObjectStore& store,
                               storage::Storage& rows,
                               const asl::ResultWriter& definition,
                               const ResultsRequest& request,
                               const std::function<bool()>& is_stopping,
                               objects::WrittenCounts& written) {
  ASSIGN_OR_RETURN(const ObjectParameters parameters,
                   ObjectParameters::Parse(request.writer.parameters));
  objects::ResultWriter writer(
      store,
      {.bucket = parameters.bucket,
       .prefix = parameters.prefix,
       .map_run_arn = interpreter::MapRunArn(request.arns,
                                             request.header.state_machine,
                                             request.label,
                                             interpreter::MapRunId(request.header, request.run)),
       .transformation = TransformationOf(definition),
       .output_type = definition.output_type == "JSONL" ? objects::OutputType::kJsonLines
                                                        : objects::OutputType::kJson,
       .file_bytes_max = request.file_bytes_max});
  RETURN_IF_ERROR(ForEachResult(rows, request, is_stopping, [&](const ChildResult& result) {
    return writer.Append(result);
  }));
  ASSIGN_OR_RETURN(std::string output, writer.Finish());
  written = writer.written();
  return output;
}

Result<std::string> Write(objects::ObjectStore* store,
                          storage::Storage& rows,
                          const asl::ResultWriter& definition,
                          const ResultsRequest& request,
                          const std::function<bool()>& is_stopping,
                          objects::WrittenCounts& written) {
  if (!definition.has_bucket) return TransformAll(rows, definition, request, is_stopping);
  if (store == nullptr) return NoObjectStore("ResultWriter");
  for (int attempt = 1;; ++attempt) {
    auto output = WriteFiles(*store, rows, definition, request, is_stopping, written);
    const bool is_final = output.ok() || output.status().code() != StatusCode::kUnavailable;
    if (is_final || attempt == kWriteAttempts) return output;
  }
}

}  // namespace

std::optional<interpreter::ResultsWritten> WriteMapResults(
    objects::ObjectStore* store,
    storage::Storage& rows,
    const asl::ResultWriter& definition,
    const ResultsRequest& request,
    const std::function<bool()>& is_stopping) {
  objects::WrittenCounts written;
  auto output = Write(store, rows, definition, request, is_stopping, written);
  interpreter::ResultsWritten answer{.wait_number = request.wait_number};
  if (output.ok()) {
    answer.output = Bytes(*std::move(output));
    answer.executions = written.executions;
    answer.items = written.items;
    return answer;
  }
  if (output.status().code() == StatusCode::kCancelled) return std::nullopt;
  answer.error = objects::kResultWriterFailed;
  answer.cause = output.status().message();
  return answer;
}

}  // namespace pawl::runtime
