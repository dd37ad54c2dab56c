#include "engine/rows/function_row.h"

#include <bit>
#include <utility>

#include "engine/base/coding.h"
#include "engine/rows/time_codec.h"
#include "engine/rows/version_codec.h"

namespace pawl::rows {
namespace {

constexpr std::uint8_t kHasConcurrency = 1;

// Without the byte that gives the version of the encoding.
void AppendDetails(Encoder& encoder, const FunctionVersionRow& row) {
  encoder.String(row.handler);
  encoder.Varint(row.timeout_seconds);
  encoder.Varint(row.memory_mb);
  encoder.Varint(row.environment.size());
  for (const auto& [name, text] : row.environment) {
    encoder.String(name);
    encoder.String(text);
  }
  encoder.String(row.description);
  encoder.String(row.runtime);
  encoder.String(row.role);
  encoder.String(row.other);
  encoder.Raw(row.code_sha256);
  encoder.Varint(row.code_bytes);
  encoder.String(row.revision_id);
  AppendTime(encoder, row.updated_at);
}

FunctionVersionRow TakeDetails(Decoder& decoder) {
  FunctionVersionRow row;
  row.handler = decoder.String();
  row.timeout_seconds = decoder.Varint32();
  row.memory_mb = decoder.Varint32();
  const std::uint64_t count = decoder.Varint();
  for (std::uint64_t i = 0; i < count && decoder.ok(); ++i) {
    std::string name(decoder.String());
    std::string text(decoder.String());
    if (!row.environment.emplace(std::move(name), std::move(text)).second) decoder.Fail();
  }
  row.description = decoder.String();
  row.runtime = decoder.String();
  row.role = decoder.String();
  row.other = decoder.String();
  row.code_sha256 = decoder.Raw(kCodeHashBytes);
  row.code_bytes = decoder.Varint();
  row.revision_id = decoder.String();
  row.updated_at = TakeTime(decoder);
  return row;
}

}  // namespace

std::string EncodeFunctionVersion(const FunctionVersionRow& row) {
  std::string value;
  Encoder encoder(value);
  encoder.Byte(kFirstVersion);
  AppendDetails(encoder, row);
  return value;
}

Result<FunctionVersionRow> DecodeFunctionVersion(std::string_view value) {
  Decoder decoder(value);
  TakeFirstVersion(decoder);
  FunctionVersionRow row = TakeDetails(decoder);
  if (!decoder.Finished()) return DataLoss("the row of a function's version is not readable");
  return row;
}

std::string EncodeFunction(const FunctionRow& row) {
  std::string value;
  Encoder encoder(value);
  encoder.Byte(kFirstVersion);
  encoder.Byte(row.reserved_concurrency ? kHasConcurrency : 0);
  encoder.Varint(row.last_version);
  if (row.reserved_concurrency) encoder.Varint(*row.reserved_concurrency);
  AppendDetails(encoder, row.latest);
  return value;
}

Result<FunctionRow> DecodeFunction(std::string_view value) {
  Decoder decoder(value);
  TakeFirstVersion(decoder);
  const std::uint8_t flags = decoder.Byte();
  if (flags > kHasConcurrency) decoder.Fail();
  FunctionRow row{.last_version = decoder.Varint()};
  if (flags == kHasConcurrency) row.reserved_concurrency = decoder.Varint32();
  row.latest = TakeDetails(decoder);
  if (!decoder.Finished()) return DataLoss("a function's row is not readable");
  return row;
}

std::string EncodeFunctionAlias(const FunctionAliasRow& row) {
  std::string value;
  Encoder encoder(value);
  encoder.Byte(kFirstVersion);
  encoder.Varint(row.version);
  encoder.Varint(row.other_version);
  if (row.other_version != 0) encoder.BigEndian64(std::bit_cast<std::uint64_t>(row.other_weight));
  encoder.String(row.description);
  encoder.String(row.revision_id);
  return value;
}

Result<FunctionAliasRow> DecodeFunctionAlias(std::string_view value) {
  Decoder decoder(value);
  TakeFirstVersion(decoder);
  FunctionAliasRow row{.version = decoder.Varint(), .other_version = decoder.Varint()};
  if (row.other_version != 0) row.other_weight = std::bit_cast<double>(decoder.BigEndian64());
  // Also what is no number.
  if (!(row.other_weight >= 0 && row.other_weight <= 1)) decoder.Fail();
  row.description = decoder.String();
  row.revision_id = decoder.String();
  if (!decoder.Finished()) return DataLoss("the row of a function's alias is not readable");
  return row;
}

}  // namespace pawl::rows
