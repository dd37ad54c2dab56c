// Deployed functions in the matcher: where a task's qualifier leads, and how many tasks of a
// function may run at once. Where no function is deployed a task costs one look at an empty map.
#include <algorithm>
#include <set>
#include <utility>

#include "engine/base/hash.h"
#include "engine/runtime/matcher.h"

namespace pawl::runtime {
namespace {

// As long as an alias stays as it is, it leads an attempt to the same version, also after a
// restart.
std::uint64_t DrawOf(const TaskRef& ref) {
  return HashBytes(EncodeTaskRef(ref));
}

}  // namespace

FailedTask Matcher::Failed(const Task& task,
                           std::string_view error,
                           const std::string& message) const {
  return {.ref = task.ref,
          .error = std::string(error),
          .cause = message + "; Request ID: " + task.request_id + "; Proxy: null)"};
}

FailedTask Matcher::NoSuchFunction(const Task& task) const {
  const std::string qualifier = task.qualifier.empty() ? "$LATEST" : task.qualifier;
  return Failed(task,
                kFunctionNotFound,
                "Function not found: " + interpreter::FunctionArn(arns_, task.function, qualifier) +
                    " (Service: AWSLambda; Status Code: 404; Error Code: "
                    "ResourceNotFoundException");
}

FailedTask Matcher::TooManyRequests(const Task& task) const {
  return Failed(task,
                kTooManyRequests,
                "Rate Exceeded. (Service: AWSLambda; Status Code: 429; Error Code: "
                "TooManyRequestsException");
}

std::optional<FailedTask> Matcher::FindRefusal(NamespaceId namespace_id, const Task& task) {
  const MutexLock lock(mutex_);
  const FunctionId id(namespace_id.value, task.function);
  const auto found = deployed_.find(id);
  const bool is_there =
      found == deployed_.end()
          ? known_.contains(id)
          : RouteOf(found->second->routes, task.qualifier, DrawOf(task.ref)).has_value();
  if (is_there) return std::nullopt;
  return NoSuchFunction(task);
}

std::optional<FailedTask> Matcher::Lead(Entry& entry) {
  if (deployed_.empty()) return std::nullopt;
  const auto found = deployed_.find(entry.function->id);
  if (found == deployed_.end()) return std::nullopt;
  const auto version = RouteOf(found->second->routes, entry.task.qualifier, DrawOf(entry.task.ref));
  if (!version) return NoSuchFunction(entry.task);
  entry.deployed = found->second;
  entry.version = *version;
  entry.function = &FunctionOf({found->first.first, TaskNameOf(found->first.second, *version)});
  entry.task.function = entry.function->id.second;
  if (entry.is_call) ++entry.deployed->waiting_calls;
  return std::nullopt;
}

bool Matcher::IsThrottled(const Entry& entry, bool is_new) {
  if (!entry.deployed || !entry.deployed->routes.concurrency) return false;
  const Deployed& deployed = *entry.deployed;
  const std::size_t most = *deployed.routes.concurrency;
  if (most == 0) return true;
  // The call itself waits already.
  return entry.is_call && is_new && deployed.running + deployed.waiting_calls > most;
}

std::optional<FailedTask> Matcher::LeadAnew(Entry& entry, const FunctionId& id, Timestamp now) {
  Function& before = *entry.function;
  if (entry.deployed && entry.is_call) --entry.deployed->waiting_calls;
  entry.deployed.reset();
  entry.version = 0;
  entry.function = &FunctionOf(id);
  entry.task.function = id.second;
  std::optional<FailedTask> failed = Lead(entry);
  if (!failed && !entry.deployed) WatchUnknown(id, now);
  if (entry.state != State::kQueued) return failed;
  if (entry.function == &before) {
    before.deployed = entry.deployed;
    return failed;
  }
  queued_bytes_ -= std::min(queued_bytes_, entry.task.payload.size());
  --queued_;
  --before.queued;
  Enqueue(entry);
  return failed;
}

void Matcher::LeadAllAnew(const FunctionId& id,
                          const std::shared_ptr<Deployed>& deployed,
                          Timestamp now) {
  // Sorted: the order of a hash table must not decide anything.
  std::set<TaskRef> waiting;
  for (auto& [ref, entry] : tasks_) {
    const FunctionId& function = entry.deployed ? entry.deployed->id : entry.function->id;
    if (function != id) continue;
    if (entry.state != State::kLeased) {
      waiting.insert(ref);
    } else if (deployed && entry.deployed != deployed) {
      entry.deployed = deployed;
      ++deployed->running;
    }
  }
  for (const TaskRef& ref : waiting) {
    Entry& entry = tasks_.at(ref);
    std::optional<FailedTask> failed = LeadAnew(entry, id, now);
    const bool is_queued = entry.state == State::kQueued;
    if (!failed && is_queued && IsThrottled(entry, false)) failed = TooManyRequests(entry.task);
    if (!failed) continue;
    failed_.push_back(*std::move(failed));
    Forget(ref);
  }
}

void Matcher::SetFunction(NamespaceId namespace_id,
                          const std::string& name,
                          std::optional<FunctionRoutes> routes,
                          Timestamp now) {
  {
    const MutexLock lock(mutex_);
    const FunctionId id{namespace_id.value, name};
    const auto found = deployed_.find(id);
    const bool was_deployed = found != deployed_.end();
    if (!was_deployed && !routes) return;
    std::shared_ptr<Deployed> deployed =
        was_deployed ? found->second : std::make_shared<Deployed>(Deployed{.id = id});
    deployed->routes = std::move(routes).value_or(FunctionRoutes());
    // An empty map of versions: it is gone.
    deployed->is_gone = deployed->routes.versions.empty();
    if (deployed->is_gone) {
      deployed_.erase(id);
      LeadAllAnew(id, nullptr, now);
    } else {
      deployed_[id] = deployed;
      unknown_.erase(id);
      LeadAllAnew(id, deployed, now);
    }
    freed_.push_back(std::move(deployed));
    for (auto& [number, session] : sessions_) {
      if (!session.takes_deployed || session.namespace_id != namespace_id) continue;
      session.is_behind = true;
      is_any_behind_ = true;
    }
  }
  if (wake_) wake_();
}

void Matcher::MatchVersions(Deployed& deployed, Timestamp now, Outbox& out) {
  std::vector<FunctionId> queues = {deployed.id};
  for (const auto& [number, version] : deployed.routes.versions) {
    if (number != 0) queues.emplace_back(deployed.id.first, version.task_name);
  }
  const std::size_t first = deployed.turn++ % queues.size();
  for (std::size_t i = 0; i < queues.size(); ++i)
    MatchIfAny(queues[(first + i) % queues.size()], now, out);
}

bool Matcher::HasNews() const {
  return !failed_.empty() || !freed_.empty() || is_any_behind_;
}

void Matcher::TakeNews(Timestamp now, Outbox& out, std::vector<FailedTask>& failed) {
  for (FailedTask& task : failed_)
    failed.push_back(std::move(task));
  failed_.clear();
  for (const std::shared_ptr<Deployed>& deployed : std::exchange(freed_, {}))
    MatchVersions(*deployed, now, out);
  if (!std::exchange(is_any_behind_, false)) return;
  for (auto& [number, session] : sessions_) {
    if (!std::exchange(session.is_behind, false)) continue;
    out.functions[number] = RunnableIn(session.namespace_id);
  }
}

std::vector<RunnableFunction> Matcher::RunnableIn(NamespaceId namespace_id) const {
  std::vector<RunnableFunction> functions;
  for (auto deployed = deployed_.lower_bound({namespace_id.value, ""});
       deployed != deployed_.end() && deployed->first.first == namespace_id.value;
       ++deployed) {
    for (const auto& [number, version] : deployed->second->routes.versions)
      functions.push_back(version);
  }
  // The names of one function may stand between those of another and its versions.
  std::sort(functions.begin(),
            functions.end(),
            [](const RunnableFunction& one, const RunnableFunction& other) {
              return one.task_name < other.task_name;
            });
  return functions;
}

}  // namespace pawl::runtime
