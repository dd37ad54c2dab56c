#include "tests/kill/killing_storage.h"

#include <csignal>
#include <iterator>
#include <utility>

namespace pawl::test {
namespace {

[[noreturn]] void Die() {
  while (true)
    raise(SIGKILL);
}

}  // namespace

KillingStorage::KillingStorage(std::unique_ptr<storage::Storage> store,
                               KillPoint point,
                               std::uint64_t countdown)
    : store_(std::move(store)), point_(point), countdown_(countdown) {}

bool KillingStorage::IsTime(KillPoint point) {
  return point == point_ && countdown_.fetch_sub(1) == 1;
}

void KillingStorage::Load(storage::LoadRequest request, storage::LoadDone done) {
  if (IsTime(KillPoint::kBeforeLoad)) Die();
  store_->Load(std::move(request), std::move(done));
}

void KillingStorage::Commit(std::vector<storage::ShardBatch> group, storage::CommitDone done) {
  if (IsTime(KillPoint::kBeforeCommit)) Die();
  if (IsTime(KillPoint::kHalfwayThroughCommit)) {
    const auto half = group.begin() + static_cast<std::ptrdiff_t>((group.size() + 1) / 2);
    group.erase(half, group.end());
    store_->Commit(std::move(group), [](const std::vector<storage::CommitResult>&) { Die(); });
    Die();
  }
  store_->Commit(std::move(group),
                 [this, done = std::move(done)](std::vector<storage::CommitResult> results) {
                   if (IsTime(KillPoint::kAfterCommit)) Die();
                   done(std::move(results));
                   if (IsTime(KillPoint::kAfterTelling)) Die();
                 });
}

Result<std::optional<std::uint64_t>> KillingStorage::FreeBytes() {
  return store_->FreeBytes();
}

storage::StorageStatistics KillingStorage::Statistics() {
  return store_->Statistics();
}

}  // namespace pawl::test
