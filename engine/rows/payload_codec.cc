#include "engine/rows/payload_codec.h"

#include <string>

namespace pawl::rows {
namespace {

constexpr std::uint8_t kInline = 0;
constexpr std::uint8_t kReference = 1;
// Bytes together with the event that holds them too.
constexpr std::uint8_t kInlineWithHome = 2;

}  // namespace

void AppendPayload(Encoder& encoder, const interpreter::Payload& payload) {
  const bool is_short = payload.bytes.has_value() && payload.bytes.size() < kInlinePayloadBytes;
  if (payload.home != 0 && !is_short) {
    encoder.Byte(kReference);
    encoder.Varint(payload.home);
    return;
  }
  encoder.Byte(payload.home == 0 ? kInline : kInlineWithHome);
  if (payload.home != 0) encoder.Varint(payload.home);
  encoder.String(payload.bytes.view());
}

interpreter::Payload TakePayload(Decoder& decoder) {
  interpreter::Payload payload;
  const std::uint8_t kind = decoder.Byte();
  if (kind > kInlineWithHome) decoder.Fail();
  if (kind != kInline) {
    payload.home = decoder.Varint32();
    if (payload.home == 0) decoder.Fail();
  }
  if (kind != kReference) payload.bytes = Bytes(std::string(decoder.String()));
  return payload;
}

}  // namespace pawl::rows
