// The values of a state machine's rows: the machine, its revisions, and the versions and aliases
// that starts can name instead of the latest revision.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/asl/state_machine.h"
#include "engine/base/status.h"
#include "engine/base/time.h"

namespace pawl::rows {

struct StateMachineRow {
  // The latest one.
  std::uint64_t revision = 0;
  Timestamp created_at = {};
  Timestamp updated_at = {};
  bool is_deleting = false;
  asl::MachineType type = asl::MachineType::kStandard;
  // The greatest number that a version was given, so that none is given twice; 0: no version yet.
  std::uint64_t last_version = 0;

  bool operator==(const StateMachineRow&) const = default;
};

std::string EncodeStateMachine(const StateMachineRow& row);
// DataLoss for bytes that EncodeStateMachine did not write; so the others below.
Result<StateMachineRow> DecodeStateMachine(std::string_view value);

// What an execution runs, and what is kept with it; never changed once it is stored.
struct RevisionRow {
  Timestamp created_at = {};
  // JSON or YAML text.
  std::string definition = {};
  // A UUID; empty for the first revision of a state machine.
  std::string id = {};
  std::string role_arn = {};
  // JSON text that the engine keeps for its callers and does not read.
  std::string configuration = {};

  bool operator==(const RevisionRow&) const = default;
};

std::string EncodeRevision(const RevisionRow& row);
Result<RevisionRow> DecodeRevision(std::string_view value);

// A revision that was published under a number.
struct VersionRow {
  std::uint64_t revision = 0;
  Timestamp created_at = {};
  std::string description = {};

  bool operator==(const VersionRow&) const = default;
};

std::string EncodeVersion(const VersionRow& row);
Result<VersionRow> DecodeVersion(std::string_view value);

struct AliasRoute {
  std::uint64_t version = 0;
  // Percent of the starts.
  std::uint32_t weight = 0;

  bool operator==(const AliasRoute&) const = default;
};

struct AliasRow {
  Timestamp created_at = {};
  Timestamp updated_at = {};
  std::string description = {};
  // One or two; their weights make 100.
  std::vector<AliasRoute> routes = {};

  bool operator==(const AliasRow&) const = default;
};

std::string EncodeAlias(const AliasRow& row);
Result<AliasRow> DecodeAlias(std::string_view value);

}  // namespace pawl::rows
