// Compiled revisions of state machines, those used last, within a bound on their memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "engine/asl/state_machine.h"

namespace pawl::runtime {

// Threads: none of its own; one at a time.
class RevisionCache {
 public:
  // Namespace, name of the state machine, number of the revision.
  using Id = std::tuple<std::uint32_t, std::string, std::uint64_t>;

  // The newest one stays even where it has more alone. About 3,000 definitions of five states.
  static constexpr std::size_t kBytesMax = std::size_t{16} << 20U;

  // nullptr where it is not remembered.
  std::shared_ptr<const asl::StateMachine> Find(const Id& id);

  // `definition_bytes` is the length of its text. What falls out lives as long as it is used.
  void Remember(const Id& id,
                std::shared_ptr<const asl::StateMachine> machine,
                std::size_t definition_bytes);

  // About what they take.
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    Id id;
    std::shared_ptr<const asl::StateMachine> machine;
    std::size_t bytes;
  };

  void Forget(std::list<Entry>::iterator entry);

  // The one used last in front.
  std::list<Entry> entries_;
  std::map<Id, std::list<Entry>::iterator> by_id_;
  std::size_t bytes_ = 0;
};

}  // namespace pawl::runtime
