// Activities of the AWS Step Functions API.
#include <chrono>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "server/aws/arn.h"
#include "server/aws/json_fields.h"
#include "server/aws/json_list.h"
#include "server/aws/machine_configuration.h"
#include "server/aws/operation_functions.h"
#include "server/aws/page.h"
#include "server/aws/resource_name.h"
#include "server/aws/tags_in.h"

namespace pawl::aws {
namespace {

// API reference, GetActivityTask.
constexpr std::chrono::seconds kPollMax(60);
constexpr std::string_view kNoTask = R"({"taskToken":null})";

Result<std::string> ActivityNameIn(const ApiCall& call) {
  return ParseActivityArn(call.arns(), call.input.Required("activityArn"));
}

void WriteActivity(JsonFields& fields, const ActivityInfo& activity) {
  fields.Text("activityArn", activity.arn);
  fields.Text("name", activity.name);
  fields.Time("creationDate", activity.created_at);
}

// With its tags, or not at all.
Result<ActivityInfo> CreateTagged(const ApiCall& call, const std::string& name) {
  const NamespaceId namespace_id = call.caller.namespace_id;
  ASSIGN_OR_RETURN(ActivityInfo activity, call.engine().CreateActivity(namespace_id, name));
  const std::vector<Tag> tags = TagsIn(call.input);
  if (tags.empty()) return activity;
  const Status tagged = call.engine().TagResource(
      {.namespace_id = namespace_id, .kind = ResourceKind::kActivity, .name = name}, tags);
  if (tagged.ok()) return activity;
  RETURN_IF_ERROR(call.engine().DeleteActivity(namespace_id, name));
  return tagged;
}

std::string TaskJson(const ActivityTask& task) {
  std::string out;
  {
    JsonFields fields(out);
    fields.Text("taskToken", task.token);
    fields.Text("input", task.input.view());
  }
  return out;
}

}  // namespace

Result<std::string> CreateActivity(const ApiCall& call) {
  const std::string name = call.input.Required("name");
  RETURN_IF_ERROR(CheckResourceName(name));
  RETURN_IF_ERROR(CheckEncryption(call.input));
  const NamespaceId namespace_id = call.caller.namespace_id;
  Result<ActivityInfo> activity = call.engine().DescribeActivity(namespace_id, name);
  // Creation again changes nothing, whatever its tags are.
  if (!activity.ok()) activity = CreateTagged(call, name);
  if (!activity.ok()) return activity.status();
  std::string out;
  {
    JsonFields fields(out);
    fields.Text("activityArn", activity->arn);
    fields.Time("creationDate", activity->created_at);
  }
  return out;
}

Result<std::string> DescribeActivity(const ApiCall& call) {
  ASSIGN_OR_RETURN(const std::string name, ActivityNameIn(call));
  ASSIGN_OR_RETURN(const ActivityInfo activity,
                   call.engine().DescribeActivity(call.caller.namespace_id, name));
  std::string out;
  {
    JsonFields fields(out);
    WriteActivity(fields, activity);
    fields.Begin("encryptionConfiguration");
    JsonFields(out).Text("type", "AWS_OWNED_KEY");
  }
  return out;
}

Result<std::string> DeleteActivity(const ApiCall& call) {
  ASSIGN_OR_RETURN(const std::string name, ActivityNameIn(call));
  RETURN_IF_ERROR(call.engine().DeleteActivity(call.caller.namespace_id, name));
  return std::string("{}");
}

Result<std::string> ListActivities(const ApiCall& call) {
  ASSIGN_OR_RETURN(const Page page, Page::Of(call, ""));
  ASSIGN_OR_RETURN(
      const ActivityList list,
      call.engine().ListActivities(call.caller.namespace_id, page.size(), page.after()));
  const auto write = [](std::string& out, const ActivityInfo& activity) {
    JsonFields fields(out);
    WriteActivity(fields, activity);
  };
  return ListJson(page, "activities", list.activities, list.next, write);
}

void GetActivityTask(const ApiCall& call, const ApiReply& reply) {
  Result<std::string> name = ActivityNameIn(call);
  if (!name.ok()) return reply.Send(name.status());
  // The poll lives until the answer is on its way; a client that left takes no task.
  const auto poll = std::make_shared<std::unique_ptr<ActivityPoll>>();
  reply.SendAfter(kPollMax, std::string(kNoTask));
  reply.OnAbandoned([poll] { poll->reset(); });
  auto begun = call.engine().PollActivity({.namespace_id = call.caller.namespace_id,
                                           .activity = *std::move(name),
                                           .worker = call.input.Text("workerName").value_or("")},
                                          [reply](const Result<ActivityTask>& task) {
                                            task.ok() ? reply.Send(TaskJson(*task))
                                                      : reply.Send(task.status());
                                          });
  if (!begun.ok()) return reply.Send(begun.status());
  *poll = *std::move(begun);
}

}  // namespace pawl::aws
