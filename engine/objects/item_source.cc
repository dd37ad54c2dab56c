#include "engine/objects/item_source.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/objects/byte_stream.h"
#include "engine/objects/csv_reader.h"
#include "engine/objects/gzip_stream.h"
#include "engine/objects/item_cursor.h"
#include "engine/objects/json_items_reader.h"
#include "engine/objects/json_lines_reader.h"
#include "engine/objects/listing_source.h"
#include "engine/objects/manifest.h"
#include "engine/objects/object_sequence.h"
#include "engine/objects/record_reader.h"

namespace pawl::objects {
namespace {

constexpr std::string_view kCursorField = "cursor";

Status ReaderFailed(const Status& status) {
  return Status(status.code(), status.message(), status.field())
      .WithReason(std::string(kItemReaderFailed));
}

std::string UriOf(const ObjectName& object) {
  return "S3://" + object.bucket + "/" + object.key;
}

char DelimiterOf(CsvDelimiter delimiter) {
  switch (delimiter) {
    case CsvDelimiter::kComma:
      return ',';
    case CsvDelimiter::kPipe:
      return '|';
    case CsvDelimiter::kSemicolon:
      return ';';
    case CsvDelimiter::kSpace:
      return ' ';
    case CsvDelimiter::kTab:
      return '\t';
  }
  PAWL_CHECK(false);
}

// How the bytes of the objects become items.
struct Format {
  InputType type = InputType::kJson;
  char delimiter = ',';
  // Without them, an object's first row holds the names.
  std::optional<CsvHeaders> headers = {};
  std::vector<std::string> pointer = {};
  bool may_be_compressed = false;
  std::size_t read_bytes = 0;
};

Result<Format> FormatOf(const ItemReaderOptions& options) {
  Format format{.type = options.input_type,
                .delimiter = DelimiterOf(options.csv_delimiter),
                .read_bytes = options.read_bytes};
  if (format.type == InputType::kParquet) {
    return Unimplemented(
        "InputType PARQUET is not read by this build; expected CSV, JSON, JSONL or "
        "MANIFEST");
  }
  ASSIGN_OR_RETURN(format.pointer, ParseJsonPointer(options.items_pointer));
  if (!format.pointer.empty() && format.type != InputType::kJson) {
    return InvalidArgument("ItemsPointer: expected the InputType JSON beside it, found another");
  }
  const bool is_given = options.csv_header_location == CsvHeaderLocation::kGiven;
  if (format.type == InputType::kCsv && is_given) {
    ASSIGN_OR_RETURN(format.headers, CsvHeaders::Make("CSVHeaders", options.csv_headers));
  }
  return format;
}

// Opens one object at a place in it.
class ObjectOpener {
 public:
  ObjectOpener(ObjectStore& store, Format format) : store_(store), format_(std::move(format)) {}

  struct Opened {
    std::unique_ptr<RecordReader> reader;
    std::uint64_t tag = 0;
  };

  // `tag`, if there is one, is that of the object in which the place is.
  Result<Opened> Open(const ObjectName& object,
                      const RecordPosition& position,
                      std::optional<std::uint64_t> tag) {
    ASSIGN_OR_RETURN(const ObjectStat stat, store_.Stat(object));
    if (tag.has_value() && *tag != EtagTag(stat.etag)) return PreconditionFailed(object);
    const std::string name = object.ToString();
    Opened opened{.reader = nullptr, .tag = EtagTag(stat.etag)};
    if (format_.type == InputType::kCsv) {
      ASSIGN_OR_RETURN(opened.reader, OpenCsv(object, stat, position));
      return opened;
    }
    ASSIGN_OR_RETURN(std::unique_ptr<ByteReader> bytes, OpenBytes(object, stat, position.offset));
    if (format_.type == InputType::kJsonLines) {
      opened.reader = std::make_unique<JsonLinesReader>(name, std::move(bytes), position);
    } else {
      opened.reader =
          std::make_unique<JsonItemsReader>(name, std::move(bytes), format_.pointer, position);
    }
    return opened;
  }

 private:
  Result<std::unique_ptr<RecordReader>> OpenCsv(const ObjectName& object,
                                                const ObjectStat& stat,
                                                RecordPosition position) {
    const std::string name = object.ToString();
    const bool is_at_start = position.offset == 0;
    std::optional<CsvHeaders> headers = format_.headers;
    std::unique_ptr<ByteReader> bytes;
    if (is_at_start || !headers.has_value()) {
      ASSIGN_OR_RETURN(bytes, OpenBytes(object, stat, 0));
    }
    if (!headers.has_value()) {
      ASSIGN_OR_RETURN(CsvHeaderRow row, ReadCsvHeaders(name, *bytes, format_.delimiter));
      headers = std::move(row.headers);
      if (is_at_start) position.line = row.next_line;
    } else if (is_at_start) {
      RETURN_IF_ERROR(SkipByteOrderMark(*bytes));
    }
    if (!is_at_start) {
      ASSIGN_OR_RETURN(bytes, OpenBytes(object, stat, position.offset));
    }
    return std::unique_ptr<RecordReader>(std::make_unique<CsvReader>(
        name, std::move(bytes), format_.delimiter, *std::move(headers), position));
  }

  Result<std::unique_ptr<ByteReader>> OpenBytes(const ObjectName& object,
                                                const ObjectStat& stat,
                                                std::uint64_t offset) {
    std::unique_ptr<ByteStream> stream =
        std::make_unique<ObjectStream>(store_, object, stat.etag, format_.read_bytes);
    if (format_.may_be_compressed) {
      constexpr std::size_t kMagicBytes = 2;
      ASSIGN_OR_RETURN(
          const std::string start,
          store_.Read(
              {.object = object, .offset = 0, .length = kMagicBytes, .if_match = stat.etag}));
      if (StartsAsGzip(start)) {
        stream = std::make_unique<GzipStream>(std::move(stream), object.ToString());
      }
    }
    RETURN_IF_ERROR(stream->Skip(offset));
    return std::make_unique<ByteReader>(std::move(stream), offset);
  }

  ObjectStore& store_;
  Format format_;
};

// The items of a sequence of objects, one object behind another.
class ObjectItems final : public ItemSource {
 public:
  ObjectItems(ItemReaderOptions options,
              std::unique_ptr<ObjectSequence> objects,
              ObjectOpener opener)
      : options_(std::move(options)), objects_(std::move(objects)), opener_(std::move(opener)) {
    objects_->SaveTo(begun_);
  }

  Status Restore(const ItemCursor& cursor) {
    given_ = cursor.items;
    ASSIGN_OR_RETURN(const std::optional<ObjectName> last, objects_->Restore(cursor));
    objects_->SaveTo(begun_);
    if (!cursor.is_in_object) return OkStatus();
    if (!last.has_value()) {
      return InvalidArgument("expected a cursor in an object of this source, found one in none",
                             std::string(kCursorField));
    }
    ASSIGN_OR_RETURN(current_, opener_.Open(*last, cursor.position, cursor.object_tag));
    SetOrigin(*last);
    return OkStatus();
  }

  Result<std::vector<std::string>> Next(const ItemBound& bound) override {
    PAWL_CHECK(bound.items > 0);
    std::vector<std::string> items;
    std::size_t bytes = 0;
    are_members_.clear();
    origins_.clear();
    while (items.size() < bound.items && bytes < bound.bytes) {
      Result<std::optional<std::string>> item = NextItem();
      if (!item.ok()) {
        if (!items.empty()) break;
        return ReaderFailed(item.status());
      }
      if (!item->has_value()) break;
      bytes += (*item)->size();
      items.push_back(**std::move(item));
      are_members_.push_back(current_.reader->position().is_object);
      if (origins_.empty() || origins_.back().uri != origin_) {
        origins_.push_back({.first = items.size() - 1, .uri = origin_});
      }
      ++given_;
    }
    return items;
  }

  const std::vector<bool>& are_members() const override { return are_members_; }

  const std::vector<ItemOrigin>& origins() const override { return origins_; }

  std::string Cursor() const override {
    ItemCursor cursor = begun_;
    cursor.items = given_;
    if (current_.reader != nullptr) {
      cursor.is_in_object = true;
      cursor.object_tag = current_.tag;
      cursor.position = current_.reader->position();
    }
    return EncodeCursor(cursor, options_);
  }

 private:
  Result<std::optional<std::string>> NextItem() {
    // A sequence or an object that cannot be opened is not tried again: it would be passed over.
    RETURN_IF_ERROR(failure_);
    const std::uint64_t count_max =
        options_.max_items == 0 ? kItemCountMax : std::min(options_.max_items, kItemCountMax);
    if (given_ >= count_max) return std::optional<std::string>();
    for (;;) {
      if (current_.reader == nullptr) {
        Result<bool> is_open = OpenNext();
        if (!is_open.ok()) return failure_ = is_open.status();
        if (!*is_open) return std::optional<std::string>();
      }
      Result<std::optional<std::string>> item = current_.reader->Next();
      if (!item.ok() || item->has_value()) return item;
      current_.reader = nullptr;
    }
  }

  // False at the end of the sequence.
  Result<bool> OpenNext() {
    ASSIGN_OR_RETURN(const std::optional<ObjectName> object, objects_->Next());
    if (!object.has_value()) return false;
    ASSIGN_OR_RETURN(current_, opener_.Open(*object, {}, std::nullopt));
    SetOrigin(*object);
    objects_->SaveTo(begun_);
    return true;
  }

  // The files of a manifest are not what the ItemReader names.
  void SetOrigin(const ObjectName& current) {
    const bool is_listed = options_.resource == ReaderResource::kListObjects;
    origin_ =
        UriOf(is_listed ? current : ObjectName{.bucket = options_.bucket, .key = options_.key});
  }

  ItemReaderOptions options_;
  std::unique_ptr<ObjectSequence> objects_;
  ObjectOpener opener_;
  // The place behind the last object that was opened: one that could not be stays ahead.
  ItemCursor begun_;
  ObjectOpener::Opened current_;
  std::uint64_t given_ = 0;
  std::vector<bool> are_members_;
  std::vector<ItemOrigin> origins_;
  // Of the items of `current_`.
  std::string origin_;
  Status failure_;
};

// An object that is held whole.
Result<std::string> ReadWhole(ObjectStore& store,
                              const ObjectName& object,
                              const ObjectStat& stat,
                              std::size_t read_bytes) {
  if (stat.size > kManifestBytesMax) {
    return InvalidArgument(object.ToString() + ": expected a manifest of at most " +
                           std::to_string(kManifestBytesMax) + " bytes, found " +
                           std::to_string(stat.size));
  }
  std::string text;
  ObjectStream stream(store, object, stat.etag, read_bytes);
  for (;;) {
    ASSIGN_OR_RETURN(const std::string piece, stream.Read());
    if (piece.empty()) return text;
    text += piece;
  }
}

Result<std::unique_ptr<ObjectItems>> OpenManifest(ObjectStore& store,
                                                  const ItemReaderOptions& options,
                                                  ManifestType type) {
  const ObjectName name{.bucket = options.bucket, .key = options.key};
  const bool is_inventory = type == ManifestType::kS3Inventory;
  Format format{.type = InputType::kCsv, .delimiter = ',', .read_bytes = options.read_bytes};
  if (!is_inventory) {
    ASSIGN_OR_RETURN(format, FormatOf(options));
  }
  format.may_be_compressed = true;
  ASSIGN_OR_RETURN(const ObjectStat stat, store.Stat(name));
  ASSIGN_OR_RETURN(const std::string text, ReadWhole(store, name, stat, options.read_bytes));
  ASSIGN_OR_RETURN(
      Manifest manifest,
      is_inventory ? ParseInventoryManifest(name, text) : ParseAthenaManifest(name, text));
  if (is_inventory) {
    ASSIGN_OR_RETURN(format.headers,
                     CsvHeaders::Make(name.ToString(), std::move(manifest.columns)));
  }
  return std::make_unique<ObjectItems>(
      options,
      std::make_unique<NamedObjects>(std::move(manifest.files), EtagTag(stat.etag)),
      ObjectOpener(store, std::move(format)));
}

Result<std::unique_ptr<ObjectItems>> OpenListed(ObjectStore& store,
                                                const ItemReaderOptions& options) {
  ASSIGN_OR_RETURN(Format format, FormatOf(options));
  return std::make_unique<ObjectItems>(
      options,
      std::make_unique<ListedObjects>(Listing(store, options.bucket, options.prefix, "")),
      ObjectOpener(store, std::move(format)));
}

Result<std::unique_ptr<ObjectItems>> OpenObject(ObjectStore& store,
                                                const ItemReaderOptions& options) {
  ASSIGN_OR_RETURN(Format format, FormatOf(options));
  const ObjectName name{.bucket = options.bucket, .key = options.key};
  // Said at once, not with the first items.
  if (const Result<ObjectStat> stat = store.Stat(name); !stat.ok()) return stat.status();
  return std::make_unique<ObjectItems>(
      options,
      std::make_unique<NamedObjects>(std::vector{name}, /*manifest_tag=*/0),
      ObjectOpener(store, std::move(format)));
}

Status CheckOptions(const ItemReaderOptions& options) {
  if (!options.version_id.empty()) {
    return InvalidArgument("VersionId: expected none, because one version of an object is kept");
  }
  const bool is_listing = options.resource == ReaderResource::kListObjects;
  if (!is_listing && options.transformation != ReaderTransformation::kNone) {
    return InvalidArgument("Transformation: expected LOAD_AND_FLATTEN with s3:listObjectsV2 alone");
  }
  const bool has_manifest =
      options.input_type == InputType::kManifest || options.manifest_type != ManifestType::kNone;
  if (is_listing && options.transformation != ReaderTransformation::kNone && has_manifest) {
    return InvalidArgument(
        "InputType: expected CSV, JSON or JSONL beside LOAD_AND_FLATTEN, found a "
        "manifest");
  }
  if (options.input_type == InputType::kManifest &&
      options.manifest_type == ManifestType::kAthenaData) {
    return InvalidArgument(
        "InputType: expected CSV or JSONL, the type of the files that the Athena "
        "manifest names, found MANIFEST");
  }
  return OkStatus();
}

Result<std::unique_ptr<ObjectItems>> OpenObjects(ObjectStore& store,
                                                 const ItemReaderOptions& options) {
  if (options.resource == ReaderResource::kListObjects) return OpenListed(store, options);
  if (options.manifest_type == ManifestType::kAthenaData) {
    return OpenManifest(store, options, ManifestType::kAthenaData);
  }
  if (options.input_type == InputType::kManifest ||
      options.manifest_type == ManifestType::kS3Inventory) {
    return OpenManifest(store, options, ManifestType::kS3Inventory);
  }
  return OpenObject(store, options);
}

Result<std::unique_ptr<ItemSource>> Open(ObjectStore& store,
                                         const ItemReaderOptions& options,
                                         const std::optional<ItemCursor>& cursor) {
  if (options.resource == ReaderResource::kListObjects &&
      options.transformation == ReaderTransformation::kNone) {
    return OpenListingSource(store, options, cursor.value_or(ItemCursor{}));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<ObjectItems> items, OpenObjects(store, options));
  if (cursor.has_value()) RETURN_IF_ERROR(items->Restore(*cursor));
  return std::unique_ptr<ItemSource>(std::move(items));
}

}  // namespace

Result<std::unique_ptr<ItemSource>> OpenItemSource(ObjectStore& store,
                                                   const ItemReaderOptions& options,
                                                   std::string_view cursor) {
  PAWL_CHECK(options.read_bytes > 0);
  std::optional<ItemCursor> start;
  if (!cursor.empty()) {
    ASSIGN_OR_RETURN(start, DecodeCursor(cursor, options));
  }
  if (const Status status = CheckOptions(options); !status.ok()) return ReaderFailed(status);
  Result<std::unique_ptr<ItemSource>> source = Open(store, options, start);
  if (source.ok() || source.status().field() == kCursorField) return source;
  return ReaderFailed(source.status());
}

}  // namespace pawl::objects
