// TasklessEngine: the part of a fake façade that has no Map runs, activities or task tokens, and
// tests no states.
#pragma once

#include <memory>
#include <string>

#include "engine/runtime/engine.h"

namespace pawl::test {

class TasklessEngine : public Engine {
 public:
  void StartSyncExecution(StartRequest, Callback<ExecutionInfo> done) override { done(None()); }

  void RedriveExecution(RedriveRequest, Callback<RedriveResponse> done) override { done(None()); }

  void UpdateMapRun(MapRunUpdate, Callback<bool> done) override { done(None()); }

  Result<MapRunInfo> DescribeMapRun(NamespaceId, const std::string&) override { return None(); }

  Result<MapRunList> ListMapRuns(const ExecutionName&, std::size_t, const std::string&) override {
    return None();
  }

  Result<ActivityInfo> CreateActivity(NamespaceId, const std::string&) override { return None(); }

  Result<ActivityInfo> DescribeActivity(NamespaceId, const std::string&) override { return None(); }

  Result<ActivityList> ListActivities(NamespaceId, std::size_t, const std::string&) override {
    return None();
  }

  Status DeleteActivity(NamespaceId, const std::string&) override { return None(); }

  Result<std::unique_ptr<ActivityPoll>> PollActivity(ActivityRequest,
                                                     Callback<ActivityTask>) override {
    return None();
  }

  void EndTask(const std::string&, TaskEnd, Callback<bool> done) override { done(None()); }

  void HeartbeatTask(const std::string&, Callback<bool> done) override { done(None()); }

  void TestState(TestStateRequest, Callback<StateTestResult> done) override { done(None()); }

 private:
  static Status None() { return Unimplemented("this engine has no activities, tokens and tests"); }
};

}  // namespace pawl::test
