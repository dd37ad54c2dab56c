#include "engine/runtime/catalog.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/base/coding.h"
#include "engine/rows/keys.h"

namespace pawl::runtime {
namespace {

using interpreter::ExecutionStatus;
using storage::Family;

// The catalog's rows belong to no shard; one number stands for them in a batch.
constexpr ShardId kCatalogShard{rows::kShards};
constexpr std::size_t kPageMax = 1'000;

Status DefinitionError(const asl::Compilation& compilation) {
  std::string message = "the definition is not valid:";
  for (const asl::Diagnostic& diagnostic : compilation.diagnostics) {
    if (diagnostic.severity != asl::Severity::kError) continue;
    message += "\n  " + std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column) +
               " " + diagnostic.code + " at " +
               (diagnostic.pointer.empty() ? "the top" : diagnostic.pointer) + ": " +
               asl::FullMessage(diagnostic);
  }
  return InvalidArgument(std::move(message), "definition").WithReason("InvalidDefinition");
}

Status MachineNotFound(const ArnScheme& arns, const std::string& name) {
  return NotFound("State Machine Does Not Exist: '" + interpreter::StateMachineArn(arns, name) +
                  "'")
      .WithReason("StateMachineDoesNotExist");
}

}  // namespace

// API reference, CreateStateMachine: the name must not contain white space, brackets < > { } [ ],
// wildcards ? *, special characters " # % \ ^ | ~ ` $ & , ; : / or control characters.
Status CheckName(std::string_view name, std::string_view what, const std::string& field) {
  constexpr std::string_view kForbidden = " <>{}[]?*\"#%\\^|~`$&,;:/";
  constexpr std::size_t kNameCharactersMax = 80;
  std::size_t characters = 0;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U) ++characters;
    if (byte <= 0x20 || byte == 0x7F || kForbidden.find(c) != std::string_view::npos) {
      return InvalidArgument("Invalid Name: '" + std::string(name) + "': the name of " +
                                 std::string(what) +
                                 " has no white space, control characters or any of " +
                                 std::string(kForbidden.substr(1)),
                             field)
          .WithReason("InvalidName");
    }
  }
  if (characters == 0 || characters > kNameCharactersMax) {
    return InvalidArgument("Invalid Name: the name of " + std::string(what) +
                               " has 1 to 80 characters, this one " + std::to_string(characters),
                           field)
        .WithReason("InvalidName");
  }
  return OkStatus();
}

Catalog::Catalog(storage::Storage& storage, const Limits& limits, const ArnScheme& arns)
    : storage_(storage), limits_(limits), arns_(arns) {}

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
                                 std::string definition) const {
  return {.name = name,
          .arn = interpreter::StateMachineArn(arns_, name),
          .type = row.type,
          .revision = row.revision,
          .definition = std::move(definition),
          .created_at = row.created_at,
          .updated_at = row.updated_at,
          .is_deleting = row.is_deleting};
}

void Catalog::Remember(const RevisionId& id, std::shared_ptr<const asl::StateMachine> machine) {
  if (!revisions_.insert_or_assign(id, std::move(machine)).second) return;
  order_.push_back(id);
  if (order_.size() > kRevisionsMax) {
    revisions_.erase(order_.front());
    order_.pop_front();
  }
}

Result<asl::MachineType> Catalog::TypeFor(const DeployRequest& request) {
  if (request.type) return *request.type;
  const MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const auto row, ReadRow(request.namespace_id, request.name));
  return row ? row->type : asl::MachineType::kStandard;
}

Result<DeployResponse> Catalog::Deploy(const DeployRequest& request, Timestamp now) {
  RETURN_IF_ERROR(CheckName(request.name, "a state machine", "name"));
  ASSIGN_OR_RETURN(const asl::MachineType type, TypeFor(request));
  asl::Compilation compilation =
      asl::Compile(request.definition, limits_.definition_bytes_max, type);
  if (!compilation.ok()) return DefinitionError(compilation);
  DeployResponse response;
  response.warnings = std::move(compilation.diagnostics);

  const MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(auto row, ReadRow(request.namespace_id, request.name));
  if (row && row->is_deleting) {
    return FailedPrecondition("State Machine is being deleted: '" +
                              interpreter::StateMachineArn(arns_, request.name) + "'")
        .WithReason("StateMachineDeleting");
  }
  if (!row && request.must_exist) return MachineNotFound(arns_, request.name);
  if (row) {
    ASSIGN_OR_RETURN(const rows::RevisionRow latest,
                     ReadRevision(request.namespace_id, request.name, row->revision));
    if (latest.definition == request.definition && row->type == type) {
      response.state_machine = InfoOf(request.name, *row, request.definition);
      return response;
    }
    if (request.must_be_new) {
      return AlreadyExists("State Machine Already Exists: '" +
                           interpreter::StateMachineArn(arns_, request.name) + "'")
          .WithReason("StateMachineAlreadyExists");
    }
    if (row->type != type) {
      return InvalidArgument("the state machine '" + request.name + "' is of type " +
                                 std::string(asl::MachineTypeName(row->type)) +
                                 ", which cannot be changed: delete it first",
                             "type");
    }
  }
  rows::StateMachineRow next = row.value_or(rows::StateMachineRow{.created_at = now, .type = type});
  if (!row) {
    // A deleted machine of this name may have left histories that show its revisions.
    storage::Range before = rows::RevisionsOf(request.namespace_id, request.name);
    before.is_reverse = true;
    before.limit = 1;
    ASSIGN_OR_RETURN(const auto last, storage::ScanAndWait(storage_, before));
    if (!last.empty()) {
      Decoder decoder(std::string_view(last[0].key).substr(last[0].key.size() - 8));
      next.revision = decoder.BigEndian64();
    }
  }
  ++next.revision;
  next.updated_at = now;
  storage::ShardBatch batch{.shard = kCatalogShard};
  batch.writes.Put(Family::kIndex,
                   rows::StateMachineKey(request.namespace_id, request.name),
                   rows::EncodeStateMachine(next));
  batch.writes.Put(Family::kIndex,
                   rows::RevisionKey(request.namespace_id, request.name, next.revision),
                   rows::EncodeRevision({.created_at = now, .definition = request.definition}));
  RETURN_IF_ERROR(storage::CommitAndWait(storage_, std::move(batch)));
  Remember({request.namespace_id.value, request.name, next.revision}, compilation.machine);
  Latest& latest = latest_[{request.namespace_id.value, request.name}];
  latest.row = next;
  latest.machine = std::move(compilation.machine);
  if (!latest.hold) latest.hold = std::make_shared<int>();
  response.state_machine = InfoOf(request.name, next, request.definition);
  response.is_changed = true;
  return response;
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
  StateMachineInfo info = InfoOf(name, *row, std::move(stored.definition));
  info.revision = revision;
  info.updated_at = stored.created_at;
  return info;
}

Result<StateMachineList> Catalog::List(NamespaceId namespace_id,
                                       std::size_t page_size,
                                       const std::string& after) {
  storage::Range range = rows::StateMachinesOf(namespace_id);
  if (!after.empty()) range.begin = rows::StateMachineKey(namespace_id, after) + '\0';
  range.limit = std::clamp<std::size_t>(page_size, 1, kPageMax) + 1;
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
    list.state_machines.push_back(InfoOf(*name, row, {}));
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
    storage::ShardBatch batch{.shard = kCatalogShard};
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
    storage::ShardBatch batch{.shard = kCatalogShard};
    batch.writes.Delete(Family::kIndex, stored.key);
    // Revisions stay for the histories that show them; a machine of the same name goes on counting.
    RETURN_IF_ERROR(storage::CommitAndWait(storage_, std::move(batch)));
    if (latest != latest_.end()) latest_.erase(latest);
  }
  return OkStatus();
}

Result<std::shared_ptr<const asl::StateMachine>> Catalog::FindLocked(NamespaceId namespace_id,
                                                                     const std::string& name,
                                                                     std::uint64_t revision) {
  const RevisionId id{namespace_id.value, name, revision};
  const auto known = revisions_.find(id);
  if (known != revisions_.end()) return known->second;
  ASSIGN_OR_RETURN(const rows::RevisionRow row, ReadRevision(namespace_id, name, revision));
  asl::Compilation compilation = asl::Compile(row.definition, row.definition.size());
  if (!compilation.ok()) {
    return DataLoss("the stored definition of '" + name +
                    "' does not compile: " + DefinitionError(compilation).message());
  }
  Remember(id, compilation.machine);
  return compilation.machine;
}

Result<std::shared_ptr<const asl::StateMachine>> Catalog::FindRevision(NamespaceId namespace_id,
                                                                       const std::string& name,
                                                                       std::uint64_t revision) {
  const MutexLock lock(mutex_);
  // Executions of a distributed Map belong to "machine/label".
  return FindLocked(namespace_id, name.substr(0, name.find('/')), revision);
}

Result<Catalog::StartPermit> Catalog::PermitStart(NamespaceId namespace_id,
                                                  const std::string& name) {
  const MutexLock lock(mutex_);
  const auto known = latest_.find({namespace_id.value, name});
  if (known == latest_.end()) {
    ASSIGN_OR_RETURN(const auto row, ReadRow(namespace_id, name));
    if (!row) return MachineNotFound(arns_, name);
    Latest latest{.row = *row, .hold = std::make_shared<int>()};
    ASSIGN_OR_RETURN(latest.machine, FindLocked(namespace_id, name, row->revision));
    latest_[{namespace_id.value, name}] = std::move(latest);
  }
  const Latest& latest = latest_[{namespace_id.value, name}];
  if (latest.row.is_deleting) {
    return FailedPrecondition("State Machine is being deleted: '" +
                              interpreter::StateMachineArn(arns_, name) + "'")
        .WithReason("StateMachineDeleting");
  }
  return StartPermit{.revision = latest.row.revision,
                     .machine = latest.machine,
                     .hold = latest.hold,
                     .type = latest.row.type};
}

}  // namespace pawl::runtime
