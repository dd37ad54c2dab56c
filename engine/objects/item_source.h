// ItemSource: the items of a distributed Map's ItemReader, read in pieces and from wherever a
// reader stopped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/objects/object_store.h"

namespace pawl::objects {

// The reason of every Status that means the Map Run fails, and the error's name.
inline constexpr std::string_view kItemReaderFailed = "States.ItemReaderFailed";

// Items that one source gives at most. AWS: 100 million.
inline constexpr std::uint64_t kItemCountMax = 100'000'000;
// A manifest, which is held whole.
inline constexpr std::size_t kManifestBytesMax = std::size_t{16} * 1024 * 1024;

// arn:aws:states:::s3:getObject, arn:aws:states:::s3:listObjectsV2.
enum class ReaderResource : std::uint8_t { kGetObject, kListObjects };

enum class InputType : std::uint8_t { kCsv, kJson, kJsonLines, kParquet, kManifest };

// What a manifest is; kNone: the object holds the items itself.
enum class ManifestType : std::uint8_t { kNone, kS3Inventory, kAthenaData };

enum class CsvHeaderLocation : std::uint8_t { kFirstRow, kGiven };

enum class CsvDelimiter : std::uint8_t { kComma, kPipe, kSemicolon, kSpace, kTab };

// kNone: a listing gives what it says of each object. kLoadAndFlatten: it gives what the objects
// hold, one behind another, as `input_type` says.
enum class ReaderTransformation : std::uint8_t { kNone, kLoadAndFlatten };

// The fields of ItemReader, evaluated. (Step Functions Developer Guide, "ItemReader (Map)".)
struct ItemReaderOptions {
  ReaderResource resource = ReaderResource::kGetObject;
  std::string bucket = {};
  // For getObject.
  std::string key = {};
  // For listObjectsV2; empty for all keys.
  std::string prefix = {};
  // Refused where it is not empty: stores keep one version.
  std::string version_id = {};
  InputType input_type = InputType::kJson;
  // With kManifest as the input type, kNone is an S3 inventory. Beside kAthenaData, the input type
  // is that of the files that the manifest names.
  ManifestType manifest_type = ManifestType::kNone;
  CsvHeaderLocation csv_header_location = CsvHeaderLocation::kFirstRow;
  // For kGiven.
  std::vector<std::string> csv_headers = {};
  CsvDelimiter csv_delimiter = CsvDelimiter::kComma;
  // The first items alone; 0 for all.
  std::uint64_t max_items = 0;
  // A JSON pointer (RFC 6901) to the array or object of items, for kJson; empty for the whole text.
  std::string items_pointer = {};
  ReaderTransformation transformation = ReaderTransformation::kNone;
  // Bytes that one read of the store asks for, at least 1. No part of what is read, and a cursor
  // goes on under another.
  std::size_t read_bytes = std::size_t{1024} * 1024;
};

// Where items come from.
struct ItemOrigin {
  // Of the first of them, among the items that were given with it; they reach to the next one's.
  std::size_t first = 0;
  // "S3://BUCKET/KEY": the object that the ItemReader names, or of LOAD_AND_FLATTEN the one that
  // holds them. Of a listing: "S3://BUCKET".
  std::string uri = {};

  bool operator==(const ItemOrigin&) const = default;
};

// How much of the items one call gives.
struct ItemBound {
  // At least 1.
  std::size_t items = 1000;
  // Nothing follows the item with which the texts reach this; so one is given whatever its size.
  std::size_t bytes = std::size_t{1024} * 1024;
};

// Not thread-safe; blocks as its store does. Memory: what Next gives, one piece of the store, one
// item as it is written (1 MiB at most), and a manifest or a page of 1,000 names where there is
// one.
class ItemSource {
 public:
  virtual ~ItemSource() = default;

  // The items that follow, in order, each as compact JSON text of at most 256 KiB; none at the end.
  //
  // CSV: an object of texts, with a member for each header. JSON: an element, or
  // {"Key":…,"Value":…} for a member. JSON Lines: a line. S3 inventory: a row, under the names of
  // its schema. Listing:
  // {"Etag":…,"Key":…,"LastModified":SECONDS,"Size":BYTES,"StorageClass":…}.
  //
  // Errors have the reason States.ItemReaderFailed, and their message is the cause: the object, the
  // line or byte in it, what was found, what would be right. Items before the fault are given
  // first. After an error of code kUnavailable, open a source at Cursor() and go on; others stay.
  virtual Result<std::vector<std::string>> Next(const ItemBound& bound) = 0;

  // Of the items that Next gave last, by their places: which are members of a JSON object. What is
  // beyond its end is none.
  virtual const std::vector<bool>& are_members() const = 0;

  // Of the items that Next gave last, in order; the first one's place is 0.
  virtual const std::vector<ItemOrigin>& origins() const = 0;

  // The place behind the last item given, in less than 150 characters of ASCII (of a listing, which
  // needs its last key, 2.3 KB at most). The format has a version: a cursor may be stored.
  virtual std::string Cursor() const = 0;
};

// Opens a source at the start, where `cursor` is empty, or at exactly the item that follows it.
// That takes a fixed number of reads, save in a compressed file of a manifest, which is
// decompressed up to the place.
//
// kInvalidArgument with field "cursor": it is none, or of other options. Everything else that is
// wrong is States.ItemReaderFailed, as for Next: options that contradict each other, an object that
// is missing, a manifest that is none, an object that was replaced since the cursor was taken.
// `store` outlives the source.
Result<std::unique_ptr<ItemSource>> OpenItemSource(ObjectStore& store,
                                                   const ItemReaderOptions& options,
                                                   std::string_view cursor);

}  // namespace pawl::objects
