#include "engine/runtime/function_catalog.h"

#include <utility>

#include "engine/rows/keys.h"
#include "engine/runtime/catalog_errors.h"
#include "engine/runtime/function_rules.h"
#include "engine/runtime/page_size.h"

namespace pawl::runtime {
namespace {

FunctionConfiguration ConfigurationOf(const rows::FunctionVersionRow& row) {
  return {.handler = row.handler,
          .timeout_seconds = row.timeout_seconds,
          .memory_mb = row.memory_mb,
          .environment = row.environment,
          .description = row.description,
          .runtime = row.runtime,
          .role = row.role,
          .other = row.other};
}

}  // namespace

FunctionCatalog::FunctionCatalog(storage::Storage& storage,
                                 platform::Random& random,
                                 const interpreter::ArnScheme& arns,
                                 FunctionCatalogSeams seams)
    : storage_(storage), random_(random), arns_(arns), seams_(std::move(seams)) {}

Status FunctionCatalog::Open() {
  const MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(functions_, ReadAll());
  for (const auto& [id, function] : functions_)
    seams_.changed(NamespaceId{id.first}, id.second, RoutesOf(id.second, function));
  return OkStatus();
}

const StoredFunction* FunctionCatalog::Find(const FunctionName& name) const {
  const auto found = functions_.find(IdOf(name));
  return found == functions_.end() ? nullptr : &found->second;
}

const rows::FunctionVersionRow* FunctionCatalog::FindVersion(const StoredFunction& function,
                                                             std::uint64_t version) {
  if (version == 0) return &function.row.latest;
  const auto found = function.versions.find(version);
  return found == function.versions.end() ? nullptr : &found->second;
}

FunctionRoutes FunctionCatalog::RoutesOf(const std::string& name,
                                         const StoredFunction& function) const {
  FunctionRoutes routes{.aliases = function.aliases,
                        .concurrency = function.row.reserved_concurrency};
  const auto add = [&](std::uint64_t version, const rows::FunctionVersionRow& row) {
    const std::string qualifier = version == 0 ? "" : VersionText(version);
    routes.versions[version] = {.task_name = TaskNameOf(name, version),
                                .name = name,
                                .arn = interpreter::FunctionArn(arns_, name, qualifier),
                                .version = VersionText(version),
                                .configuration = ConfigurationOf(row),
                                .code_sha256 = row.code_sha256,
                                .code_bytes = row.code_bytes};
  };
  add(0, function.row.latest);
  for (const auto& [version, row] : function.versions)
    add(version, row);
  return routes;
}

FunctionInfo FunctionCatalog::InfoOf(const std::string& name,
                                     const std::string& qualifier,
                                     const StoredFunction& function,
                                     std::uint64_t version) const {
  const rows::FunctionVersionRow& row = *FindVersion(function, version);
  return {.name = name,
          .arn = interpreter::FunctionArn(arns_, name, qualifier),
          .version = VersionText(version),
          .configuration = ConfigurationOf(row),
          .code_sha256 = row.code_sha256,
          .code_bytes = row.code_bytes,
          .revision_id = row.revision_id,
          .updated_at = row.updated_at,
          .reserved_concurrency = function.row.reserved_concurrency};
}

Result<FunctionInfo> FunctionCatalog::Describe(const FunctionName& name) {
  const MutexLock lock(mutex_);
  const StoredFunction* function = Find(name);
  if (function == nullptr) return FunctionNotFound(arns_, name);
  if (name.qualifier.empty()) return InfoOf(name.name, "", *function, 0);
  std::optional<std::uint64_t> version = VersionNumber(name.qualifier);
  if (!version) {
    const auto alias = function->aliases.find(name.qualifier);
    if (alias == function->aliases.end()) return FunctionNotFound(arns_, name);
    version = alias->second.version;
  }
  if (FindVersion(*function, *version) == nullptr) return FunctionNotFound(arns_, name);
  return InfoOf(name.name, name.qualifier, *function, *version);
}

Result<FunctionList> FunctionCatalog::List(NamespaceId namespace_id,
                                           std::size_t page_size,
                                           const std::string& after) {
  const std::size_t size = PageSize(page_size);
  const MutexLock lock(mutex_);
  FunctionList list;
  for (auto function = functions_.upper_bound({namespace_id.value, after});
       function != functions_.end() && function->first.first == namespace_id.value;
       ++function) {
    if (list.functions.size() == size) {
      list.next = list.functions.back().name;
      break;
    }
    list.functions.push_back(InfoOf(function->first.second, "", function->second, 0));
  }
  return list;
}

Result<FunctionList> FunctionCatalog::ListVersions(const FunctionName& name,
                                                   std::size_t page_size,
                                                   const std::string& after) {
  const std::size_t size = PageSize(page_size);
  const MutexLock lock(mutex_);
  const StoredFunction* function = Find(name);
  if (function == nullptr) return FunctionNotFound(arns_, name);
  FunctionList list;
  const auto add = [&](std::uint64_t version) {
    list.functions.push_back(InfoOf(name.name, VersionText(version), *function, version));
  };
  std::uint64_t last = 0;
  if (after.empty()) {
    add(0);
  } else {
    const auto number = VersionNumber(after);
    if (!number) return PageTokenInvalid();
    last = *number;
  }
  for (auto version = function->versions.upper_bound(last); version != function->versions.end();
       ++version) {
    if (list.functions.size() == size) {
      list.next = list.functions.back().version;
      break;
    }
    add(version->first);
  }
  return list;
}

std::vector<std::string> FunctionCatalog::Announced(NamespaceId namespace_id) {
  const std::vector<std::string> announced = seams_.announced(namespace_id);
  std::vector<std::string> names;
  const MutexLock lock(mutex_);
  for (const std::string& name : announced) {
    // Activities, and what workers call themselves, are no functions: they have a colon.
    const bool is_function = name.find(':') == std::string::npos;
    if (is_function && !functions_.contains({namespace_id.value, name})) names.push_back(name);
  }
  return names;
}

}  // namespace pawl::runtime
