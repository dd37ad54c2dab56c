// KeptSources: item sources that are likely to be read on, so that the next slice of a Map run
// costs no opening: a manifest is not read again, and a compressed file is not decompressed again
// up to the place.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string_view>
#include <utility>

#include "engine/base/mutex.h"
#include "engine/objects/item_source.h"
#include "engine/runtime/engine.h"

namespace pawl::runtime {

// Losing one is harmless: the cursor opens it again. Threads: safe from any.
class KeptSources {
 public:
  // Beyond these the one that was kept longest goes. Each holds a piece of its object and, where
  // there is one, its manifest (objects/item_source.h).
  static constexpr std::size_t kSourcesMax = 8;

  // The source of that Map run, if it is kept and stands at `cursor`; else nullptr.
  std::unique_ptr<objects::ItemSource> Take(const TaskRef& run, std::string_view cursor);
  void Keep(const TaskRef& run, std::unique_ptr<objects::ItemSource> source);

 private:
  Mutex mutex_;
  std::deque<std::pair<TaskRef, std::unique_ptr<objects::ItemSource>>> sources_
      PAWL_GUARDED_BY(mutex_);
};

}  // namespace pawl::runtime
