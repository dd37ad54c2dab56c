#include "workers/deployed_serving.h"

#include <chrono>
#include <utility>

namespace pawl::workers {
namespace {

constexpr std::string_view kLatest = "$LATEST";

std::string UnqualifiedArn(const v1::ProvidedFunction& function) {
  const std::string suffix = ":" + function.version();
  if (function.version() == kLatest || !function.arn().ends_with(suffix)) return function.arn();
  return function.arn().substr(0, function.arn().size() - suffix.size());
}

}  // namespace

void DeployedServing::SetFunctions(std::vector<v1::ProvidedFunction> functions, Timestamp now) {
  functions_ = std::move(functions);
  if (std::exchange(has_cleaned_, true)) return;
  // Whatever is in use now is not removed.
  for (const v1::ProvidedFunction& function : functions_) {
    if (cache_->Use(function.code_sha256())) used_.insert(function.code_sha256());
  }
  cache_->RemoveUnused(now);
}

Status DeployedServing::Store(const FetchedCode& code) {
  RETURN_IF_ERROR(cache_->Store(code.sha256, code.archive));
  if (cache_->Use(code.sha256)) {
    used_.insert(code.sha256);
    return OkStatus();
  }
  // Or it would be fetched again at once, for ever.
  return Unavailable("what was unpacked in '" + cache_->directory() +
                     "' cannot be locked, or does not read back; a sound file system with flock is "
                     "expected");
}

std::vector<WantedCode> DeployedServing::Apply() {
  std::vector<WantedCode> missing;
  std::set<std::string> is_missing;
  std::map<std::string, Serving> serving;
  for (const v1::ProvidedFunction& function : functions_) {
    const std::string& sha256 = function.code_sha256();
    if (std::optional<std::string> directory = cache_->Use(sha256)) {
      used_.insert(sha256);
      serving[function.task_name()] = {.function = Make(function, std::move(*directory)),
                                       .code_sha256 = sha256};
      continue;
    }
    if (is_missing.insert(sha256).second) {
      missing.push_back({.sha256 = sha256, .bytes = function.code_bytes()});
    }
    const auto before = serving_.find(function.task_name());
    if (before != serving_.end()) serving.insert(*before);
  }
  serving_ = std::move(serving);
  std::map<std::string, ServedFunction> deployed;
  for (const auto& [name, entry] : serving_)
    deployed.emplace(name, entry.function);
  served_.SetDeployed(std::move(deployed));
  ReleaseUnused();
  return missing;
}

void DeployedServing::ReleaseUnused() {
  std::set<std::string> needed;
  for (const auto& [name, entry] : serving_)
    needed.insert(entry.code_sha256);
  std::erase_if(used_, [&](const std::string& sha256) {
    if (needed.contains(sha256)) return false;
    cache_->Release(sha256);
    return true;
  });
}

ServedFunction DeployedServing::Make(const v1::ProvidedFunction& provided,
                                     std::string code_directory) const {
  ServedFunction function;
  FunctionSpec& spec = function.spec;
  spec.name = provided.task_name();
  spec.code_directory = std::move(code_directory);
  spec.handler = provided.handler();
  spec.timeout = std::chrono::seconds(provided.timeout_seconds());
  spec.memory_mb = provided.memory_mb();
  spec.concurrency = concurrency_;
  spec.environment.insert(provided.environment().begin(), provided.environment().end());
  spec.version = provided.version();
  spec.arn = provided.arn();
  function.unqualified_arn = UnqualifiedArn(provided);
  return function;
}

}  // namespace pawl::workers
