// The numbers things go by inside the engine, each a type of its own so that they cannot be mixed.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace pawl {

// An integer that is an identifier: it compares and hashes, and has no arithmetic.
template <typename Tag, typename Rep>
struct Id {
  Rep value{};

  constexpr auto operator<=>(const Id&) const = default;
};

// The unit of ownership: hash(namespace, state machine, execution name) modulo the store's shards.
using ShardId = Id<struct ShardIdTag, std::uint16_t>;
// A tenant; 0 is the default namespace.
using NamespaceId = Id<struct NamespaceIdTag, std::uint32_t>;
// An execution inside its shard. Never used twice; grows with start time, but for EXPRESS ones.
using ExecutionNumber = Id<struct ExecutionNumberTag, std::uint64_t>;
// A frame inside its execution: 0 is the root, any other is the id of the frame's first event.
using FrameNumber = Id<struct FrameNumberTag, std::uint32_t>;
// A history event inside its execution; the first is 1.
using EventId = std::uint32_t;
// A state inside a definition revision: its place in document order.
using StateIndex = std::uint32_t;

inline constexpr FrameNumber kRootFrame{0};

// Where an execution lives.
struct ExecutionId {
  ShardId shard;
  ExecutionNumber number;

  constexpr auto operator<=>(const ExecutionId&) const = default;
};

}  // namespace pawl

template <typename Tag, typename Rep>
struct std::hash<pawl::Id<Tag, Rep>> {
  std::size_t operator()(const pawl::Id<Tag, Rep>& id) const noexcept {
    return std::hash<Rep>()(id.value);
  }
};

template <>
struct std::hash<pawl::ExecutionId> {
  std::size_t operator()(const pawl::ExecutionId& id) const noexcept {
    return std::hash<std::uint64_t>()(id.number.value * 0x9E3779B97F4A7C15U ^ id.shard.value);
  }
};
