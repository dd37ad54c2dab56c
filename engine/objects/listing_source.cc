#include "engine/objects/listing_source.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"
#include "engine/objects/object_sequence.h"

namespace pawl::objects {
namespace {

// Step Functions Developer Guide, "ItemReader (Map)": an item of a listing. LastModified is in
// seconds of the Unix epoch.
std::string ItemOf(const ObjectRecord& record) {
  const auto seconds =
      std::chrono::floor<std::chrono::seconds>(record.last_modified).time_since_epoch().count();
  std::string item = R"({"Etag":)";
  json::WriteStringTo(item, record.etag);
  item += R"(,"Key":)";
  json::WriteStringTo(item, record.key);
  item += R"(,"LastModified":)" + std::to_string(seconds);
  item += R"(,"Size":)" + std::to_string(record.size);
  item += R"(,"StorageClass":)";
  json::WriteStringTo(item, record.storage_class);
  item += '}';
  return item;
}

class ListingSource final : public ItemSource {
 public:
  ListingSource(ObjectStore& store, const ItemReaderOptions& options, const ItemCursor& cursor)
      : options_(options),
        listing_(store, options.bucket, options.prefix, cursor.key),
        cursor_{.items = cursor.items, .key = cursor.key},
        origins_{{.first = 0, .uri = "S3://" + options.bucket}} {}

  Result<std::vector<std::string>> Next(const ItemBound& bound) override {
    PAWL_CHECK(bound.items > 0);
    std::vector<std::string> items;
    std::size_t bytes = 0;
    while (items.size() < bound.items && bytes < bound.bytes) {
      Result<std::optional<std::string>> item = NextItem();
      if (!item.ok()) {
        if (!items.empty()) break;
        return Status(item.status()).WithReason(std::string(kItemReaderFailed));
      }
      if (!item->has_value()) break;
      bytes += (*item)->size();
      items.push_back(**std::move(item));
    }
    return items;
  }

  const std::vector<bool>& are_members() const override { return are_members_; }

  const std::vector<ItemOrigin>& origins() const override { return origins_; }

  std::string Cursor() const override { return EncodeCursor(cursor_, options_); }

 private:
  Result<std::optional<std::string>> NextItem() {
    RETURN_IF_ERROR(failure_);
    const std::uint64_t count_max =
        options_.max_items == 0 ? kItemCountMax : std::min(options_.max_items, kItemCountMax);
    if (cursor_.items >= count_max) return std::optional<std::string>();
    ASSIGN_OR_RETURN(const std::optional<ObjectRecord> record, listing_.Next());
    if (!record.has_value()) return std::optional<std::string>();
    std::string item = ItemOf(*record);
    if (!json::Check(item).ok()) {
      return failure_ = InvalidArgument("s3://" + listing_.bucket() +
                                        ": expected keys in UTF-8, found one that is not behind '" +
                                        cursor_.key + "'");
    }
    ++cursor_.items;
    cursor_.key = record->key;
    return std::optional(std::move(item));
  }

  ItemReaderOptions options_;
  Listing listing_;
  ItemCursor cursor_;
  // None is.
  const std::vector<bool> are_members_;
  const std::vector<ItemOrigin> origins_;
  Status failure_;
};

}  // namespace

Result<std::unique_ptr<ItemSource>> OpenListingSource(ObjectStore& store,
                                                      const ItemReaderOptions& options,
                                                      const ItemCursor& cursor) {
  // Said at once, not with the first items.
  const Result<ObjectPage> page = store.List({.bucket = options.bucket,
                                              .prefix = options.prefix,
                                              .start_after = cursor.key,
                                              .count_max = 1});
  if (!page.ok()) return page.status();
  return std::unique_ptr<ItemSource>(std::make_unique<ListingSource>(store, options, cursor));
}

}  // namespace pawl::objects
