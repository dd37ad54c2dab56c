#include "engine/runtime/kept_sources.h"

#include <algorithm>

namespace pawl::runtime {

std::unique_ptr<objects::ItemSource> KeptSources::Take(const TaskRef& run,
                                                       std::string_view cursor) {
  const MutexLock lock(mutex_);
  const auto found = std::find_if(
      sources_.begin(), sources_.end(), [&run](const auto& kept) { return kept.first == run; });
  if (found == sources_.end()) return nullptr;
  std::unique_ptr<objects::ItemSource> source = std::move(found->second);
  sources_.erase(found);
  return source->Cursor() == cursor ? std::move(source) : nullptr;
}

void KeptSources::Keep(const TaskRef& run, std::unique_ptr<objects::ItemSource> source) {
  const MutexLock lock(mutex_);
  if (sources_.size() == kSourcesMax) sources_.pop_front();
  sources_.emplace_back(run, std::move(source));
}

}  // namespace pawl::runtime
