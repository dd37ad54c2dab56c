#include "engine/objects/object_sequence.h"

#include <utility>

namespace pawl::objects {

Result<std::optional<ObjectName>> NamedObjects::Next() {
  if (next_ == objects_.size()) return std::optional<ObjectName>();
  return std::optional(objects_[next_++]);
}

void NamedObjects::SaveTo(ItemCursor& cursor) const {
  cursor.objects = next_;
  cursor.manifest_tag = manifest_tag_;
}

Result<std::optional<ObjectName>> NamedObjects::Restore(const ItemCursor& cursor) {
  if (cursor.manifest_tag != manifest_tag_ || cursor.objects > objects_.size()) {
    return FailedPrecondition(
        "the manifest was replaced while it was read; expected it to stay as it is");
  }
  next_ = static_cast<std::size_t>(cursor.objects);
  if (next_ == 0) return std::optional<ObjectName>();
  return std::optional(objects_[next_ - 1]);
}

Result<std::optional<ObjectRecord>> Listing::Next() {
  // A page may be empty and not the last.
  while (next_ == page_.records.size()) {
    if (!page_.is_truncated) return std::optional<ObjectRecord>();
    ASSIGN_OR_RETURN(page_, store_.List(request_));
    next_ = 0;
    if (page_.records.empty()) page_.is_truncated = false;
    if (!page_.records.empty()) request_.start_after = page_.records.back().key;
  }
  last_key_ = page_.records[next_].key;
  return std::optional(std::move(page_.records[next_++]));
}

void Listing::GoBehind(const std::string& key) {
  request_.start_after = key;
  last_key_ = key;
  page_ = {.records = {}, .is_truncated = true};
  next_ = 0;
}

Result<std::optional<ObjectName>> ListedObjects::Next() {
  for (;;) {
    ASSIGN_OR_RETURN(const std::optional<ObjectRecord> record, listing_.Next());
    if (!record.has_value()) return std::optional<ObjectName>();
    const bool is_folder = record->size == 0 && record->key.ends_with('/');
    if (!is_folder) {
      return std::optional(ObjectName{.bucket = listing_.bucket(), .key = record->key});
    }
  }
}

void ListedObjects::SaveTo(ItemCursor& cursor) const {
  cursor.key = listing_.last_key();
}

Result<std::optional<ObjectName>> ListedObjects::Restore(const ItemCursor& cursor) {
  listing_.GoBehind(cursor.key);
  if (cursor.key.empty()) return std::optional<ObjectName>();
  return std::optional(ObjectName{.bucket = listing_.bucket(), .key = cursor.key});
}

}  // namespace pawl::objects
