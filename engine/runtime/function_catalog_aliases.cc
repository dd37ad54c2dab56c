// Aliases of functions: names that lead to one or two of a function's versions.
#include <utility>

#include "engine/runtime/function_catalog.h"
#include "engine/runtime/function_rules.h"
#include "engine/runtime/page_size.h"

namespace pawl::runtime {
namespace {

Result<std::uint64_t> NumberOf(const std::string& version, const std::string& field) {
  if (const auto number = VersionNumber(version)) return *number;
  return InvalidFunctionParameter(
      field + ": '" + version + "'; $LATEST or the number of a version would be right", field);
}

// Lays the part of the calls that another version gets over `row`. `version` empty: none.
Status SetOther(rows::FunctionAliasRow& row, const std::string& version, double weight) {
  row.other_version = 0;
  row.other_weight = 0;
  if (version.empty()) return OkStatus();
  ASSIGN_OR_RETURN(row.other_version, NumberOf(version, "other_version"));
  if (row.other_version == 0) {
    return InvalidFunctionParameter(
        "$LATEST is not supported for an alias pointing to more than 1 version", "other_version");
  }
  // Also what is no number.
  if (!(weight >= 0 && weight <= 1)) {
    return InvalidFunctionParameter(
        "other_weight: " + std::to_string(weight) + "; 0 to 1 would be right", "other_weight");
  }
  row.other_weight = weight;
  return OkStatus();
}

}  // namespace

FunctionAlias FunctionCatalog::AliasInfoOf(const FunctionName& name,
                                           const rows::FunctionAliasRow& row) const {
  FunctionAlias alias{.name = name,
                      .arn = interpreter::FunctionArn(arns_, name.name, name.qualifier),
                      .version = VersionText(row.version),
                      .other_weight = row.other_weight,
                      .description = row.description,
                      .revision_id = row.revision_id};
  if (row.other_version != 0) alias.other_version = VersionText(row.other_version);
  return alias;
}

Status FunctionCatalog::CheckRoutes(const FunctionName& name,
                                    const StoredFunction& function,
                                    const rows::FunctionAliasRow& row) const {
  for (const std::uint64_t version : {row.version, row.other_version}) {
    if (FindVersion(function, version) != nullptr) continue;
    return FunctionNotFound(arns_, {.name = name.name, .qualifier = VersionText(version)});
  }
  if (row.other_version == 0) return OkStatus();
  if (row.version == 0) {
    return InvalidFunctionParameter(
        "$LATEST is not supported for an alias pointing to more than 1 version", "version");
  }
  if (row.version != row.other_version) return OkStatus();
  return InvalidFunctionParameter(
      "other_version: '" + VersionText(row.version) + "' is the version of the alias already",
      "other_version");
}

Result<FunctionAlias> FunctionCatalog::CreateAlias(const FunctionAlias& alias) {
  const FunctionName& name = alias.name;
  RETURN_IF_ERROR(CheckFunctionAliasName(name.qualifier));
  RETURN_IF_ERROR(CheckFunctionDescription(alias.description));
  RETURN_IF_ERROR(seams_.check_disk(0));
  rows::FunctionAliasRow row{.description = alias.description};
  ASSIGN_OR_RETURN(row.version, NumberOf(alias.version, "version"));
  RETURN_IF_ERROR(SetOther(row, alias.other_version, alias.other_weight));
  row.revision_id = platform::RandomUuid(random_);

  const MutexLock lock(mutex_);
  const StoredFunction* before = Find(name);
  if (before == nullptr) return FunctionNotFound(arns_, {.name = name.name});
  if (before->aliases.contains(name.qualifier)) {
    return FunctionConflict("Alias already exists: " +
                            interpreter::FunctionArn(arns_, name.name, name.qualifier));
  }
  RETURN_IF_ERROR(CheckRoutes(name, *before, row));
  StoredFunction after = *before;
  after.aliases.emplace(name.qualifier, row);
  RETURN_IF_ERROR(
      Make({.namespace_id = name.namespace_id, .name = name.name, .after = std::move(after)}));
  return AliasInfoOf(name, row);
}

Result<FunctionAlias> FunctionCatalog::UpdateAlias(const FunctionAliasUpdate& update) {
  const FunctionName& name = update.name;
  if (update.description) RETURN_IF_ERROR(CheckFunctionDescription(*update.description));
  const MutexLock lock(mutex_);
  const StoredFunction* before = Find(name);
  if (before == nullptr) return FunctionNotFound(arns_, {.name = name.name});
  StoredFunction after = *before;
  const auto found = after.aliases.find(name.qualifier);
  if (found == after.aliases.end()) return FunctionAliasNotFound(arns_, name);
  rows::FunctionAliasRow& row = found->second;
  RETURN_IF_ERROR(CheckFunctionRevision(update.revision_id, row.revision_id));
  const rows::FunctionAliasRow was = row;
  if (update.version) {
    ASSIGN_OR_RETURN(row.version, NumberOf(*update.version, "version"));
  }
  if (update.other_version) {
    RETURN_IF_ERROR(SetOther(row, *update.other_version, update.other_weight));
  }
  if (update.description) row.description = *update.description;
  RETURN_IF_ERROR(CheckRoutes(name, after, row));
  if (row != was) row.revision_id = platform::RandomUuid(random_);
  FunctionAlias alias = AliasInfoOf(name, row);
  RETURN_IF_ERROR(
      Make({.namespace_id = name.namespace_id, .name = name.name, .after = std::move(after)}));
  return alias;
}

Result<FunctionAlias> FunctionCatalog::DescribeAlias(const FunctionName& name) {
  const MutexLock lock(mutex_);
  const StoredFunction* function = Find(name);
  if (function == nullptr) return FunctionNotFound(arns_, {.name = name.name});
  const auto alias = function->aliases.find(name.qualifier);
  if (alias == function->aliases.end()) return FunctionAliasNotFound(arns_, name);
  return AliasInfoOf(name, alias->second);
}

Result<FunctionAliasList> FunctionCatalog::ListAliases(const FunctionName& name,
                                                       const std::string& version,
                                                       std::size_t page_size,
                                                       const std::string& after) {
  const std::size_t size = PageSize(page_size);
  std::optional<std::uint64_t> only;
  if (!version.empty()) {
    ASSIGN_OR_RETURN(only, NumberOf(version, "version"));
  }
  const MutexLock lock(mutex_);
  const StoredFunction* function = Find(name);
  if (function == nullptr) return FunctionNotFound(arns_, {.name = name.name});
  FunctionAliasList list;
  for (auto alias = function->aliases.upper_bound(after); alias != function->aliases.end();
       ++alias) {
    const auto& [text, row] = *alias;
    const bool leads_to_it =
        !only || row.version == *only || (*only != 0 && row.other_version == *only);
    if (!leads_to_it) continue;
    if (list.aliases.size() == size) {
      list.next = list.aliases.back().name.qualifier;
      break;
    }
    FunctionName named = name;
    named.qualifier = text;
    list.aliases.push_back(AliasInfoOf(named, row));
  }
  return list;
}

Status FunctionCatalog::DeleteAlias(const FunctionName& name) {
  const MutexLock lock(mutex_);
  const StoredFunction* before = Find(name);
  if (before == nullptr) return FunctionNotFound(arns_, {.name = name.name});
  StoredFunction after = *before;
  if (after.aliases.erase(name.qualifier) == 0) return FunctionAliasNotFound(arns_, name);
  return Make({.namespace_id = name.namespace_id, .name = name.name, .after = std::move(after)});
}

}  // namespace pawl::runtime
