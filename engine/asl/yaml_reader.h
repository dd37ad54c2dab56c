// Reads a definition in YAML into a SourceTree: one document, the types of YAML 1.2's core schema,
// nothing that JSON cannot say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/asl/problems.h"
#include "engine/asl/source.h"

namespace pawl::asl {

// Bounds on aliases: their number, and how often larger than the text the definition may grow,
// where it is larger than kYamlExpansionFree bytes at all.
inline constexpr std::size_t kYamlAliasesMax = 100;
inline constexpr std::size_t kYamlExpansionMax = 10;
inline constexpr std::size_t kYamlExpansionFree = std::size_t{64} * 1024;

// What becomes of tags that YAML's core schema does not have.
enum class TagRule : std::uint8_t {
  // They are errors: the Amazon States Language has none.
  kRefuse,
  // They are kept with their nodes (SourceNode::tag). A scalar that has one is a string.
  kKeep,
};

// `text` is valid UTF-8. False after an error, which `problems` then holds. Members that stand
// there twice are kept: CheckDuplicates reports them.
bool ReadYaml(std::string_view text,
              SourceTree& tree,
              Problems& problems,
              TagRule tags = TagRule::kRefuse);

}  // namespace pawl::asl
