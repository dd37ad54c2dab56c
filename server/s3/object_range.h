// What an answer to GetObject with a Range holds, checked against what was asked for.
#pragma once

#include <string>

#include "engine/base/status.h"
#include "engine/objects/object_store.h"
#include "server/s3/http_transport.h"

namespace pawl::s3 {

// "bytes=0-9". `length` is at least 1.
std::string RangeHeader(const objects::ObjectRange& range);

// The bytes of an answer 206; none for 416, which says that the object ends before the range.
// kUnavailable where fewer bytes came than the object has there, PreconditionFailed where they are
// another object's, kInternal for a server that does not know ranges; else the answer's own error.
Result<std::string> ReadRange(HttpAnswer answer, const objects::ObjectRange& range);

// What HeadObject says. kInternal without a size or an etag.
Result<objects::ObjectStat> ReadStat(const HttpAnswer& answer, const objects::ObjectName& object);

}  // namespace pawl::s3
