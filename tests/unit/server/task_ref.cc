#include "engine/base/coding.h"
#include "engine/runtime/engine.h"

namespace pawl {

std::string EncodeTaskRef(const TaskRef& ref) {
  std::string bytes;
  Encoder encoder(bytes);
  encoder.Varint(ref.execution.shard.value);
  encoder.Varint(ref.execution.number.value);
  encoder.Varint(ref.frame.value);
  encoder.Varint(ref.wait_number);
  return bytes;
}

std::optional<TaskRef> DecodeTaskRef(std::string_view bytes) {
  Decoder decoder(bytes);
  TaskRef ref;
  ref.execution.shard.value = static_cast<std::uint16_t>(decoder.Varint());
  ref.execution.number.value = decoder.Varint();
  ref.frame.value = decoder.Varint32();
  ref.wait_number = decoder.Varint32();
  if (!decoder.Finished()) return std::nullopt;
  return ref;
}

}  // namespace pawl
