#include "engine/runtime/object_parameters.h"

#include <utility>

#include "engine/json/parse.h"

namespace pawl::runtime {

Result<ObjectParameters> ObjectParameters::Parse(std::string_view text) {
  json::Arena arena;
  ASSIGN_OR_RETURN(const json::Value value, json::Parse(text, arena));
  if (!value.is_object()) {
    return InvalidArgument("expected an object of parameters, found " +
                           std::string(json::TypeName(value.type())));
  }
  ObjectParameters parameters;
  for (const auto& [name, member] : {std::pair{"Bucket", &parameters.bucket},
                                     std::pair{"Key", &parameters.key},
                                     std::pair{"Prefix", &parameters.prefix},
                                     std::pair{"VersionId", &parameters.version_id}}) {
    const json::Value* found = value.Find(name);
    if (found == nullptr || found->is_null()) continue;
    if (!found->is_string()) {
      return InvalidArgument("expected a string as '" + std::string(name) + "', found " +
                             std::string(json::TypeName(found->type())));
    }
    *member = found->string();
  }
  if (parameters.bucket.empty()) {
    return InvalidArgument("expected the name of a bucket as 'Bucket', found none");
  }
  return parameters;
}

Status NoObjectStore(std::string_view field) {
  return FailedPrecondition(
      std::string(field) +
      " needs a place for buckets, and this engine has none; start the server with "
      "--objects-directory DIR or --objects-s3-endpoint URL (EngineOptions::objects_directory, "
      "object_store)");
}

}  // namespace pawl::runtime
