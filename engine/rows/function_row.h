// The values of a deployed function's rows: the function with its latest version, the versions that
// were published, and the aliases. What tasks and workers make of them is the runtime's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/base/time.h"

namespace pawl::rows {

// Bytes of a SHA-256.
inline constexpr std::size_t kCodeHashBytes = 32;

// Code and configuration: of the latest version, which changes, or of a published one.
struct FunctionVersionRow {
  std::string handler = {};
  std::uint32_t timeout_seconds = 0;
  std::uint32_t memory_mb = 0;
  std::map<std::string, std::string> environment = {};
  std::string description = {};
  std::string runtime = {};
  std::string role = {};
  // JSON text that the engine keeps for its callers and does not read.
  std::string other = {};
  // kCodeHashBytes: which code it is, see CodeKey.
  std::string code_sha256 = {};
  std::uint64_t code_bytes = 0;
  // A UUID.
  std::string revision_id = {};
  Timestamp updated_at = {};

  bool operator==(const FunctionVersionRow&) const = default;
};

std::string EncodeFunctionVersion(const FunctionVersionRow& row);
// DataLoss for bytes that EncodeFunctionVersion did not write; so the others below.
Result<FunctionVersionRow> DecodeFunctionVersion(std::string_view value);

struct FunctionRow {
  FunctionVersionRow latest = {};
  // The greatest number that a version was given, so that none is given twice; 0: no version yet.
  std::uint64_t last_version = 0;
  std::optional<std::uint32_t> reserved_concurrency = {};

  bool operator==(const FunctionRow&) const = default;
};

std::string EncodeFunction(const FunctionRow& row);
Result<FunctionRow> DecodeFunction(std::string_view value);

struct FunctionAliasRow {
  // A version's number; 0: the latest.
  std::uint64_t version = 0;
  // The version that gets a part of the calls; 0: none.
  std::uint64_t other_version = 0;
  // That part, 0 to 1; 0 without `other_version`.
  double other_weight = 0;
  std::string description = {};
  std::string revision_id = {};

  bool operator==(const FunctionAliasRow&) const = default;
};

std::string EncodeFunctionAlias(const FunctionAliasRow& row);
Result<FunctionAliasRow> DecodeFunctionAlias(std::string_view value);

}  // namespace pawl::rows
