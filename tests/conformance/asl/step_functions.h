// StepFunctions: AWS Step Functions' API over an engine in this process, as far as the cases call
// it: the requests of boto3 in, its answers out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/conformance/asl/activity_worker.h"
#include "tests/conformance/asl/tree.h"
#include "tests/support/engine_harness.h"
#include "tests/support/memory_object_store.h"

namespace pawl::test {

// What a call came to: exactly one of the three.
struct Answer {
  Tree response = {};
  // An error of AWS's.
  std::optional<std::string> error_code = {};
  std::string error_message = {};
  // The engine does not do this yet, and says so.
  std::optional<std::string> not_supported = {};
};

class StepFunctions {
 public:
  StepFunctions();

  // `method` as boto3 names it ("create_state_machine"); `parameters` by AWS's names.
  Answer Call(const std::string& method, const Tree& parameters);

  // The same of S3, whose buckets the engine's Maps use: "create_bucket", "put_object".
  Answer CallBuckets(const std::string& method, const Tree& parameters);

  // Lets time pass until the execution of that ARN is closed. False if it never closes.
  bool AwaitClosed(const std::string& execution_arn);

  void RegisterFunction(const std::string& name, ScriptedWorker::Function function);

  // A worker that polls the activity of that ARN in the background; `name` may be empty.
  void AddActivityWorker(const std::string& activity_arn, const std::string& name, Tree script);

  // The role that every state machine runs with.
  std::string role_arn() const;

  static const interpreter::ArnScheme& arns();

 private:
  Answer CreateActivity(const Tree& parameters);
  Answer CreateStateMachine(const Tree& parameters);
  Answer StartExecution(const Tree& parameters);
  Answer StartSyncExecution(const Tree& parameters);
  Answer DescribeExecution(const Tree& parameters);
  Answer GetExecutionHistory(const Tree& parameters);
  static Answer ValidateDefinition(const Tree& parameters);
  Answer TestState(const Tree& parameters);

  // Lets time pass in steps in which activity workers may do something.
  bool AwaitClosedBesideWorkers(const ExecutionName& name);

  std::shared_ptr<MemoryObjectStore> buckets_;
  EngineHarness harness_;
  std::vector<std::unique_ptr<ActivityWorker>> activity_workers_;
};

}  // namespace pawl::test
