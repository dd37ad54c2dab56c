#include "engine/runtime/revision_cache.h"

#include <cstddef>
#include <iterator>
#include <list>
#include <memory>
#include <utility>

namespace pawl::runtime {

namespace {

// A state has its size and what it keeps elsewhere: paths, expressions and texts, compiled from a
// part of the definition's text.
std::size_t CompiledBytes(const asl::StateMachine& machine, std::size_t definition_bytes) {
  constexpr std::size_t kBytesPerTextByte = 4;
  return machine.states.size() * sizeof(asl::State) + definition_bytes * kBytesPerTextByte;
}

}  // namespace

std::shared_ptr<const asl::StateMachine> RevisionCache::Find(const Id& id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->machine;
}

void RevisionCache::Remember(const Id& id,
                             std::shared_ptr<const asl::StateMachine> machine,
                             std::size_t definition_bytes) {
  if (const auto found = by_id_.find(id); found != by_id_.end()) Forget(found->second);
  const std::size_t bytes = CompiledBytes(*machine, definition_bytes);
  entries_.push_front({.id = id, .machine = std::move(machine), .bytes = bytes});
  by_id_[id] = entries_.begin();
  bytes_ += bytes;
  while (bytes_ > kBytesMax && entries_.size() > 1)
    Forget(std::prev(entries_.end()));
}

void RevisionCache::Forget(std::list<Entry>::iterator entry) {
  bytes_ -= entry->bytes;
  by_id_.erase(entry->id);
  entries_.erase(entry);
}

}  // namespace pawl::runtime
