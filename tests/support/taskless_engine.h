// TasklessEngine: the part of a fake façade that has no Map runs, versions, tags, activities or
// task tokens, tests no states, calls and keeps no functions.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/runtime/engine.h"
#include "tests/support/functionless.h"

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

  void InvokeFunction(InvocationRequest, Callback<InvocationResponse> done) override {
    done(None());
  }

  void TestState(TestStateRequest, Callback<StateTestResult> done) override { done(None()); }

  Result<StateMachineInfo> DescribeQualified(NamespaceId,
                                             const std::string&,
                                             const std::string&) override {
    return None();
  }

  Result<VersionInfo> PublishVersion(const PublishRequest&) override { return None(); }

  Result<VersionList> ListVersions(NamespaceId,
                                   const std::string&,
                                   std::size_t,
                                   const std::string&) override {
    return None();
  }

  Status DeleteVersion(NamespaceId, const std::string&, std::uint64_t) override { return None(); }

  Result<AliasInfo> CreateAlias(const AliasRequest&) override { return None(); }

  Result<AliasInfo> UpdateAlias(const AliasRequest&) override { return None(); }

  Result<AliasInfo> DescribeAlias(NamespaceId, const std::string&, const std::string&) override {
    return None();
  }

  Result<AliasList> ListAliases(const ListAliasesRequest&) override { return None(); }

  Status DeleteAlias(NamespaceId, const std::string&, const std::string&) override {
    return None();
  }

  Status TagResource(const ResourceName&, const std::vector<Tag>&) override { return None(); }

  Status UntagResource(const ResourceName&, const std::vector<std::string>&) override {
    return None();
  }

  Result<std::vector<Tag>> ListTags(const ResourceName&) override { return None(); }

  Result<ExecutionMachineInfo> DescribeStateMachineForExecution(const ExecutionName&) override {
    return None();
  }

  DeployedFunctions& Functions() override { return functions_; }

 private:
  static Status None() { return Unimplemented("this engine only deploys, starts and runs"); }

  Functionless functions_;
};

}  // namespace pawl::test
