// ObjectSequence: the objects whose items follow each other in one source.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/objects/item_cursor.h"
#include "engine/objects/object_store.h"

namespace pawl::objects {

// Not thread-safe.
class ObjectSequence {
 public:
  virtual ~ObjectSequence() = default;

  // The next object; nullopt at the end.
  virtual Result<std::optional<ObjectName>> Next() = 0;
  // Writes the place behind the object that Next gave last.
  virtual void SaveTo(ItemCursor& cursor) const = 0;
  // Goes to a saved place and gives the object before it; nullopt if that is the start.
  virtual Result<std::optional<ObjectName>> Restore(const ItemCursor& cursor) = 0;
};

// Objects that are known from the start: one, or those of a manifest.
class NamedObjects final : public ObjectSequence {
 public:
  // `manifest_tag` tells one manifest from its replacement; 0 without one.
  NamedObjects(std::vector<ObjectName> objects, std::uint64_t manifest_tag)
      : objects_(std::move(objects)), manifest_tag_(manifest_tag) {}

  Result<std::optional<ObjectName>> Next() override;
  void SaveTo(ItemCursor& cursor) const override;
  Result<std::optional<ObjectName>> Restore(const ItemCursor& cursor) override;

 private:
  std::vector<ObjectName> objects_;
  std::uint64_t manifest_tag_;
  std::size_t next_ = 0;
};

// The objects of a listing, in the order of their keys, a page at a time.
class Listing {
 public:
  // `store` outlives the listing.
  Listing(ObjectStore& store, std::string bucket, std::string prefix, std::string start_after)
      : store_(store),
        request_{.bucket = std::move(bucket),
                 .prefix = std::move(prefix),
                 .start_after = std::move(start_after)} {}

  // nullopt at the end.
  Result<std::optional<ObjectRecord>> Next();

  const std::string& bucket() const { return request_.bucket; }

  const std::string& last_key() const { return last_key_; }

  // The next object is the one behind `key`.
  void GoBehind(const std::string& key);

 private:
  ObjectStore& store_;
  ListRequest request_;
  ObjectPage page_{.records = {}, .is_truncated = true};
  std::size_t next_ = 0;
  std::string last_key_;
};

// Listed objects that hold items. Markers of folders (no bytes, a key that ends with '/') are left
// out.
class ListedObjects final : public ObjectSequence {
 public:
  explicit ListedObjects(Listing listing) : listing_(std::move(listing)) {}

  Result<std::optional<ObjectName>> Next() override;
  void SaveTo(ItemCursor& cursor) const override;
  Result<std::optional<ObjectName>> Restore(const ItemCursor& cursor) override;

 private:
  Listing listing_;
};

}  // namespace pawl::objects
