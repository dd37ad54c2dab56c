// The code that a request brings: a zip archive in it, or an object of the engine's store.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/status.h"
#include "engine/runtime/engine.h"
#include "server/aws/api_input.h"

namespace pawl::lambda {

// `code` has ZipFile, or S3Bucket and S3Key. Blocks while the object is read. Errors: reason
// InvalidParameterValue (none or several of them, images, an object that cannot be had),
// RequestEntityTooLarge (more than kCodeBytesMax), SerializationException (no base64).
Result<Bytes> CodeIn(const EngineOptions& options, const aws::ApiInput& code);

}  // namespace pawl::lambda
