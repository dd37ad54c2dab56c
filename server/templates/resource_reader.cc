#include "server/templates/resource_reader.h"

#include <utility>

#include "server/templates/problem_codes.h"

namespace pawl::templates {

using asl::SourceMember;
using asl::SourceNode;
using json::Type;

void ResourceReader::ReadAll() {
  std::set<std::string> skipped = options_.skipped;
  for (const Declared& resource : resources_.declared()) {
    if (!resource.is_made) continue;
    if (options_.skipped.count(resource.logical_id) > 0) {
      LeaveOut(resource, "it is to be skipped");
    } else {
      resources_.SetCurrent(resource.logical_id);
      Read(resource);
    }
    skipped.erase(resource.logical_id);
  }
  resources_.SetCurrent({});
  for (const std::string& name : skipped) {
    problems_.ErrorAt(
        code::kUnknownReference,
        {},
        "the template has no resource " + asl::Quote(name) + " that could be skipped");
  }
}

void ResourceReader::Read(const Declared& resource) {
  switch (resource.type->kind) {
    case ResourceKind::kFunction:
      return ReadFunction(resource);
    case ResourceKind::kFunctionVersion:
      return ReadFunctionVersion(resource);
    case ResourceKind::kFunctionAlias:
      return ReadFunctionAlias(resource);
    case ResourceKind::kActivity:
      return ReadActivity(resource);
    case ResourceKind::kStateMachine:
      return ReadStateMachine(resource);
    case ResourceKind::kStateMachineVersion:
      return ReadStateMachineVersion(resource);
    case ResourceKind::kStateMachineAlias:
      return ReadStateMachineAlias(resource);
    case ResourceKind::kOther:
      return LeaveOut(resource, resource.type->why_left_out);
  }
}

void ResourceReader::Add(const Declared& resource, std::string_view part, ResourceDetails details) {
  const asl::Position position = resource.place.position();
  content_.resources.push_back({.logical_id = resource.logical_id + std::string(part),
                                .type = resource.type_name,
                                .line = position.line,
                                .column = position.column,
                                .details = std::move(details)});
}

void ResourceReader::LeaveOut(const Declared& resource, std::string_view why) {
  content_.left_out.push_back(
      {.what = resource.logical_id, .type = resource.type_name, .why = std::string(why)});
}

void ResourceReader::LeaveOutRest(const Declared& resource, const Properties& properties) {
  for (const SourceMember* member : properties.Rest()) {
    const std::string what = resource.logical_id + "." + std::string(member->name);
    const bool is_events = member->name == "Events" && member->value->is(Type::kObject);
    if (!is_events) {
      content_.left_out.push_back(
          {.what = what, .why = std::string(WhyPropertyIsLeftOut(member->name))});
      continue;
    }
    for (const SourceMember& event : member->value->members) {
      const SourceNode* type = event.value->FindValue("Type");
      const std::string type_name(type == nullptr ? "" : type->text);
      content_.left_out.push_back({.what = what + "." + std::string(event.name),
                                   .type = type_name,
                                   .why = std::string(WhyEventIsLeftOut(type_name))});
    }
  }
}

}  // namespace pawl::templates
