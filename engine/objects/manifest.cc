#include "engine/objects/manifest.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "engine/json/parse.h"
#include "engine/objects/record_reader.h"

namespace pawl::objects {
namespace {

Status Wrong(const ObjectName& manifest, std::string_view problem) {
  return InvalidArgument(manifest.ToString() + ": " + std::string(problem));
}

// The member `name` of an object; kInvalidArgument if it is no text.
Result<std::string_view> Text(const ObjectName& manifest,
                              json::Value object,
                              std::string_view name) {
  const json::Value* const value = object.Find(name);
  if (value != nullptr && value->is_string()) return value->string();
  return Wrong(manifest,
               "expected a text '" + std::string(name) + "' in the inventory's manifest, found " +
                   (value == nullptr ? "none" : std::string(json::TypeName(value->type()))));
}

// "Bucket, Key, VersionId": the columns.
std::vector<std::string> SplitSchema(std::string_view schema) {
  std::vector<std::string> columns;
  for (;;) {
    const std::size_t comma = schema.find(',');
    std::string_view column = schema.substr(0, comma);
    while (column.starts_with(' ')) {
      column.remove_prefix(1);
    }
    while (column.ends_with(' ')) {
      column.remove_suffix(1);
    }
    columns.emplace_back(column);
    if (comma == std::string_view::npos) return columns;
    schema.remove_prefix(comma + 1);
  }
}

Result<std::string> DestinationBucket(const ObjectName& manifest, json::Value root) {
  constexpr std::string_view kArn = ":s3:::";
  if (root.Find("destinationBucket") == nullptr) return manifest.bucket;
  ASSIGN_OR_RETURN(const std::string_view bucket, Text(manifest, root, "destinationBucket"));
  const std::size_t arn = bucket.find(kArn);
  return std::string(arn == std::string_view::npos ? bucket : bucket.substr(arn + kArn.size()));
}

std::string_view TrimLine(std::string_view line) {
  while (line.ends_with('\r') || line.ends_with(' ')) {
    line.remove_suffix(1);
  }
  if (line.size() >= 2 && line.front() == '"' && line.back() == '"') {
    line.remove_prefix(1);
    line.remove_suffix(1);
  }
  return line;
}

std::optional<ObjectName> ParseUri(std::string_view uri) {
  constexpr std::string_view kScheme = "s3://";
  if (!uri.starts_with(kScheme)) return std::nullopt;
  uri.remove_prefix(kScheme.size());
  const std::size_t slash = uri.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == uri.size()) return std::nullopt;
  return ObjectName{.bucket = std::string(uri.substr(0, slash)),
                    .key = std::string(uri.substr(slash + 1))};
}

}  // namespace

Result<Manifest> ParseInventoryManifest(const ObjectName& manifest, std::string_view text) {
  json::Arena arena;
  const Result<json::Value> root = json::Parse(text, arena);
  if (!root.ok()) return Wrong(manifest, "expected JSON: " + root.status().message());
  if (!root->is_object()) {
    return Wrong(manifest,
                 "expected the object of an inventory's manifest, found " +
                     std::string(json::TypeName(root->type())));
  }
  ASSIGN_OR_RETURN(const std::string_view format, Text(manifest, *root, "fileFormat"));
  if (format != "CSV") {
    return Wrong(manifest, "expected 'fileFormat' CSV; inventories in other formats are not read");
  }
  Manifest result;
  ASSIGN_OR_RETURN(const std::string_view schema, Text(manifest, *root, "fileSchema"));
  result.columns = SplitSchema(schema);
  ASSIGN_OR_RETURN(const std::string bucket, DestinationBucket(manifest, *root));
  const json::Value* const files = root->Find("files");
  if (files == nullptr || !files->is_array()) {
    return Wrong(manifest, "expected an array 'files' in the inventory's manifest, found none");
  }
  for (const json::Value file : files->items()) {
    ASSIGN_OR_RETURN(const std::string_view key, Text(manifest, file, "key"));
    result.files.push_back({.bucket = bucket, .key = std::string(key)});
  }
  return result;
}

Result<Manifest> ParseAthenaManifest(const ObjectName& manifest, std::string_view text) {
  Manifest result;
  std::uint64_t number = 0;
  std::size_t begin = 0;
  while (begin < text.size()) {
    ++number;
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = TrimLine(text.substr(begin, end - begin));
    if (!line.empty()) {
      std::optional<ObjectName> file = ParseUri(line);
      if (!file.has_value()) {
        return LineError(manifest.ToString(),
                         number,
                         begin,
                         "expected the place of a file, s3://bucket/key, found another text");
      }
      result.files.push_back(*std::move(file));
    }
    begin = end + 1;
  }
  return result;
}

}  // namespace pawl::objects
