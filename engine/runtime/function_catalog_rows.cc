// How a change becomes a batch: what differs between the function before and after it. An archive
// is stored once for each namespace, however many versions have it, and goes in the batch that
// takes the last of them.
#include <algorithm>
#include <set>
#include <utility>

#include "engine/rows/keys.h"
#include "engine/rows/tags_row.h"
#include "engine/runtime/function_catalog.h"
#include "engine/runtime/resource_tags.h"

namespace pawl::runtime {
namespace {

using storage::Family;

// Puts what is new or different in `after`, deletes what is in `before` alone.
template <typename Id, typename Row, typename KeyOf, typename Encode>
void StageDifference(const std::map<Id, Row>& before,
                     const std::map<Id, Row>& after,
                     const KeyOf& key_of,
                     const Encode& encode,
                     storage::WriteBatch& batch) {
  for (const auto& [id, row] : after) {
    const auto known = before.find(id);
    if (known != before.end() && known->second == row) continue;
    batch.Put(Family::kIndex, key_of(id), encode(row));
  }
  for (const auto& [id, row] : before) {
    if (!after.contains(id)) batch.Delete(Family::kIndex, key_of(id));
  }
}

std::set<std::string> CodeOfAll(const StoredFunction& function) {
  std::set<std::string> hashes;
  for (const auto& [number, version] : function.versions)
    hashes.insert(version.code_sha256);
  // Empty: there is no function.
  if (!function.row.latest.code_sha256.empty()) hashes.insert(function.row.latest.code_sha256);
  return hashes;
}

std::optional<std::uint64_t> CodeBytesIn(const StoredFunction& function, const std::string& hash) {
  if (function.row.latest.code_sha256 == hash) return function.row.latest.code_bytes;
  for (const auto& [number, version] : function.versions) {
    if (version.code_sha256 == hash) return version.code_bytes;
  }
  return std::nullopt;
}

}  // namespace

Result<std::map<FunctionCatalog::FunctionId, StoredFunction>> FunctionCatalog::ReadAll() {
  storage::LoadRequest request;
  request.ranges = {
      rows::AllDeployedFunctions(), rows::AllFunctionVersions(), rows::AllFunctionAliases()};
  ASSIGN_OR_RETURN(const auto loaded, storage::LoadAndWait(storage_, std::move(request)));
  std::map<FunctionId, StoredFunction> functions;
  for (const storage::Row& stored : loaded.rows[0]) {
    const auto key = rows::ParseDeployedFunctionKey(stored.key);
    if (!key) return DataLoss("a deployed function's key is not readable");
    StoredFunction& function = functions[{key->namespace_id.value, key->function}];
    ASSIGN_OR_RETURN(function.row, rows::DecodeFunction(stored.value));
  }
  for (const storage::Row& stored : loaded.rows[1]) {
    const auto key = rows::ParseFunctionVersionKey(stored.key);
    if (!key) return DataLoss("the key of a function's version is not readable");
    const auto function = functions.find({key->namespace_id.value, key->function});
    if (function == functions.end() || key->version > function->second.row.last_version) {
      return DataLoss("a version is stored of function '" + key->function + "', which has none");
    }
    ASSIGN_OR_RETURN(function->second.versions[key->version],
                     rows::DecodeFunctionVersion(stored.value));
  }
  for (const storage::Row& stored : loaded.rows[2]) {
    const auto key = rows::ParseFunctionAliasKey(stored.key);
    if (!key) return DataLoss("the key of a function's alias is not readable");
    const auto function = functions.find({key->namespace_id.value, key->function});
    if (function == functions.end()) {
      return DataLoss("an alias is stored of function '" + key->function + "', which is not");
    }
    ASSIGN_OR_RETURN(rows::FunctionAliasRow row, rows::DecodeFunctionAlias(stored.value));
    function->second.aliases.emplace(key->alias, std::move(row));
  }
  return functions;
}

std::optional<std::uint64_t> FunctionCatalog::CodeBytes(NamespaceId namespace_id,
                                                        const std::string& code_sha256,
                                                        const std::string& except) const {
  for (auto function = functions_.lower_bound({namespace_id.value, ""});
       function != functions_.end() && function->first.first == namespace_id.value;
       ++function) {
    if (function->first.second == except) continue;
    if (const auto bytes = CodeBytesIn(function->second, code_sha256)) return bytes;
  }
  return std::nullopt;
}

void FunctionCatalog::StageRows(const Change& change,
                                const StoredFunction& before,
                                storage::WriteBatch& batch) const {
  const StoredFunction after = change.after.value_or(StoredFunction());
  if (!change.after) {
    batch.Delete(Family::kIndex, rows::DeployedFunctionKey(change.namespace_id, change.name));
  } else if (after.row != before.row) {
    batch.Put(Family::kIndex,
              rows::DeployedFunctionKey(change.namespace_id, change.name),
              rows::EncodeFunction(after.row));
  }
  StageDifference(
      before.versions,
      after.versions,
      [&](std::uint64_t version) {
        return rows::FunctionVersionKey(change.namespace_id, change.name, version);
      },
      rows::EncodeFunctionVersion,
      batch);
  StageDifference(
      before.aliases,
      after.aliases,
      [&](const std::string& alias) {
        return rows::FunctionAliasKey(change.namespace_id, change.name, alias);
      },
      rows::EncodeFunctionAlias,
      batch);
}

void FunctionCatalog::StageCode(const Change& change,
                                const StoredFunction& before,
                                storage::WriteBatch& batch) const {
  const std::set<std::string> had = CodeOfAll(before);
  const std::set<std::string> has = CodeOfAll(change.after.value_or(StoredFunction()));
  for (const std::string& hash : had) {
    if (has.contains(hash) || CodeBytes(change.namespace_id, hash, change.name)) continue;
    const storage::Range gone = rows::CodeOf(change.namespace_id, hash);
    batch.DeleteRange(Family::kIndex, gone.begin, gone.end);
  }
  for (const std::string& hash : has) {
    if (had.contains(hash) || CodeBytes(change.namespace_id, hash, change.name)) continue;
    const std::string_view code = change.code.view();
    for (std::size_t at = 0; at < code.size(); at += kCodeChunkBytes) {
      const auto piece = static_cast<std::uint32_t>(at / kCodeChunkBytes);
      batch.Put(Family::kIndex,
                rows::CodeKey(change.namespace_id, hash, piece),
                std::string(code.substr(at, kCodeChunkBytes)));
    }
  }
}

Status FunctionCatalog::Make(Change change) {
  const FunctionId id{change.namespace_id.value, change.name};
  const auto found = functions_.find(id);
  const bool is_new = found == functions_.end();
  const StoredFunction before = is_new ? StoredFunction() : found->second;
  storage::ShardBatch batch{.shard = rows::kCatalogShard};
  StageRows(change, before, batch.writes);
  StageCode(change, before, batch.writes);
  const std::string tags_key =
      rows::TagsKey(change.namespace_id, rows::TaggedKind::kFunction, change.name);
  if (!change.tags.empty()) {
    batch.writes.Put(Family::kIndex, tags_key, rows::EncodeTags(WithTags({}, change.tags)));
  } else if (is_new || !change.after) {
    batch.writes.Delete(Family::kIndex, tags_key);
  }
  if (batch.writes.empty()) return OkStatus();
  const Status stored = storage::CommitAndWait(storage_, std::move(batch));
  if (stored.code() == StatusCode::kUnknown) RETURN_IF_ERROR(Reread(id));
  RETURN_IF_ERROR(stored);
  Keep(id, std::move(change.after));
  return OkStatus();
}

void FunctionCatalog::Keep(const FunctionId& id, std::optional<StoredFunction> function) {
  std::optional<FunctionRoutes> routes;
  if (function) routes = RoutesOf(id.second, *function);
  seams_.changed(NamespaceId{id.first}, id.second, std::move(routes));
  if (function) {
    functions_[id] = *std::move(function);
  } else {
    functions_.erase(id);
  }
}

Status FunctionCatalog::Reread(const FunctionId& id) {
  ASSIGN_OR_RETURN(auto functions, ReadAll());
  const auto found = functions.find(id);
  std::optional<StoredFunction> function;
  if (found != functions.end()) function = std::move(found->second);
  Keep(id, std::move(function));
  return OkStatus();
}

Result<Bytes> FunctionCatalog::ReadCode(NamespaceId namespace_id,
                                        const std::string& code_sha256,
                                        std::uint64_t index) {
  const auto missing = [] {
    return NotFound("no function has this code (any more)").WithReason("ResourceNotFound");
  };
  std::optional<std::uint64_t> bytes;
  if (code_sha256.size() == rows::kCodeHashBytes) {
    const MutexLock lock(mutex_);
    // No function has an empty name.
    bytes = CodeBytes(namespace_id, code_sha256, "");
  }
  if (!bytes) return missing();
  const std::uint64_t pieces = (*bytes + kCodeChunkBytes - 1) / kCodeChunkBytes;
  if (index >= pieces) {
    return OutOfRange("piece " + std::to_string(index) + " of code that has " +
                      std::to_string(pieces) + ", counted from 0");
  }
  const auto piece = static_cast<std::uint32_t>(index);
  ASSIGN_OR_RETURN(auto value,
                   storage::GetAndWait(storage_,
                                       {.family = Family::kIndex,
                                        .bytes = rows::CodeKey(namespace_id, code_sha256, piece)}));
  if (!value) return missing();
  const std::uint64_t size =
      std::min<std::uint64_t>(kCodeChunkBytes, *bytes - index * kCodeChunkBytes);
  if (value->size() != size) {
    return DataLoss("piece " + std::to_string(index) + " of a function's code has " +
                    std::to_string(value->size()) + " bytes; " + std::to_string(size) +
                    " were stored");
  }
  return Bytes(*std::move(value));
}

}  // namespace pawl::runtime
