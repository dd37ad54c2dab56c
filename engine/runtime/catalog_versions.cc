// Versions: a revision of a state machine under a number. Numbers grow with the state machine's
// row, in the batch that makes the version, so that none is given twice.
#include <algorithm>
#include <utility>

#include "engine/base/coding.h"
#include "engine/rows/keys.h"
#include "engine/runtime/catalog.h"
#include "engine/runtime/catalog_errors.h"
#include "engine/runtime/page_size.h"
#include "engine/runtime/text_length.h"

namespace pawl::runtime {
namespace {

using storage::Family;

Status Conflict(std::string message) {
  return Aborted(std::move(message)).WithReason("Conflict");
}

}  // namespace

VersionInfo Catalog::InfoOf(const std::string& name,
                            std::uint64_t version,
                            rows::VersionRow row) const {
  return {.state_machine = name,
          .version = version,
          .arn = interpreter::StateMachineArn(arns_, name + ":" + std::to_string(version)),
          .revision = row.revision,
          .description = std::move(row.description),
          .created_at = row.created_at};
}

Result<std::optional<rows::VersionRow>> Catalog::ReadVersion(NamespaceId namespace_id,
                                                             const std::string& name,
                                                             std::uint64_t version) {
  ASSIGN_OR_RETURN(const auto value,
                   storage::GetAndWait(storage_,
                                       {.family = Family::kIndex,
                                        .bytes = rows::VersionKey(namespace_id, name, version)}));
  if (!value) return std::optional<rows::VersionRow>();
  ASSIGN_OR_RETURN(rows::VersionRow row, rows::DecodeVersion(*value));
  return std::optional(std::move(row));
}

Result<VersionInfo> Catalog::StageVersion(NamespaceId namespace_id,
                                          const std::string& name,
                                          const std::optional<std::string>& description,
                                          Timestamp now,
                                          rows::StateMachineRow& machine,
                                          storage::WriteBatch& batch) {
  storage::Range range = rows::VersionsOf(namespace_id, name);
  range.is_reverse = true;
  range.limit = kVersionsMax;
  ASSIGN_OR_RETURN(const auto stored, storage::ScanAndWait(storage_, range));
  if (!stored.empty()) {
    // Only the latest revision is ever published: if it has a version, that is the newest.
    const auto number = rows::ParseVersionKey(stored[0].key);
    if (!number) return DataLoss("a version's key is not readable");
    ASSIGN_OR_RETURN(rows::VersionRow newest, rows::DecodeVersion(stored[0].value));
    if (newest.revision == machine.revision) {
      if (description && *description != newest.description) {
        return Conflict("the current revision of '" + name + "' is version " +
                        std::to_string(*number) + " already, with another description");
      }
      return InfoOf(name, *number, std::move(newest));
    }
  }
  if (stored.size() >= kVersionsMax) {
    return ResourceExhausted("the state machine '" + name + "' has " +
                             std::to_string(kVersionsMax) +
                             " versions, the most there can be: delete some first")
        .WithReason("ServiceQuotaExceeded");
  }
  ++machine.last_version;
  rows::VersionRow row{
      .revision = machine.revision, .created_at = now, .description = description.value_or("")};
  batch.Put(Family::kIndex,
            rows::VersionKey(namespace_id, name, machine.last_version),
            rows::EncodeVersion(row));
  return InfoOf(name, machine.last_version, std::move(row));
}

Result<VersionInfo> Catalog::Publish(const PublishRequest& request, Timestamp now) {
  const std::string& name = request.state_machine;
  if (request.description) {
    RETURN_IF_ERROR(
        CheckTextLength(*request.description, "description", kDescriptionCharactersMax));
  }
  const MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(rows::StateMachineRow machine, ReadLive(request.namespace_id, name));
  if (request.revision_id) {
    ASSIGN_OR_RETURN(rows::RevisionRow latest,
                     ReadRevision(request.namespace_id, name, machine.revision));
    const std::string id = latest.id.empty() ? std::string(kInitialRevision) : latest.id;
    if (*request.revision_id != id) {
      return Conflict("Failed to publish the State Machine version for revision " +
                      *request.revision_id + ". The current State Machine revision is " + id + ".");
    }
  }
  storage::ShardBatch batch{.shard = rows::kCatalogShard};
  ASSIGN_OR_RETURN(
      VersionInfo version,
      StageVersion(request.namespace_id, name, request.description, now, machine, batch.writes));
  if (batch.writes.empty()) return version;
  batch.writes.Put(Family::kIndex,
                   rows::StateMachineKey(request.namespace_id, name),
                   rows::EncodeStateMachine(machine));
  RETURN_IF_ERROR(storage::CommitAndWait(storage_, std::move(batch)));
  const auto latest = latest_.find({request.namespace_id.value, name});
  if (latest != latest_.end()) latest->second.row = machine;
  return version;
}

Result<VersionList> Catalog::ListVersions(NamespaceId namespace_id,
                                          const std::string& name,
                                          std::size_t page_size,
                                          const std::string& after) {
  ASSIGN_OR_RETURN(const auto machine, ReadRow(namespace_id, name));
  if (!machine) return MachineNotFound(arns_, name);
  storage::Range range = rows::VersionsOf(namespace_id, name);
  // Newest first.
  range.is_reverse = true;
  if (!after.empty()) {
    Decoder decoder(after);
    const std::uint64_t last = decoder.BigEndian64();
    if (!decoder.Finished()) return PageTokenInvalid();
    range.end = rows::VersionKey(namespace_id, name, last);
  }
  range.limit = PageSize(page_size) + 1;
  ASSIGN_OR_RETURN(const auto stored, storage::ScanAndWait(storage_, range));
  VersionList list;
  for (const storage::Row& one : stored) {
    if (list.versions.size() + 1 == range.limit) {
      Encoder(list.next).BigEndian64(list.versions.back().version);
      break;
    }
    const auto number = rows::ParseVersionKey(one.key);
    if (!number) return DataLoss("a version's key is not readable");
    ASSIGN_OR_RETURN(rows::VersionRow row, rows::DecodeVersion(one.value));
    list.versions.push_back(InfoOf(name, *number, std::move(row)));
  }
  return list;
}

Status Catalog::DeleteVersion(NamespaceId namespace_id,
                              const std::string& name,
                              std::uint64_t version) {
  const MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const auto row, ReadVersion(namespace_id, name, version));
  if (!row) return OkStatus();
  ASSIGN_OR_RETURN(const auto aliases, ReadAliases(namespace_id, name));
  std::string referring;
  for (const auto& [alias, to] : aliases) {
    const bool leads_to_it =
        std::any_of(to.routes.begin(), to.routes.end(), [version](const rows::AliasRoute& route) {
          return route.version == version;
        });
    if (leads_to_it) referring += (referring.empty() ? "" : ", ") + alias;
  }
  if (!referring.empty()) {
    return Conflict(
        "Version to be deleted must not be referenced by an alias. Current list of aliases "
        "referencing this version: [" +
        referring + "]");
  }
  storage::ShardBatch batch{.shard = rows::kCatalogShard};
  batch.writes.Delete(Family::kIndex, rows::VersionKey(namespace_id, name, version));
  return storage::CommitAndWait(storage_, std::move(batch));
}

}  // namespace pawl::runtime
