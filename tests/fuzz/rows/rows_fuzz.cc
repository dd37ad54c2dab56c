// The first byte says what the rest is: the value of a row or a key. What is refused is refused as
// data loss; what is read is written again and must then read the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "engine/base/check.h"
#include "engine/base/coding.h"
#include "engine/rows/execution_row.h"
#include "engine/rows/frame_codec.h"
#include "engine/rows/function_row.h"
#include "engine/rows/history_codec.h"
#include "engine/rows/keys.h"
#include "engine/rows/payload_codec.h"
#include "engine/rows/state_machine_row.h"
#include "engine/rows/tags_row.h"

namespace pawl::rows {
namespace {

using interpreter::Payload;

constexpr FrameNumber kFrame{17};

// A long payload that an event holds is written as a reference: its bytes do not come back.
Payload AsWritten(Payload payload) {
  if (payload.home != 0 && payload.bytes.size() >= kInlinePayloadBytes) payload.bytes = Bytes();
  return payload;
}

template <typename Value, typename Decode>
void CheckReadsBack(const Value& value, const std::string& written, const Decode& decode) {
  const Result<Value> again = decode(written);
  PAWL_CHECK(again.ok());
  PAWL_CHECK(*again == value);
}

template <typename Value>
bool IsRead(const Result<Value>& read) {
  PAWL_CHECK(read.ok() || read.status().code() == StatusCode::kDataLoss);
  return read.ok();
}

void CheckExecution(std::string_view data) {
  const Result<ExecutionRow> read = DecodeExecution(data);
  if (!IsRead(read)) return;
  ExecutionRow row = *read;
  if (row.output) row.output = AsWritten(*row.output);
  CheckReadsBack(row, EncodeExecution(*read), DecodeExecution);
}

void CheckFrame(std::string_view data) {
  const auto decode = [](std::string_view value) { return DecodeFrame(kFrame, value); };
  const Result<interpreter::Frame> read = decode(data);
  if (!IsRead(read)) return;
  interpreter::Frame frame = *read;
  frame.input = AsWritten(frame.input);
  if (auto* task = std::get_if<interpreter::TaskWait>(&frame.wait)) {
    task->parameters = AsWritten(task->parameters);
    PAWL_CHECK(!task->heartbeat || *task->heartbeat >= Duration(0));
  }
  CheckReadsBack(frame, EncodeFrame(*read), decode);
}

void CheckResult(std::string_view data) {
  const Result<Payload> read = DecodeResult(data);
  if (IsRead(read)) CheckReadsBack(AsWritten(*read), EncodeResult(*read), DecodeResult);
}

// The key of the row comes first.
void CheckEvents(std::string_view data) {
  Decoder decoder(data);
  const EventId first = decoder.BigEndian32();
  if (!decoder.ok()) return;
  const auto decode = [first](std::string_view value) { return DecodeEvents(first, value); };
  const auto read = decode(decoder.rest());
  if (!IsRead(read)) return;
  PAWL_CHECK(!read->empty());
  EventId id = first;
  for (const interpreter::HistoryEvent& event : *read) {
    PAWL_CHECK(event.id == id++ && event.id != 0);
    PAWL_CHECK(event.previous < event.id);
    PAWL_CHECK(!event.payload || (event.payload->home != 0 && event.payload->home <= event.id));
  }
  CheckReadsBack(*read, EncodeEvents(*read), decode);
}

void CheckSmallRows(std::string_view data) {
  const auto number = DecodeNumber(data);
  if (IsRead(number)) PAWL_CHECK(EncodeNumber(*number) == data);
  const auto listing = DecodeListing(data);
  if (IsRead(listing)) CheckReadsBack(*listing, EncodeListing(*listing), DecodeListing);
  const auto machine = DecodeStateMachine(data);
  if (IsRead(machine)) CheckReadsBack(*machine, EncodeStateMachine(*machine), DecodeStateMachine);
  const auto revision = DecodeRevision(data);
  if (IsRead(revision)) CheckReadsBack(*revision, EncodeRevision(*revision), DecodeRevision);
  const auto version = DecodeVersion(data);
  if (IsRead(version)) CheckReadsBack(*version, EncodeVersion(*version), DecodeVersion);
  const auto alias = DecodeAlias(data);
  if (IsRead(alias)) CheckReadsBack(*alias, EncodeAlias(*alias), DecodeAlias);
  const auto tags = DecodeTags(data);
  if (IsRead(tags)) CheckReadsBack(*tags, EncodeTags(*tags), DecodeTags);
}

void CheckFunctions(std::string_view data) {
  const auto function = DecodeFunction(data);
  if (IsRead(function)) CheckReadsBack(*function, EncodeFunction(*function), DecodeFunction);
  const auto version = DecodeFunctionVersion(data);
  if (IsRead(version)) {
    CheckReadsBack(*version, EncodeFunctionVersion(*version), DecodeFunctionVersion);
  }
  const auto alias = DecodeFunctionAlias(data);
  if (IsRead(alias)) CheckReadsBack(*alias, EncodeFunctionAlias(*alias), DecodeFunctionAlias);
}

// A key has one form: what is read from it makes the same key.
void CheckKeys(std::string_view key) {
  if (const auto id = ParseExecutionKey(key)) PAWL_CHECK(ExecutionKey(*id) == key);
  if (const auto frame = ParseFrameKey(key)) {
    PAWL_CHECK(HotFrameKey(frame->id, frame->frame) == key ||
               ParkedFrameKey(frame->id, frame->frame) == key ||
               ArchivedFrameKey(frame->id, frame->frame) == key);
  }
  if (const auto timer = ParseTimerKey(key)) {
    PAWL_CHECK(TimerKey(timer->id, timer->due, timer->frame) == key);
  }
  if (const auto result = ParseResultKey(key)) {
    std::string tail;
    Encoder encoder(tail);
    encoder.BigEndian32(result->join.value);
    encoder.BigEndian32(result->index);
    PAWL_CHECK(key.ends_with(tail));
  }
  if (const auto event = ParseHistoryKey(key)) {
    std::string tail;
    Encoder(tail).BigEndian32(*event);
    PAWL_CHECK(key.ends_with(tail));
  }
  if (const auto listing = ParseListingKey(key)) PAWL_CHECK(ListingKey(*listing) == key);
  if (const auto machine = ParseStateMachineKey(key)) {
    PAWL_CHECK(StateMachineKey(NamespaceOfStateMachineKey(key), *machine) == key);
  }
  if (const auto function = ParseFunctionKey(key)) {
    PAWL_CHECK(FunctionKey(function->namespace_id, function->function) == key);
  }
  if (const auto version = ParseVersionKey(key)) {
    std::string tail;
    Encoder(tail).BigEndian64(*version);
    PAWL_CHECK(key.ends_with(tail));
  }
  if (const auto alias = ParseAliasKey(key)) PAWL_CHECK(key.ends_with(*alias));
  if (const auto function = ParseDeployedFunctionKey(key)) {
    PAWL_CHECK(DeployedFunctionKey(function->namespace_id, function->function) == key);
  }
  if (const auto version = ParseFunctionVersionKey(key)) {
    PAWL_CHECK(FunctionVersionKey(version->namespace_id, version->function, version->version) ==
               key);
  }
  if (const auto alias = ParseFunctionAliasKey(key)) {
    PAWL_CHECK(FunctionAliasKey(alias->namespace_id, alias->function, alias->alias) == key);
  }
  const std::string end = PrefixEnd(std::string(key));
  PAWL_CHECK(end.empty() || key < end);
}

void Run(std::string_view data) {
  if (data.empty()) return;
  const char kind = data.front();
  data.remove_prefix(1);
  switch (kind) {
    case 'x':
      return CheckExecution(data);
    case 'f':
      return CheckFrame(data);
    case 'r':
      return CheckResult(data);
    case 'h':
      return CheckEvents(data);
    case 's':
      return CheckSmallRows(data);
    case 'l':
      return CheckFunctions(data);
    case 'k':
      return CheckKeys(data);
    default:
      return;
  }
}

}  // namespace
}  // namespace pawl::rows

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pawl::rows::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
