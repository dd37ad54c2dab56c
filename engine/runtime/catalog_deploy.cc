// Deployments: what a request says is laid over the latest revision; what differs from it becomes
// the next one. Revision, version and tags of one request are one batch.
#include <map>
#include <utility>

#include "engine/base/coding.h"
#include "engine/json/parse.h"
#include "engine/rows/keys.h"
#include "engine/runtime/catalog.h"
#include "engine/runtime/catalog_errors.h"
#include "engine/runtime/definition_error.h"
#include "engine/runtime/name_check.h"
#include "engine/runtime/resource_tags.h"
#include "engine/runtime/text_length.h"

namespace pawl::runtime {
namespace {

using storage::Family;

// API reference, Arn.
constexpr std::size_t kRoleArnCharactersMax = 256;
constexpr std::size_t kConfigurationBytesMax = std::size_t{64} * 1024;

Status CheckConfiguration(const std::string& configuration) {
  if (configuration.size() > kConfigurationBytesMax) {
    return InvalidArgument("the configuration has " + std::to_string(configuration.size()) +
                               " bytes; at most " + std::to_string(kConfigurationBytesMax) +
                               " are taken",
                           "configuration");
  }
  if (configuration.empty()) return OkStatus();
  const Status status = json::Check(configuration);
  if (status.ok()) return OkStatus();
  return InvalidArgument("the configuration is no JSON: " + status.message(), "configuration");
}

Status CheckDetails(const DeployRequest& request) {
  // A name that none can have is not found.
  if (!request.must_exist) RETURN_IF_ERROR(CheckName(request.name, "a state machine", "name"));
  if (request.must_exist && !request.definition && !request.role_arn && !request.configuration) {
    return InvalidArgument(
               "Either the definition, the role ARN, the LoggingConfiguration, or the "
               "TracingConfiguration must be specified",
               "definition")
        .WithReason("MissingRequiredParameter");
  }
  if (request.version_description) {
    if (!request.publish) {
      return InvalidArgument("Version description can only be set when publish is true",
                             "version_description");
    }
    RETURN_IF_ERROR(CheckTextLength(
        *request.version_description, "version_description", kDescriptionCharactersMax));
  }
  if (request.role_arn) {
    RETURN_IF_ERROR(CheckTextLength(*request.role_arn, "role_arn", kRoleArnCharactersMax));
  }
  if (request.configuration) RETURN_IF_ERROR(CheckConfiguration(*request.configuration));
  return CheckTags(request.tags);
}

// What the revision would be if nothing kept it from becoming one.
rows::RevisionRow Overlaid(rows::RevisionRow revision, const DeployRequest& request) {
  if (request.definition) revision.definition = *request.definition;
  if (request.configuration) revision.configuration = *request.configuration;
  // A creation that is repeated has the same configuration, but may have any role.
  if (request.must_be_new) {
    revision.configuration = request.configuration.value_or("");
  } else if (request.role_arn) {
    revision.role_arn = *request.role_arn;
  }
  return revision;
}

}  // namespace

Result<asl::MachineType> Catalog::TypeFor(const DeployRequest& request) {
  if (request.type) return *request.type;
  const MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const auto row, ReadRow(request.namespace_id, request.name));
  return row ? row->type : asl::MachineType::kStandard;
}

// A deleted machine of this name may have left histories that show its revisions.
Result<std::uint64_t> Catalog::LastRevision(NamespaceId namespace_id, const std::string& name) {
  storage::Range before = rows::RevisionsOf(namespace_id, name);
  before.is_reverse = true;
  before.limit = 1;
  ASSIGN_OR_RETURN(const auto last, storage::ScanAndWait(storage_, before));
  if (last.empty()) return std::uint64_t{0};
  Decoder decoder(std::string_view(last[0].key).substr(last[0].key.size() - 8));
  return decoder.BigEndian64();
}

Result<Catalog::Deployment> Catalog::Compare(const DeployRequest& request,
                                             asl::MachineType type,
                                             std::shared_ptr<const asl::StateMachine> compiled,
                                             Timestamp now) {
  Deployment deployment{.compiled = std::move(compiled)};
  ASSIGN_OR_RETURN(deployment.before, ReadRow(request.namespace_id, request.name));
  const auto& before = deployment.before;
  if (!before) {
    if (request.must_exist) return MachineNotFound(arns_, request.name);
    if (!request.definition) {
      return InvalidArgument("a new state machine needs a definition", "definition");
    }
    ASSIGN_OR_RETURN(const std::uint64_t last, LastRevision(request.namespace_id, request.name));
    deployment.machine = {.revision = last + 1, .created_at = now, .updated_at = now, .type = type};
    deployment.revision = {.created_at = now,
                           .definition = *request.definition,
                           .role_arn = request.role_arn.value_or(""),
                           .configuration = request.configuration.value_or("")};
    return deployment;
  }
  if (before->is_deleting) return MachineDeleting(arns_, request.name);
  ASSIGN_OR_RETURN(const rows::RevisionRow latest,
                   ReadRevision(request.namespace_id, request.name, before->revision));
  deployment.machine = *before;
  deployment.revision = Overlaid(latest, request);
  deployment.is_changed = deployment.revision != latest;
  if (!deployment.is_changed && before->type == type) return deployment;
  if (request.must_be_new) {
    return AlreadyExists("State Machine Already Exists: '" +
                         interpreter::StateMachineArn(arns_, request.name) + "'")
        .WithReason("StateMachineAlreadyExists");
  }
  if (before->type != type) {
    return InvalidArgument("the state machine '" + request.name + "' is of type " +
                               std::string(asl::MachineTypeName(before->type)) +
                               ", which cannot be changed: delete it first",
                           "type");
  }
  if (!deployment.compiled) {
    ASSIGN_OR_RETURN(deployment.compiled,
                     FindLocked(request.namespace_id, request.name, before->revision));
  }
  ++deployment.machine.revision;
  deployment.machine.updated_at = now;
  deployment.revision.created_at = now;
  deployment.revision.id = platform::RandomUuid(random_);
  return deployment;
}

Catalog::Machines::iterator Catalog::SetLatest(NamespaceId namespace_id,
                                               const std::string& name,
                                               const rows::StateMachineRow& row) {
  if (latest_.size() > kMachinesMax) {
    std::erase_if(latest_, [](const auto& known) { return known.second.hold.use_count() == 1; });
  }
  const auto latest = latest_.try_emplace({namespace_id.value, name}).first;
  latest->second.row = row;
  return latest;
}

Result<DeployResponse> Catalog::Deploy(const DeployRequest& request, Timestamp now) {
  RETURN_IF_ERROR(CheckDetails(request));
  ASSIGN_OR_RETURN(const asl::MachineType type, TypeFor(request));
  DeployResponse response;
  std::shared_ptr<const asl::StateMachine> compiled;
  if (request.definition) {
    asl::Compilation compilation =
        asl::Compile(*request.definition, limits_.definition_bytes_max, type);
    if (!compilation.ok()) return DefinitionError(compilation);
    response.warnings = std::move(compilation.diagnostics);
    compiled = std::move(compilation.machine);
  }

  const MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(Deployment deployment, Compare(request, type, std::move(compiled), now));
  response.is_changed = deployment.is_changed;
  storage::ShardBatch batch{.shard = rows::kCatalogShard};
  if (request.publish) {
    ASSIGN_OR_RETURN(VersionInfo published,
                     StageVersion(request.namespace_id,
                                  request.name,
                                  request.version_description,
                                  now,
                                  deployment.machine,
                                  batch.writes));
    response.version = published.version;
    response.version_arn = std::move(published.arn);
  }
  if (!deployment.before || deployment.machine != *deployment.before) {
    batch.writes.Put(Family::kIndex,
                     rows::StateMachineKey(request.namespace_id, request.name),
                     rows::EncodeStateMachine(deployment.machine));
  }
  if (deployment.is_changed) {
    batch.writes.Put(
        Family::kIndex,
        rows::RevisionKey(request.namespace_id, request.name, deployment.machine.revision),
        rows::EncodeRevision(deployment.revision));
  }
  if (!deployment.before && !request.tags.empty()) {
    batch.writes.Put(
        Family::kIndex,
        rows::TagsKey(request.namespace_id, rows::TaggedKind::kStateMachine, request.name),
        rows::EncodeTags(WithTags({}, request.tags)));
  }
  if (!batch.writes.empty()) {
    RETURN_IF_ERROR(storage::CommitAndWait(storage_, std::move(batch)));
  }
  response.state_machine = InfoOf(request.name, deployment.machine, std::move(deployment.revision));
  if (deployment.is_changed) {
    revisions_.Remember({request.namespace_id.value, request.name, deployment.machine.revision},
                        WithRole(std::move(deployment.compiled), response.state_machine.role_arn),
                        response.state_machine.definition.size());
    SetLatest(request.namespace_id, request.name, deployment.machine);
  } else if (const auto known = latest_.find({request.namespace_id.value, request.name});
             known != latest_.end()) {
    known->second.row = deployment.machine;
  }
  return response;
}

}  // namespace pawl::runtime
