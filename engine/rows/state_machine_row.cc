#include "engine/rows/state_machine_row.h"

#include "engine/base/coding.h"
#include "engine/rows/time_codec.h"
#include "engine/rows/version_codec.h"

namespace pawl::rows {
namespace {

// Encodings that hold what came with versions of state machines.
constexpr std::uint8_t kVersionWithDetails = 2;
constexpr std::size_t kRoutesMax = 2;

// Whether the value holds the details.
bool TakeVersionOfTwo(Decoder& decoder) {
  const std::uint8_t version = decoder.Byte();
  if (version != kFirstVersion && version != kVersionWithDetails) decoder.Fail();
  return version == kVersionWithDetails;
}

}  // namespace

std::string EncodeStateMachine(const StateMachineRow& row) {
  std::string value;
  Encoder encoder(value);
  encoder.Byte(kVersionWithDetails);
  encoder.Varint(row.revision);
  AppendTime(encoder, row.created_at);
  AppendTime(encoder, row.updated_at);
  encoder.Byte(static_cast<std::uint8_t>((row.is_deleting ? 1 : 0) |
                                         (row.type == asl::MachineType::kExpress ? 2 : 0)));
  encoder.Varint(row.last_version);
  return value;
}

Result<StateMachineRow> DecodeStateMachine(std::string_view value) {
  Decoder decoder(value);
  const bool has_details = TakeVersionOfTwo(decoder);
  StateMachineRow row;
  row.revision = decoder.Varint();
  row.created_at = TakeTime(decoder);
  row.updated_at = TakeTime(decoder);
  const std::uint8_t flags = decoder.Byte();
  if (flags > 3) decoder.Fail();
  row.is_deleting = (flags & 1) != 0;
  if ((flags & 2) != 0) row.type = asl::MachineType::kExpress;
  if (has_details) row.last_version = decoder.Varint();
  if (!decoder.Finished()) return DataLoss("a state machine's row is not readable");
  return row;
}

std::string EncodeRevision(const RevisionRow& row) {
  std::string value;
  Encoder encoder(value);
  encoder.Byte(kVersionWithDetails);
  AppendTime(encoder, row.created_at);
  encoder.String(row.id);
  encoder.String(row.role_arn);
  encoder.String(row.configuration);
  encoder.Raw(row.definition);
  return value;
}

Result<RevisionRow> DecodeRevision(std::string_view value) {
  Decoder decoder(value);
  const bool has_details = TakeVersionOfTwo(decoder);
  RevisionRow row;
  row.created_at = TakeTime(decoder);
  if (has_details) {
    row.id = decoder.String();
    row.role_arn = decoder.String();
    row.configuration = decoder.String();
  }
  if (!decoder.ok()) return DataLoss("a definition's row is not readable");
  row.definition = std::string(decoder.rest());
  return row;
}

std::string EncodeVersion(const VersionRow& row) {
  std::string value;
  Encoder encoder(value);
  encoder.Byte(kFirstVersion);
  encoder.Varint(row.revision);
  AppendTime(encoder, row.created_at);
  encoder.String(row.description);
  return value;
}

Result<VersionRow> DecodeVersion(std::string_view value) {
  Decoder decoder(value);
  TakeFirstVersion(decoder);
  VersionRow row;
  row.revision = decoder.Varint();
  row.created_at = TakeTime(decoder);
  row.description = decoder.String();
  if (!decoder.Finished()) return DataLoss("a version's row is not readable");
  return row;
}

std::string EncodeAlias(const AliasRow& row) {
  std::string value;
  Encoder encoder(value);
  encoder.Byte(kFirstVersion);
  AppendTime(encoder, row.created_at);
  AppendTime(encoder, row.updated_at);
  encoder.String(row.description);
  encoder.Byte(static_cast<std::uint8_t>(row.routes.size()));
  for (const AliasRoute& route : row.routes) {
    encoder.Varint(route.version);
    encoder.Varint(route.weight);
  }
  return value;
}

Result<AliasRow> DecodeAlias(std::string_view value) {
  Decoder decoder(value);
  TakeFirstVersion(decoder);
  AliasRow row;
  row.created_at = TakeTime(decoder);
  row.updated_at = TakeTime(decoder);
  row.description = decoder.String();
  const std::size_t count = decoder.Byte();
  if (count == 0 || count > kRoutesMax) decoder.Fail();
  std::uint64_t weights = 0;
  for (std::size_t i = 0; i < count && decoder.ok(); ++i) {
    AliasRoute route{.version = decoder.Varint()};
    route.weight = decoder.Varint32();
    weights += route.weight;
    row.routes.push_back(route);
  }
  if (weights != 100) decoder.Fail();
  if (!decoder.Finished()) return DataLoss("an alias's row is not readable");
  return row;
}

}  // namespace pawl::rows
