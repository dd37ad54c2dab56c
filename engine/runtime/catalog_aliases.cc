// Aliases: names that lead to one or two versions of a state machine, and how a start's qualifier
// becomes a version.
#include <algorithm>
#include <utility>

#include "engine/rows/keys.h"
#include "engine/runtime/alias_rules.h"
#include "engine/runtime/catalog.h"
#include "engine/runtime/catalog_errors.h"
#include "engine/runtime/page_size.h"
#include "engine/runtime/text_length.h"

namespace pawl::runtime {
namespace {

using storage::Family;

std::vector<rows::AliasRoute> StoredRoutes(const std::vector<AliasRoute>& routes) {
  std::vector<rows::AliasRoute> stored;
  stored.reserve(routes.size());
  for (const AliasRoute& route : routes) {
    stored.push_back(
        {.version = route.version, .weight = static_cast<std::uint32_t>(route.weight)});
  }
  return stored;
}

bool LeadsTo(const rows::AliasRow& row, std::uint64_t version) {
  return std::any_of(row.routes.begin(), row.routes.end(), [version](const auto& route) {
    return route.version == version;
  });
}

Status CheckDescription(const AliasRequest& request) {
  if (!request.description) return OkStatus();
  return CheckTextLength(*request.description, "description", kDescriptionCharactersMax);
}

}  // namespace

AliasInfo Catalog::InfoOf(const std::string& name,
                          const std::string& alias,
                          rows::AliasRow row) const {
  AliasInfo info{.state_machine = name,
                 .name = alias,
                 .arn = interpreter::StateMachineArn(arns_, name + ":" + alias),
                 .description = std::move(row.description),
                 .created_at = row.created_at,
                 .updated_at = row.updated_at};
  for (const rows::AliasRoute& route : row.routes) {
    info.routes.push_back(
        {.version = route.version, .weight = static_cast<std::int32_t>(route.weight)});
  }
  return info;
}

Result<std::optional<rows::AliasRow>> Catalog::ReadAlias(NamespaceId namespace_id,
                                                         const std::string& name,
                                                         const std::string& alias) {
  ASSIGN_OR_RETURN(const auto value,
                   storage::GetAndWait(storage_,
                                       {.family = Family::kIndex,
                                        .bytes = rows::AliasKey(namespace_id, name, alias)}));
  if (!value) return std::optional<rows::AliasRow>();
  ASSIGN_OR_RETURN(rows::AliasRow row, rows::DecodeAlias(*value));
  return std::optional(std::move(row));
}

Result<std::map<std::string, rows::AliasRow>> Catalog::ReadAliases(NamespaceId namespace_id,
                                                                   const std::string& name) {
  ASSIGN_OR_RETURN(const auto stored,
                   storage::ScanAndWait(storage_, rows::AliasesOf(namespace_id, name)));
  std::map<std::string, rows::AliasRow> aliases;
  for (const storage::Row& one : stored) {
    auto alias = rows::ParseAliasKey(one.key);
    if (!alias) return DataLoss("an alias's key is not readable");
    ASSIGN_OR_RETURN(rows::AliasRow row, rows::DecodeAlias(one.value));
    aliases.emplace(*std::move(alias), std::move(row));
  }
  return aliases;
}

Status Catalog::CheckRoutes(const AliasRequest& request) {
  RETURN_IF_ERROR(CheckAliasRoutes(arns_, request.state_machine, request.routes));
  for (const AliasRoute& route : request.routes) {
    ASSIGN_OR_RETURN(const auto version,
                     ReadVersion(request.namespace_id, request.state_machine, route.version));
    if (!version) return ResourceMissing();
  }
  return OkStatus();
}

Result<AliasInfo> Catalog::CreateAlias(const AliasRequest& request, Timestamp now) {
  const std::string& name = request.state_machine;
  RETURN_IF_ERROR(CheckAliasName(request.name));
  RETURN_IF_ERROR(CheckDescription(request));
  const MutexLock lock(mutex_);
  if (const auto machine = ReadLive(request.namespace_id, name); !machine.ok())
    return machine.status();
  RETURN_IF_ERROR(CheckRoutes(request));
  rows::AliasRow row{.created_at = now,
                     .updated_at = now,
                     .description = request.description.value_or(""),
                     .routes = StoredRoutes(request.routes)};
  ASSIGN_OR_RETURN(auto aliases, ReadAliases(request.namespace_id, name));
  if (const auto known = aliases.find(request.name); known != aliases.end()) {
    const bool is_same =
        known->second.description == row.description && known->second.routes == row.routes;
    if (is_same) return InfoOf(name, request.name, std::move(known->second));
    return Aborted(
               "Failed to create alias because an alias with the same name and a different "
               "routing configuration already exists.")
        .WithReason("Conflict");
  }
  if (aliases.size() >= kAliasesMax) {
    return ResourceExhausted("the state machine '" + name + "' has " + std::to_string(kAliasesMax) +
                             " aliases, the most there can be: delete some first")
        .WithReason("ServiceQuotaExceeded");
  }
  storage::ShardBatch batch{.shard = rows::kCatalogShard};
  batch.writes.Put(Family::kIndex,
                   rows::AliasKey(request.namespace_id, name, request.name),
                   rows::EncodeAlias(row));
  RETURN_IF_ERROR(storage::CommitAndWait(storage_, std::move(batch)));
  return InfoOf(name, request.name, std::move(row));
}

Result<AliasInfo> Catalog::UpdateAlias(const AliasRequest& request, Timestamp now) {
  const std::string& name = request.state_machine;
  if (!request.description && request.routes.empty()) {
    return InvalidArgument(
        "an update of an alias gives its description or its routes; neither is given", "routes");
  }
  RETURN_IF_ERROR(CheckDescription(request));
  const MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const auto machine, ReadRow(request.namespace_id, name));
  if (machine && machine->is_deleting) return MachineDeleting(arns_, name);
  ASSIGN_OR_RETURN(const auto before, ReadAlias(request.namespace_id, name, request.name));
  if (!before) return ResourceMissing();
  rows::AliasRow after = *before;
  if (request.description) after.description = *request.description;
  if (!request.routes.empty()) {
    RETURN_IF_ERROR(CheckRoutes(request));
    after.routes = StoredRoutes(request.routes);
  }
  if (after == *before) return InfoOf(name, request.name, std::move(after));
  after.updated_at = now;
  storage::ShardBatch batch{.shard = rows::kCatalogShard};
  batch.writes.Put(Family::kIndex,
                   rows::AliasKey(request.namespace_id, name, request.name),
                   rows::EncodeAlias(after));
  RETURN_IF_ERROR(storage::CommitAndWait(storage_, std::move(batch)));
  return InfoOf(name, request.name, std::move(after));
}

Result<AliasInfo> Catalog::DescribeAlias(NamespaceId namespace_id,
                                         const std::string& name,
                                         const std::string& alias) {
  ASSIGN_OR_RETURN(auto row, ReadAlias(namespace_id, name, alias));
  if (!row) return ResourceMissing();
  return InfoOf(name, alias, *std::move(row));
}

Result<AliasList> Catalog::ListAliases(const ListAliasesRequest& request) {
  ASSIGN_OR_RETURN(const auto machine, ReadRow(request.namespace_id, request.state_machine));
  if (!machine) return MachineNotFound(arns_, request.state_machine);
  ASSIGN_OR_RETURN(auto aliases, ReadAliases(request.namespace_id, request.state_machine));
  const std::size_t limit = PageSize(request.page_size);
  AliasList list;
  const auto first = request.after.empty() ? aliases.begin() : aliases.upper_bound(request.after);
  for (auto it = first; it != aliases.end(); ++it) {
    auto& [alias, row] = *it;
    if (request.version != 0 && !LeadsTo(row, request.version)) continue;
    if (list.aliases.size() == limit) {
      list.next = list.aliases.back().name;
      break;
    }
    list.aliases.push_back(InfoOf(request.state_machine, alias, std::move(row)));
  }
  return list;
}

Status Catalog::DeleteAlias(NamespaceId namespace_id,
                            const std::string& name,
                            const std::string& alias) {
  const MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const auto row, ReadAlias(namespace_id, name, alias));
  if (!row) return ResourceMissing();
  storage::ShardBatch batch{.shard = rows::kCatalogShard};
  batch.writes.Delete(Family::kIndex, rows::AliasKey(namespace_id, name, alias));
  return storage::CommitAndWait(storage_, std::move(batch));
}

Result<Catalog::Resolved> Catalog::Resolve(NamespaceId namespace_id,
                                           const std::string& name,
                                           const std::string& qualifier,
                                           Choice choice) {
  Resolved resolved;
  if (const auto version = VersionOf(qualifier)) {
    resolved.version = *version;
  } else {
    ASSIGN_OR_RETURN(const auto alias, ReadAlias(namespace_id, name, qualifier));
    if (!alias) return MachineNotFound(arns_, name + ":" + qualifier);
    resolved.alias = qualifier;
    resolved.version = choice == Choice::kHeaviest || alias->routes.size() == 1
                           ? HeaviestVersion(alias->routes)
                           : DrawnVersion(alias->routes, random_.Next64());
  }
  ASSIGN_OR_RETURN(auto row, ReadVersion(namespace_id, name, resolved.version));
  if (row) {
    resolved.row = *std::move(row);
    return resolved;
  }
  if (resolved.alias.empty()) return MachineNotFound(arns_, name + ":" + qualifier);
  return DataLoss("the alias '" + qualifier + "' of '" + name + "' leads to version " +
                  std::to_string(resolved.version) + ", which is not there");
}

Result<StateMachineInfo> Catalog::DescribeQualified(NamespaceId namespace_id,
                                                    const std::string& name,
                                                    const std::string& qualifier) {
  const MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const auto machine, ReadRow(namespace_id, name));
  if (!machine) return MachineNotFound(arns_, name + ":" + qualifier);
  ASSIGN_OR_RETURN(Resolved resolved, Resolve(namespace_id, name, qualifier, Choice::kHeaviest));
  ASSIGN_OR_RETURN(StateMachineInfo info, Describe(namespace_id, name, resolved.row.revision));
  info.arn = interpreter::StateMachineArn(arns_, name + ":" + qualifier);
  info.version = resolved.version;
  info.version_description = std::move(resolved.row.description);
  info.created_at = resolved.row.created_at;
  return info;
}

}  // namespace pawl::runtime
