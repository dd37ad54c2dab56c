#include "engine/runtime/catalog.h"

#include <optional>
#include <utility>

#include "engine/base/coding.h"
#include "engine/rows/keys.h"
#include "engine/runtime/catalog_errors.h"
#include "engine/runtime/definition_error.h"
#include "engine/runtime/page_size.h"

namespace pawl::runtime {
namespace {

using interpreter::ExecutionStatus;
using storage::Family;

}  // namespace

Catalog::Catalog(storage::Storage& storage,
                 platform::Random& random,
                 const Limits& limits,
                 const ArnScheme& arns)
    : storage_(storage), random_(random), limits_(limits), arns_(arns) {}

Result<std::optional<rows::StateMachineRow>> Catalog::ReadRow(NamespaceId namespace_id,
                                                              const std::string& name) {
  ASSIGN_OR_RETURN(const auto value,
                   storage::GetAndWait(storage_,
                                       {.family = Family::kIndex,
                                        .bytes = rows::StateMachineKey(namespace_id, name)}));
  if (!value) return std::optional<rows::StateMachineRow>();
  ASSIGN_OR_RETURN(rows::StateMachineRow row, rows::DecodeStateMachine(*value));
  return std::optional(std::move(row));
}

Result<rows::RevisionRow> Catalog::ReadRevision(NamespaceId namespace_id,
                                                const std::string& name,
                                                std::uint64_t revision) {
  ASSIGN_OR_RETURN(const auto value,
                   storage::GetAndWait(storage_,
                                       {.family = Family::kIndex,
                                        .bytes = rows::RevisionKey(namespace_id, name, revision)}));
  if (!value) {
    return DataLoss("revision " + std::to_string(revision) + " of state machine '" + name +
                    "' is not stored");
  }
  return rows::DecodeRevision(*value);
}

StateMachineInfo Catalog::InfoOf(const std::string& name,
                                 const rows::StateMachineRow& row,
                                 std::optional<rows::RevisionRow> revision) const {
  StateMachineInfo info{.name = name,
                        .arn = interpreter::StateMachineArn(arns_, name),
                        .type = row.type,
                        .revision = row.revision,
                        .created_at = row.created_at,
                        .updated_at = row.updated_at,
                        .is_deleting = row.is_deleting};
  if (!revision) return info;
  info.revision_id = std::move(revision->id);
  info.definition = std::move(revision->definition);
  info.role_arn = std::move(revision->role_arn);
  info.configuration = std::move(revision->configuration);
  return info;
}

Result<rows::StateMachineRow> Catalog::ReadLive(NamespaceId namespace_id, const std::string& name) {
  ASSIGN_OR_RETURN(auto row, ReadRow(namespace_id, name));
  if (!row) return MachineNotFound(arns_, name);
  if (row->is_deleting) return MachineDeleting(arns_, name);
  return *row;
}

Result<StateMachineInfo> Catalog::Describe(NamespaceId namespace_id,
                                           const std::string& name,
                                           std::uint64_t revision) {
  ASSIGN_OR_RETURN(auto row, ReadRow(namespace_id, name));
  if (!row) return MachineNotFound(arns_, name);
  if (revision > row->revision) {
    return NotFound("state machine '" + name + "' has no revision " + std::to_string(revision) +
                    ": its latest is " + std::to_string(row->revision));
  }
  if (revision == 0) revision = row->revision;
  ASSIGN_OR_RETURN(rows::RevisionRow stored, ReadRevision(namespace_id, name, revision));
  const Timestamp updated_at = stored.created_at;
  StateMachineInfo info = InfoOf(name, *row, std::move(stored));
  info.revision = revision;
  info.updated_at = updated_at;
  return info;
}

Result<StateMachineInfo> Catalog::DescribeRevision(NamespaceId namespace_id,
                                                   const std::string& name,
                                                   std::uint64_t revision) {
  ASSIGN_OR_RETURN(rows::RevisionRow stored, ReadRevision(namespace_id, name, revision));
  ASSIGN_OR_RETURN(const auto row, ReadRow(namespace_id, name));
  const Timestamp created_at = stored.created_at;
  // The state machine may be gone.
  StateMachineInfo info = InfoOf(
      name, row.value_or(rows::StateMachineRow{.created_at = created_at}), std::move(stored));
  info.revision = revision;
  info.updated_at = created_at;
  return info;
}

Result<StateMachineList> Catalog::List(NamespaceId namespace_id,
                                       std::size_t page_size,
                                       const std::string& after) {
  storage::Range range = rows::StateMachinesOf(namespace_id);
  if (!after.empty()) range.begin = rows::StateMachineKey(namespace_id, after) + '\0';
  range.limit = PageSize(page_size) + 1;
  ASSIGN_OR_RETURN(const auto found, storage::ScanAndWait(storage_, range));
  StateMachineList list;
  for (const storage::Row& stored : found) {
    if (list.state_machines.size() + 1 == range.limit) {
      list.next = list.state_machines.back().name;
      break;
    }
    const auto name = rows::ParseStateMachineKey(stored.key);
    if (!name) return DataLoss("a state machine's key is not readable");
    ASSIGN_OR_RETURN(const rows::StateMachineRow row, rows::DecodeStateMachine(stored.value));
    list.state_machines.push_back(InfoOf(*name, row, std::nullopt));
  }
  return list;
}

Status Catalog::Delete(NamespaceId namespace_id, const std::string& name, Timestamp now) {
  {
    const MutexLock lock(mutex_);
    ASSIGN_OR_RETURN(auto row, ReadRow(namespace_id, name));
    if (!row) return MachineNotFound(arns_, name);
    if (row->is_deleting) return OkStatus();
    row->is_deleting = true;
    row->updated_at = now;
    storage::ShardBatch batch{.shard = rows::kCatalogShard};
    batch.writes.Put(
        Family::kIndex, rows::StateMachineKey(namespace_id, name), rows::EncodeStateMachine(*row));
    RETURN_IF_ERROR(storage::CommitAndWait(storage_, std::move(batch)));
    const auto latest = latest_.find({namespace_id.value, name});
    if (latest != latest_.end()) latest->second.row = *row;
  }
  return Sweep();
}

Status Catalog::Sweep() {
  const MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(
      const auto machines,
      storage::ScanAndWait(storage_,
                           {.family = Family::kIndex, .begin = "D", .end = rows::PrefixEnd("D")}));
  for (const storage::Row& stored : machines) {
    ASSIGN_OR_RETURN(const rows::StateMachineRow row, rows::DecodeStateMachine(stored.value));
    if (!row.is_deleting) continue;
    const auto name = rows::ParseStateMachineKey(stored.key);
    const NamespaceId namespace_id = rows::NamespaceOfStateMachineKey(stored.key);
    const auto latest = latest_.find({namespace_id.value, *name});
    // A start is on its way: it will show in the listing, or not come to be.
    if (latest != latest_.end() && latest->second.hold.use_count() > 1) continue;
    storage::Range running = rows::ListingOf(namespace_id, *name, ExecutionStatus::kRunning);
    running.limit = 1;
    ASSIGN_OR_RETURN(const auto open, storage::ScanAndWait(storage_, running));
    if (!open.empty()) continue;
    storage::ShardBatch batch{.shard = rows::kCatalogShard};
    batch.writes.Delete(Family::kIndex, stored.key);
    for (const storage::Range& gone :
         {rows::VersionsOf(namespace_id, *name), rows::AliasesOf(namespace_id, *name)}) {
      batch.writes.DeleteRange(Family::kIndex, gone.begin, gone.end);
    }
    batch.writes.Delete(Family::kIndex,
                        rows::TagsKey(namespace_id, rows::TaggedKind::kStateMachine, *name));
    // Revisions stay for the histories that show them; a machine of the same name goes on counting.
    RETURN_IF_ERROR(storage::CommitAndWait(storage_, std::move(batch)));
    if (latest != latest_.end()) latest_.erase(latest);
  }
  return OkStatus();
}

std::shared_ptr<const asl::StateMachine> Catalog::WithRole(
    std::shared_ptr<const asl::StateMachine> machine, const std::string& role_arn) {
  if (machine->role_arn == role_arn) return machine;
  asl::StateMachine copy = *machine;
  copy.role_arn = role_arn;
  return std::make_shared<const asl::StateMachine>(std::move(copy));
}

Result<std::shared_ptr<const asl::StateMachine>> Catalog::FindLocked(NamespaceId namespace_id,
                                                                     const std::string& name,
                                                                     std::uint64_t revision) {
  const RevisionCache::Id id{namespace_id.value, name, revision};
  if (auto known = revisions_.Find(id)) return known;
  ASSIGN_OR_RETURN(const rows::RevisionRow row, ReadRevision(namespace_id, name, revision));
  asl::Compilation compilation = asl::Compile(row.definition, row.definition.size());
  if (!compilation.ok()) {
    return DataLoss("the stored definition of '" + name +
                    "' does not compile: " + DefinitionError(compilation).message());
  }
  auto machine = WithRole(std::move(compilation.machine), row.role_arn);
  revisions_.Remember(id, machine, row.definition.size());
  return machine;
}

Result<std::shared_ptr<const asl::StateMachine>> Catalog::FindRevision(NamespaceId namespace_id,
                                                                       const std::string& name,
                                                                       std::uint64_t revision) {
  const MutexLock lock(mutex_);
  // Executions of a distributed Map belong to "machine/label".
  return FindLocked(namespace_id, name.substr(0, name.find('/')), revision);
}

Result<Catalog::StartPermit> Catalog::PermitStart(NamespaceId namespace_id,
                                                  const std::string& name,
                                                  const std::string& qualifier) {
  const MutexLock lock(mutex_);
  auto known = latest_.find({namespace_id.value, name});
  if (known == latest_.end()) {
    ASSIGN_OR_RETURN(const auto row, ReadRow(namespace_id, name));
    if (!row) return MachineNotFound(arns_, name);
    known = SetLatest(namespace_id, name, *row);
  }
  const Latest& latest = known->second;
  if (latest.row.is_deleting) return MachineDeleting(arns_, name);
  StartPermit permit{.revision = latest.row.revision, .hold = latest.hold, .type = latest.row.type};
  if (qualifier.empty()) {
    ASSIGN_OR_RETURN(permit.machine, FindLocked(namespace_id, name, permit.revision));
    return permit;
  }
  ASSIGN_OR_RETURN(Resolved resolved, Resolve(namespace_id, name, qualifier, Choice::kByWeight));
  ASSIGN_OR_RETURN(permit.machine, FindLocked(namespace_id, name, resolved.row.revision));
  permit.revision = resolved.row.revision;
  permit.version = resolved.version;
  permit.alias = std::move(resolved.alias);
  return permit;
}

}  // namespace pawl::runtime
