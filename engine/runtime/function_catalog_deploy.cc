// Deployments of functions: the latest version changes, and a publication keeps it under a number.
#include <utility>

#include "engine/platform/sha256.h"
#include "engine/runtime/function_catalog.h"
#include "engine/runtime/function_rules.h"
#include "engine/runtime/resource_tags.h"

namespace pawl::runtime {
namespace {

void Configure(rows::FunctionVersionRow& row, const FunctionConfiguration& configuration) {
  row.handler = configuration.handler;
  row.timeout_seconds = configuration.timeout_seconds;
  row.memory_mb = configuration.memory_mb;
  row.environment = configuration.environment;
  row.description = configuration.description;
  row.runtime = configuration.runtime;
  row.role = configuration.role;
  row.other = configuration.other;
}

// Whether a version is what the latest one is; each may be described in its own words.
bool IsSame(rows::FunctionVersionRow version, const rows::FunctionVersionRow& latest) {
  version.description = latest.description;
  version.revision_id = latest.revision_id;
  version.updated_at = latest.updated_at;
  return version == latest;
}

std::string HexOf(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text.push_back(kDigits[byte >> 4U]);
    text.push_back(kDigits[byte & 15U]);
  }
  return text;
}

}  // namespace

std::uint64_t FunctionCatalog::StageVersion(StoredFunction& function,
                                            const std::string& description) {
  rows::FunctionRow& row = function.row;
  if (!function.versions.empty()) {
    const auto& [number, newest] = *function.versions.rbegin();
    if (number == row.last_version && IsSame(newest, row.latest)) return number;
  }
  rows::FunctionVersionRow version = row.latest;
  if (!description.empty()) version.description = description;
  version.revision_id = platform::RandomUuid(random_);
  version.updated_at = seams_.now();
  ++row.last_version;
  function.versions.emplace(row.last_version, std::move(version));
  return row.last_version;
}

Result<FunctionInfo> FunctionCatalog::Create(const CreateFunctionRequest& request) {
  RETURN_IF_ERROR(CheckFunctionName(request.name));
  RETURN_IF_ERROR(CheckFunctionConfiguration(request.configuration));
  RETURN_IF_ERROR(CheckFunctionCode(request.code));
  RETURN_IF_ERROR(CheckTags(request.tags));
  RETURN_IF_ERROR(seams_.check_disk(request.code.size()));
  StoredFunction function;
  rows::FunctionVersionRow& latest = function.row.latest;
  Configure(latest, request.configuration);
  latest.code_sha256 = platform::Sha256(request.code.view());
  latest.code_bytes = request.code.size();
  latest.revision_id = platform::RandomUuid(random_);

  const MutexLock lock(mutex_);
  const std::string& name = request.name.name;
  if (Find(request.name) != nullptr) return FunctionConflict("Function already exist: " + name);
  latest.updated_at = seams_.now();
  const std::uint64_t version = request.publish ? StageVersion(function, "") : 0;
  const std::string qualifier = request.publish ? VersionText(version) : "";
  FunctionInfo info = InfoOf(name, qualifier, function, version);
  RETURN_IF_ERROR(Make({.namespace_id = request.name.namespace_id,
                        .name = name,
                        .after = std::move(function),
                        .code = request.code,
                        .tags = request.tags}));
  return info;
}

Result<FunctionInfo> FunctionCatalog::Update(const UpdateFunctionRequest& request) {
  RETURN_IF_ERROR(CheckFunctionName(request.name));
  if (request.configuration) RETURN_IF_ERROR(CheckFunctionConfiguration(*request.configuration));
  std::string hash;
  if (request.code) {
    RETURN_IF_ERROR(CheckFunctionCode(*request.code));
    hash = platform::Sha256(request.code->view());
  }
  RETURN_IF_ERROR(seams_.check_disk(request.code ? request.code->size() : 0));

  const MutexLock lock(mutex_);
  const StoredFunction* before = Find(request.name);
  if (before == nullptr) return FunctionNotFound(arns_, request.name);
  RETURN_IF_ERROR(CheckFunctionRevision(request.revision_id, before->row.latest.revision_id));
  StoredFunction after = *before;
  rows::FunctionVersionRow& latest = after.row.latest;
  if (request.configuration) Configure(latest, *request.configuration);
  if (request.code) {
    latest.code_sha256 = std::move(hash);
    latest.code_bytes = request.code->size();
  }
  if (latest != before->row.latest) {
    latest.revision_id = platform::RandomUuid(random_);
    latest.updated_at = seams_.now();
  }
  const std::uint64_t version = request.publish ? StageVersion(after, "") : 0;
  const std::string qualifier = request.publish ? VersionText(version) : "";
  FunctionInfo info = InfoOf(request.name.name, qualifier, after, version);
  if (request.dry_run) return info;
  RETURN_IF_ERROR(Make({.namespace_id = request.name.namespace_id,
                        .name = request.name.name,
                        .after = std::move(after),
                        .code = request.code.value_or(Bytes())}));
  return info;
}

Result<FunctionInfo> FunctionCatalog::Publish(const PublishFunctionRequest& request) {
  RETURN_IF_ERROR(CheckFunctionName(request.name));
  RETURN_IF_ERROR(CheckFunctionDescription(request.description));
  RETURN_IF_ERROR(seams_.check_disk(0));
  const MutexLock lock(mutex_);
  const StoredFunction* before = Find(request.name);
  if (before == nullptr) return FunctionNotFound(arns_, request.name);
  const rows::FunctionVersionRow& latest = before->row.latest;
  RETURN_IF_ERROR(CheckFunctionRevision(request.revision_id, latest.revision_id));
  if (request.code_sha256 && *request.code_sha256 != latest.code_sha256) {
    return InvalidFunctionParameter("CodeSHA256 (" + HexOf(*request.code_sha256) +
                                        ") is different from current CodeSHA256 in $LATEST (" +
                                        HexOf(latest.code_sha256) +
                                        "). Please try again with the CodeSHA256 in $LATEST.",
                                    "code_sha256");
  }
  StoredFunction after = *before;
  const std::uint64_t version = StageVersion(after, request.description);
  FunctionInfo info = InfoOf(request.name.name, VersionText(version), after, version);
  RETURN_IF_ERROR(Make({.namespace_id = request.name.namespace_id,
                        .name = request.name.name,
                        .after = std::move(after)}));
  return info;
}

Status FunctionCatalog::Delete(const FunctionName& name) {
  if (name.qualifier == kLatestVersion) {
    return InvalidFunctionParameter(
        "$LATEST version cannot be deleted without deleting the function.", "qualifier");
  }
  const MutexLock lock(mutex_);
  const StoredFunction* before = Find(name);
  if (before == nullptr) return FunctionNotFound(arns_, name);
  if (name.qualifier.empty()) return Make({.namespace_id = name.namespace_id, .name = name.name});
  const auto version = VersionNumber(name.qualifier);
  if (!version) {
    return InvalidFunctionParameter(
        "qualifier: '" + name.qualifier + "'; the number of a version would be right", "qualifier");
  }
  if (!before->versions.contains(*version)) return FunctionNotFound(arns_, name);
  std::string referring;
  for (const auto& [alias, row] : before->aliases) {
    if (row.version != *version && row.other_version != *version) continue;
    referring += (referring.empty() ? "" : ", ") + alias;
  }
  if (!referring.empty()) {
    return FunctionConflict(
        "Unable to delete version because the following aliases reference it: [" + referring + "]");
  }
  StoredFunction after = *before;
  after.versions.erase(*version);
  return Make({.namespace_id = name.namespace_id, .name = name.name, .after = std::move(after)});
}

Status FunctionCatalog::SetConcurrency(const FunctionName& name,
                                       std::optional<std::uint32_t> concurrency) {
  RETURN_IF_ERROR(CheckFunctionName(name));
  const MutexLock lock(mutex_);
  const StoredFunction* before = Find(name);
  if (before == nullptr) return FunctionNotFound(arns_, name);
  StoredFunction after = *before;
  after.row.reserved_concurrency = concurrency;
  return Make({.namespace_id = name.namespace_id, .name = name.name, .after = std::move(after)});
}

}  // namespace pawl::runtime
