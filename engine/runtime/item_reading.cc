#include "engine/runtime/item_reading.h"

#include <utility>

#include "engine/json/parse.h"
#include "engine/runtime/object_parameters.h"

namespace pawl::runtime {
namespace {

using objects::ItemReaderOptions;

constexpr int kReadAttempts = 3;
// A slice is small: less is read for nothing behind it.
constexpr std::size_t kReadBytes = std::size_t{256} * 1024;

objects::InputType InputTypeOf(const asl::ItemReader& definition) {
  const std::string& word = definition.input_type;
  if (word == "CSV") return objects::InputType::kCsv;
  if (word == "JSONL") return objects::InputType::kJsonLines;
  if (word == "PARQUET") return objects::InputType::kParquet;
  if (word == "MANIFEST") return objects::InputType::kManifest;
  return objects::InputType::kJson;
}

objects::ManifestType ManifestTypeOf(const asl::ItemReader& definition) {
  if (definition.manifest_type == "S3_INVENTORY") return objects::ManifestType::kS3Inventory;
  if (definition.manifest_type == "ATHENA_DATA") return objects::ManifestType::kAthenaData;
  return objects::ManifestType::kNone;
}

objects::CsvDelimiter DelimiterOf(const asl::ItemReader& definition) {
  const std::string& word = definition.csv_delimiter;
  if (word == "PIPE") return objects::CsvDelimiter::kPipe;
  if (word == "SEMICOLON") return objects::CsvDelimiter::kSemicolon;
  if (word == "SPACE") return objects::CsvDelimiter::kSpace;
  if (word == "TAB") return objects::CsvDelimiter::kTab;
  return objects::CsvDelimiter::kComma;
}

Status Failed(std::string message) {
  return InvalidArgument(std::move(message)).WithReason(std::string(objects::kItemReaderFailed));
}

// `origins` are of items that stand behind `before` others.
void AppendOrigins(const std::vector<objects::ItemOrigin>& origins,
                   std::size_t before,
                   std::vector<interpreter::ItemOrigin>& all) {
  for (const objects::ItemOrigin& origin : origins) {
    if (!all.empty() && all.back().uri == origin.uri) continue;
    all.push_back({.first = before + origin.first, .uri = origin.uri});
  }
}

// What was read before an error stays in `read`.
Status ReadOnce(objects::ObjectStore& store,
                KeptSources& sources,
                const ItemReaderOptions& options,
                const SliceRequest& request,
                std::size_t& bytes,
                interpreter::ItemsRead& read) {
  auto source = sources.Take(request.run, read.next_cursor);
  if (source == nullptr) {
    ASSIGN_OR_RETURN(source, objects::OpenItemSource(store, options, read.next_cursor));
  }
  const ObjectBounds& bounds = request.bounds;
  while (read.items.size() < bounds.slice_items_max && bytes < bounds.slice_bytes_max) {
    ASSIGN_OR_RETURN(auto texts,
                     source->Next({.items = bounds.slice_items_max - read.items.size(),
                                   .bytes = bounds.slice_bytes_max - bytes}));
    read.next_cursor = source->Cursor();
    read.is_end = texts.empty();
    if (read.is_end) return OkStatus();
    const std::vector<bool>& are_members = source->are_members();
    read.are_members.resize(read.items.size(), false);
    read.are_members.insert(read.are_members.end(), are_members.begin(), are_members.end());
    AppendOrigins(source->origins(), read.items.size(), read.origins);
    for (std::string& text : texts) {
      bytes += text.size();
      read.items.emplace_back(std::move(text));
    }
  }
  sources.Keep(request.run, std::move(source));
  return OkStatus();
}

Status Read(objects::ObjectStore* store,
            KeptSources& sources,
            const asl::ItemReader& definition,
            const SliceRequest& request,
            interpreter::ItemsRead& read) {
  if (store == nullptr) return NoObjectStore("ItemReader");
  ASSIGN_OR_RETURN(const ItemReaderOptions options,
                   ItemReaderOptionsOf(definition, request.reader));
  std::size_t bytes = 0;
  Status status;
  for (int attempt = 0; attempt < kReadAttempts; ++attempt) {
    status = ReadOnce(*store, sources, options, request, bytes, read);
    if (status.code() != StatusCode::kUnavailable) break;
  }
  // The error repeats behind what was read.
  return read.items.empty() ? status : OkStatus();
}

}  // namespace

Result<ItemReaderOptions> ItemReaderOptionsOf(const asl::ItemReader& definition,
                                              const interpreter::MapReader& reader) {
  ItemReaderOptions options{.resource = definition.is_listing
                                            ? objects::ReaderResource::kListObjects
                                            : objects::ReaderResource::kGetObject,
                            .input_type = InputTypeOf(definition),
                            .manifest_type = ManifestTypeOf(definition),
                            .csv_header_location = definition.csv_header_location == "GIVEN"
                                                       ? objects::CsvHeaderLocation::kGiven
                                                       : objects::CsvHeaderLocation::kFirstRow,
                            .csv_headers = definition.csv_headers,
                            .csv_delimiter = DelimiterOf(definition),
                            .max_items = reader.max_items,
                            .items_pointer = reader.items_pointer,
                            .transformation = definition.transformation == "LOAD_AND_FLATTEN"
                                                  ? objects::ReaderTransformation::kLoadAndFlatten
                                                  : objects::ReaderTransformation::kNone,
                            .read_bytes = kReadBytes};
  const auto parameters = ObjectParameters::Parse(reader.parameters);
  if (!parameters.ok()) return Failed("ItemReader: " + parameters.status().message());
  options.bucket = parameters->bucket;
  options.key = parameters->key;
  options.prefix = parameters->prefix;
  options.version_id = parameters->version_id;
  return options;
}

interpreter::ItemsRead ReadSlice(objects::ObjectStore* store,
                                 KeptSources& sources,
                                 const asl::ItemReader& definition,
                                 const SliceRequest& request) {
  interpreter::ItemsRead read{.wait_number = request.run.wait_number,
                              .first = request.first,
                              .next_cursor = request.cursor};
  const Status status = Read(store, sources, definition, request, read);
  if (!status.ok()) {
    read.error = objects::kItemReaderFailed;
    read.cause = status.message();
  }
  return read;
}

}  // namespace pawl::runtime
