#include "tests/support/memory_object_store.h"

#include <utility>

#include "engine/base/check.h"
#include "tests/support/etag.h"

namespace pawl::test {
namespace {

// 2022-11-17T15:44:41Z, and a second more for each version.
constexpr std::int64_t kFirstSecond = 1'668'699'881;
constexpr std::int64_t kMicrosPerSecond = 1'000'000;

Timestamp TimeOf(std::uint64_t version) {
  return FromMicros((kFirstSecond + static_cast<std::int64_t>(version)) * kMicrosPerSecond);
}

}  // namespace

class MemoryObjectStore::Writer final : public objects::ObjectWriter {
 public:
  Writer(MemoryObjectStore& store, objects::ObjectName object)
      : store_(store), object_(std::move(object)) {}

  Status Append(std::string_view bytes) override {
    if (store_.refuses_writes_) return ResourceExhausted("the disk is full");
    text_ += bytes;
    return OkStatus();
  }

  Status Close() override {
    store_.Put(object_, std::move(text_));
    return OkStatus();
  }

 private:
  MemoryObjectStore& store_;
  objects::ObjectName object_;
  std::string text_;
};

void MemoryObjectStore::Put(const objects::ObjectName& object, std::string text) {
  Object& stored = buckets_[object.bucket][object.key];
  stored = {.text = std::move(text), .version = version_++, .writes = stored.writes + 1};
}

const std::string& MemoryObjectStore::Get(const objects::ObjectName& object) const {
  return Find(object).value()->text;
}

bool MemoryObjectStore::Has(const objects::ObjectName& object) const {
  return Find(object).ok();
}

std::size_t MemoryObjectStore::WritesOf(const objects::ObjectName& object) const {
  const auto found = Find(object);
  return found.ok() ? (*found)->writes : 0;
}

Result<objects::ObjectStat> MemoryObjectStore::Stat(const objects::ObjectName& object) {
  ASSIGN_OR_RETURN(const Object* const found, Find(object));
  return objects::ObjectStat{.size = found->text.size(),
                             .etag = EtagOf(found->version),
                             .last_modified = TimeOf(found->version)};
}

Result<std::string> MemoryObjectStore::Read(const objects::ObjectRange& range) {
  ++read_count_;
  if (reads_until_fault_ != kNoFault && reads_until_fault_ == 0) {
    return Unavailable("the store does not answer");
  }
  if (reads_until_fault_ != kNoFault) --reads_until_fault_;
  ASSIGN_OR_RETURN(const Object* const found, Find(range.object));
  if (!range.if_match.empty() && range.if_match != EtagOf(found->version)) {
    return objects::PreconditionFailed(range.object);
  }
  if (range.offset >= found->text.size()) return std::string();
  std::string bytes = found->text.substr(static_cast<std::size_t>(range.offset), range.length);
  bytes_read_ += bytes.size();
  return bytes;
}

Result<objects::ObjectPage> MemoryObjectStore::List(const objects::ListRequest& request) {
  RETURN_IF_ERROR(objects::CheckBucket(request.bucket));
  const auto bucket = buckets_.find(request.bucket);
  if (bucket == buckets_.end()) return objects::NoSuchBucket(request.bucket);
  objects::ObjectPage page;
  for (const auto& [key, object] : bucket->second) {
    if (key <= request.start_after || !key.starts_with(request.prefix)) continue;
    if (page.records.size() == request.count_max) {
      page.is_truncated = true;
      break;
    }
    page.records.push_back({.etag = EtagOf(object.version),
                            .key = key,
                            .last_modified = TimeOf(object.version),
                            .size = object.text.size()});
  }
  return page;
}

Result<std::unique_ptr<objects::ObjectWriter>> MemoryObjectStore::Write(
    const objects::ObjectName& object) {
  RETURN_IF_ERROR(objects::CheckObject(object));
  if (!buckets_.contains(object.bucket)) return objects::NoSuchBucket(object.bucket);
  return std::unique_ptr<objects::ObjectWriter>(std::make_unique<Writer>(*this, object));
}

Result<const MemoryObjectStore::Object*> MemoryObjectStore::Find(
    const objects::ObjectName& object) const {
  RETURN_IF_ERROR(objects::CheckObject(object));
  const auto bucket = buckets_.find(object.bucket);
  if (bucket == buckets_.end()) return objects::NoSuchBucket(object.bucket);
  const auto found = bucket->second.find(object.key);
  if (found == bucket->second.end()) return objects::NoSuchKey(object);
  return &found->second;
}

}  // namespace pawl::test
