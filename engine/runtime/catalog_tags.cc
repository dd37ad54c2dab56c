// Tags of state machines, activities and deployed functions. All tags of one resource are one row,
// so a change is whole; it goes with the resource.
#include <utility>

#include "engine/asl/resource.h"
#include "engine/rows/keys.h"
#include "engine/runtime/catalog.h"
#include "engine/runtime/catalog_errors.h"
#include "engine/runtime/resource_tags.h"

namespace pawl::runtime {
namespace {

using storage::Family;

rows::TaggedKind KindOf(const ResourceName& resource) {
  switch (resource.kind) {
    case ResourceKind::kStateMachine:
      return rows::TaggedKind::kStateMachine;
    case ResourceKind::kActivity:
      return rows::TaggedKind::kActivity;
    case ResourceKind::kFunction:
      break;
  }
  return rows::TaggedKind::kFunction;
}

std::string KeyOf(const ResourceName& resource) {
  return rows::TagsKey(resource.namespace_id, KindOf(resource), resource.name);
}

// The row that is there as long as the resource is.
std::string ExistenceKey(const ResourceName& resource) {
  if (resource.kind == ResourceKind::kStateMachine)
    return rows::StateMachineKey(resource.namespace_id, resource.name);
  if (resource.kind == ResourceKind::kFunction)
    return rows::DeployedFunctionKey(resource.namespace_id, resource.name);
  return rows::FunctionKey(resource.namespace_id, asl::ActivityFunction(resource.name));
}

}  // namespace

Result<rows::TagsRow> Catalog::ReadTags(const ResourceName& resource) {
  storage::LoadRequest request;
  request.keys = {{.family = Family::kIndex, .bytes = ExistenceKey(resource)},
                  {.family = Family::kIndex, .bytes = KeyOf(resource)}};
  ASSIGN_OR_RETURN(const auto loaded, storage::LoadAndWait(storage_, std::move(request)));
  if (!loaded.values[0]) return ResourceMissing();
  if (!loaded.values[1]) return rows::TagsRow();
  return rows::DecodeTags(*loaded.values[1]);
}

Status Catalog::Tag(const ResourceName& resource, const std::vector<pawl::Tag>& tags) {
  RETURN_IF_ERROR(CheckTags(tags));
  const MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const rows::TagsRow before, ReadTags(resource));
  const rows::TagsRow after = WithTags(before, tags);
  if (after == before) return OkStatus();
  RETURN_IF_ERROR(CheckTagCount(after));
  storage::ShardBatch batch{.shard = rows::kCatalogShard};
  batch.writes.Put(Family::kIndex, KeyOf(resource), rows::EncodeTags(after));
  return storage::CommitAndWait(storage_, std::move(batch));
}

Status Catalog::Untag(const ResourceName& resource, const std::vector<std::string>& keys) {
  const MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const rows::TagsRow before, ReadTags(resource));
  rows::TagsRow after = before;
  for (const std::string& key : keys)
    after.erase(key);
  if (after == before) return OkStatus();
  storage::ShardBatch batch{.shard = rows::kCatalogShard};
  if (after.empty()) {
    batch.writes.Delete(Family::kIndex, KeyOf(resource));
  } else {
    batch.writes.Put(Family::kIndex, KeyOf(resource), rows::EncodeTags(after));
  }
  return storage::CommitAndWait(storage_, std::move(batch));
}

Result<std::vector<pawl::Tag>> Catalog::ListTags(const ResourceName& resource) {
  ASSIGN_OR_RETURN(const rows::TagsRow row, ReadTags(resource));
  std::vector<pawl::Tag> tags;
  for (const auto& [key, value] : row)
    tags.push_back({.key = key, .value = value});
  return tags;
}

}  // namespace pawl::runtime
