#include "workers/served_functions.h"

#include <set>
#include <utility>

namespace pawl::workers {

void ServedFunctions::SetOwn(ServedFunction function) {
  const std::string name = function.spec.name;
  const MutexLock lock(mutex_);
  const bool is_new = own_.insert_or_assign(name, std::move(function)).second;
  if (is_new && deployed_.contains(name)) {
    sink_.log("function '" + name + "' is deployed too: this worker runs the one of its directory",
              false);
  }
  Apply(name);
}

void ServedFunctions::RemoveOwn(const std::string& name) {
  const MutexLock lock(mutex_);
  own_.erase(name);
  Apply(name);
}

void ServedFunctions::SetDeployed(Functions functions) {
  const MutexLock lock(mutex_);
  std::set<std::string> names;
  for (const auto& [name, function] : functions) {
    if (own_.contains(name) && !deployed_.contains(name)) {
      sink_.log(
          "function '" + name + "' is deployed too: this worker runs the one of its directory",
          false);
    }
    names.insert(name);
  }
  for (const auto& [name, function] : deployed_)
    names.insert(name);
  deployed_ = std::move(functions);
  for (const std::string& name : names)
    Apply(name);
}

void ServedFunctions::Apply(const std::string& name) {
  const auto own = own_.find(name);
  const auto deployed = deployed_.find(name);
  const auto served = served_.find(name);
  if (own == own_.end() && deployed == deployed_.end()) {
    if (served == served_.end()) return;
    served_.erase(served);
    sink_.remove(name);
    sink_.log("function '" + name + "' is gone", false);
    return;
  }
  const bool is_own = own != own_.end();
  const ServedFunction& function = is_own ? own->second : deployed->second;
  const bool is_new = served == served_.end();
  if (!is_new && served->second == function) return;
  if (const Status status = sink_.set(function); !status.ok()) {
    sink_.log(status.message(), true);
    return;
  }
  served_.insert_or_assign(name, function);
  sink_.log("function '" + name + "' " + (is_new ? "is served" : "has changed") +
                (is_own ? "" : ", as it is deployed"),
            false);
}

std::size_t ServedFunctions::own_count() const {
  const MutexLock lock(mutex_);
  return own_.size();
}

std::vector<std::string> ServedFunctions::names() const {
  std::vector<std::string> names;
  const MutexLock lock(mutex_);
  for (const auto& [name, function] : served_)
    names.push_back(name);
  return names;
}

}  // namespace pawl::workers
