// What S3's answers mean: its errors, and a page of a listing.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/objects/object_store.h"
#include "server/s3/http_transport.h"

namespace pawl::s3 {

// The error that an answer of a status other than 2xx tells, about `object` (without a key: its
// bucket). Its reason is S3's error code, and the status's own where the answer has no body.
//
//   kNotFound            NoSuchKey, NoSuchBucket; any other 404.
//   kPermissionDenied    AccessDenied, InvalidAccessKeyId, SignatureDoesNotMatch; any other 401,
//   403. kFailedPrecondition  PreconditionFailed: the object was replaced; PermanentRedirect and
//   the like:
//                        the bucket is elsewhere.
//   kInvalidArgument     InvalidBucketName, KeyTooLongError, EntityTooLarge; any other 4xx.
//   kUnavailable         5xx, 429 and RequestTimeout: worth another try.
Status ErrorOf(const HttpAnswer& answer, const objects::ObjectName& object);

// A ListBucketResult (S3 API Reference, "ListObjectsV2"). kInternal for anything else.
Result<objects::ObjectPage> ParseListing(std::string_view text);

}  // namespace pawl::s3
