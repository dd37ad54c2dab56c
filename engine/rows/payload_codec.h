// How a payload stands in a row: its bytes, or the event that holds them.
#pragma once

#include "engine/base/coding.h"
#include "engine/interpreter/history_event.h"

namespace pawl::rows {

// Payloads shorter than this stand in frame and result rows themselves, so that most steps read no
// history.
inline constexpr std::size_t kInlinePayloadBytes = 256;

// By reference where an event holds the bytes and they are long, or not at hand.
void AppendPayload(Encoder& encoder, const interpreter::Payload& payload);
// The bytes, or a payload with a home only.
interpreter::Payload TakePayload(Decoder& decoder);

}  // namespace pawl::rows
