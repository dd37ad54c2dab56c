#include "server/lambda/function_code.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "engine/expression/digest.h"
#include "engine/objects/directory_object_store.h"
#include "engine/objects/object_store.h"
#include "server/lambda/lambda_error.h"

namespace pawl::lambda {
namespace {

Status TooLarge(std::uint64_t bytes) {
  return Refusal("RequestEntityTooLarge",
                 "the code has " + std::to_string(bytes) + " bytes; at most " +
                     std::to_string(kCodeBytesMax) + " are allowed");
}

Result<Bytes> FromBase64(std::string_view text) {
  auto decoded = expression::DecodeBase64(text);
  if (!decoded) return Refusal("SerializationException", "ZipFile is not base64");
  if (decoded->size() > kCodeBytesMax) return TooLarge(decoded->size());
  return Bytes(*std::move(decoded));
}

Result<std::shared_ptr<objects::ObjectStore>> StoreOf(const EngineOptions& options) {
  if (options.object_store != nullptr) return options.object_store;
  if (options.objects_directory.empty()) {
    return InvalidValue(
        "this server has no object store, so S3Bucket and S3Key name nothing; ZipFile would be "
        "right, or a server that is started with --objects-directory or --objects-s3-endpoint");
  }
  ASSIGN_OR_RETURN(auto store, objects::DirectoryObjectStore::Open(options.objects_directory));
  return std::shared_ptr<objects::ObjectStore>(std::move(store));
}

// In AWS Lambda's words.
Status ObjectFailure(const Status& status) {
  const std::string code = status.reason().empty() ? "InternalError" : status.reason();
  return InvalidValue("Error occurred while GetObject. S3 Error Code: " + code +
                      ". S3 Error Message: " + status.message());
}

Result<std::string> ReadObject(objects::ObjectStore& store, const objects::ObjectName& name) {
  const auto stat = store.Stat(name);
  if (!stat.ok()) return ObjectFailure(stat.status());
  if (stat->size > kCodeBytesMax) return TooLarge(stat->size);
  std::string code;
  while (code.size() < stat->size) {
    auto piece = store.Read({.object = name,
                             .offset = code.size(),
                             .length = static_cast<std::size_t>(stat->size) - code.size(),
                             .if_match = stat->etag});
    if (!piece.ok()) return ObjectFailure(piece.status());
    if (piece->empty()) return ObjectFailure(Unavailable(name.ToString() + " ended early"));
    code += *piece;
  }
  return code;
}

Result<Bytes> FromObject(const EngineOptions& options, const aws::ApiInput& code) {
  if (code.Has("S3ObjectVersion")) {
    return InvalidValue("S3ObjectVersion is not supported: objects have one version");
  }
  ASSIGN_OR_RETURN(const auto store, StoreOf(options));
  ASSIGN_OR_RETURN(
      std::string text,
      ReadObject(*store, {.bucket = code.Required("S3Bucket"), .key = code.Required("S3Key")}));
  return Bytes(std::move(text));
}

}  // namespace

Result<Bytes> CodeIn(const EngineOptions& options, const aws::ApiInput& code) {
  if (code.Has("ImageUri")) {
    return InvalidValue(
        "ImageUri is not supported: functions are zip archives; ZipFile, or "
        "S3Bucket and S3Key, would be right");
  }
  const bool has_object = code.Has("S3Bucket") || code.Has("S3Key") || code.Has("S3ObjectVersion");
  if (code.Has("ZipFile")) {
    if (has_object) {
      return InvalidValue(
          "Please do not provide other FunctionCode parameters when providing a ZipFile.");
    }
    return FromBase64(code.Value("ZipFile").string());
  }
  if (code.Has("S3Bucket") && code.Has("S3Key")) return FromObject(options, code);
  return InvalidValue("Please provide a source for function code.");
}

}  // namespace pawl::lambda
