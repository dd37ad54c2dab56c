// The state machines that loads run, and the input they get.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace pawl::bench {

enum class LoadShape : std::uint8_t {
  // `width` tasks in a row.
  kChain,
  // `width` branches of one task each.
  kParallel,
  // A task for each of `width` items.
  kMap,
  // One Wait of `width` seconds.
  kSleep,
};

struct LoadDefinition {
  LoadShape shape = LoadShape::kChain;
  int width = 5;
  std::string function = "noop";
};

// In the Amazon States Language.
std::string DefinitionText(const LoadDefinition& load);

// A Map's input is an array of its items; any other is an object of about `payload_bytes`, with 200
// fields if it is large.
std::string InputText(const LoadDefinition& load, std::size_t payload_bytes);

}  // namespace pawl::bench
