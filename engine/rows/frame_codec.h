// The values of frame, variable and result rows.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/interpreter/frame.h"

namespace pawl::rows {

std::string EncodeFrame(const interpreter::Frame& frame);
// `number` stands in the row's key. DataLoss for bytes that EncodeFrame did not write.
Result<interpreter::Frame> DecodeFrame(FrameNumber number, std::string_view value);

// The JSON text of a variable.
std::string EncodeVariable(const Bytes& value);
Result<Bytes> DecodeVariable(std::string_view value);

std::string EncodeResult(const interpreter::Payload& output);
Result<interpreter::Payload> DecodeResult(std::string_view value);

}  // namespace pawl::rows
