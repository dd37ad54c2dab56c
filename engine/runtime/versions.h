// Versions and aliases of state machines (Step Functions Developer Guide, "Versions" and
// "Aliases"): part of engine.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/time.h"

namespace pawl {

// AWS's quotas, each for one state machine.
inline constexpr std::size_t kVersionsMax = 1'000;
inline constexpr std::size_t kAliasesMax = 100;
// Of a version and of an alias, in characters.
inline constexpr std::size_t kDescriptionCharactersMax = 256;

// What PublishRequest::revision_id calls the first revision of a state machine, which has no id.
inline constexpr std::string_view kInitialRevision = "INITIAL";

struct PublishRequest {
  NamespaceId namespace_id = {};
  std::string state_machine = {};
  // If set: the latest revision has this id, or nothing is published (reason Conflict).
  std::optional<std::string> revision_id = {};
  // At most kDescriptionCharactersMax.
  std::optional<std::string> description = {};
};

// An immutable snapshot: a revision under a number.
struct VersionInfo {
  std::string state_machine = {};
  // From 1; a number is never given twice.
  std::uint64_t version = 0;
  // The state machine's, with ":" and the number behind it.
  std::string arn = {};
  std::uint64_t revision = 0;
  std::string description = {};
  Timestamp created_at = {};
};

struct VersionList {
  std::vector<VersionInfo> versions = {};  // newest first
  // Empty: the list is complete. Else pass it as `after`.
  std::string next = {};
};

// Which part of the starts a version gets.
struct AliasRoute {
  std::uint64_t version = 0;
  // Percent, 0 to 100.
  std::int32_t weight = 0;

  bool operator==(const AliasRoute&) const = default;
};

struct AliasRequest {
  NamespaceId namespace_id = {};
  std::string state_machine = {};
  // 1 to 80 of the characters a-z A-Z 0-9 _ - . and not digits alone.
  std::string name = {};
  // An update leaves what is not given as it is.
  std::optional<std::string> description = {};
  // One or two versions of the state machine, with weights that make 100. Empty in an update: as
  // they are.
  std::vector<AliasRoute> routes = {};
};

struct AliasInfo {
  std::string state_machine = {};
  std::string name = {};
  // The state machine's, with ":" and the name behind it.
  std::string arn = {};
  std::string description = {};
  std::vector<AliasRoute> routes = {};
  Timestamp created_at = {};
  Timestamp updated_at = {};
};

struct ListAliasesRequest {
  NamespaceId namespace_id = {};
  std::string state_machine = {};
  // Only those that lead to this version; 0: all.
  std::uint64_t version = 0;
  std::size_t page_size = 100;  // at most 1,000
  // AliasList::next of the page before.
  std::string after = {};
};

struct AliasList {
  std::vector<AliasInfo> aliases = {};  // by name
  // Empty: the list is complete.
  std::string next = {};
};

// The name of a state machine and what may stand behind it: a version or an alias.
struct QualifiedName {
  std::string state_machine = {};
  // A version's number or an alias's name; empty: neither.
  std::string qualifier = {};

  bool operator==(const QualifiedName&) const = default;
};

// Takes "machine" or "machine:qualifier" apart. Names have no colon, so every text has one reading.
QualifiedName SplitQualified(std::string_view text);
// The version that a qualifier means: digits, without leading zeros. nullopt for the name of an
// alias.
std::optional<std::uint64_t> VersionOf(std::string_view qualifier);

}  // namespace pawl
