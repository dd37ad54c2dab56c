#include "engine/storage/storage.h"

#include <utility>

#include "engine/base/promise.h"

namespace pawl::storage {

void WriteBatch::Put(Family family, std::string key, std::string value) {
  byte_size_ += key.size() + value.size();
  Operation& put = Add(Operation::Kind::kPut, family);
  put.key = std::move(key);
  put.value = std::move(value);
}

void WriteBatch::Delete(Family family, std::string key) {
  byte_size_ += key.size();
  Add(Operation::Kind::kDelete, family).key = std::move(key);
}

void WriteBatch::DeleteRange(Family family, std::string begin, std::string end) {
  byte_size_ += begin.size() + end.size();
  Operation& deleted = Add(Operation::Kind::kDeleteRange, family);
  deleted.key = std::move(begin);
  deleted.value = std::move(end);
}

WriteBatch::Operation& WriteBatch::Add(Operation::Kind kind, Family family) {
  // Of one turn; most batches hold the rows of few.
  constexpr std::size_t kUsual = 8;
  if (operations_.capacity() == 0) operations_.reserve(kUsual);
  Operation& added = operations_.emplace_back();
  added.kind = kind;
  added.family = family;
  return added;
}

std::vector<WriteBatch::Operation> WriteBatch::TakeOperations() {
  byte_size_ = 0;
  return std::exchange(operations_, {});
}

void WriteBatch::Clear() {
  operations_.clear();
  byte_size_ = 0;
}

Result<LoadResponse> LoadAndWait(Storage& storage, LoadRequest request) {
  Promise<Result<LoadResponse>> promise;
  storage.Load(std::move(request),
               [&promise](Result<LoadResponse> response) { promise.Set(std::move(response)); });
  return promise.Wait();
}

Result<std::optional<std::string>> GetAndWait(Storage& storage, Key key) {
  LoadRequest request;
  request.keys.push_back(std::move(key));
  ASSIGN_OR_RETURN(LoadResponse response, LoadAndWait(storage, std::move(request)));
  return std::move(response.values.front());
}

Result<std::vector<Row>> ScanAndWait(Storage& storage, Range range) {
  LoadRequest request;
  request.ranges.push_back(std::move(range));
  ASSIGN_OR_RETURN(LoadResponse response, LoadAndWait(storage, std::move(request)));
  return std::move(response.rows.front());
}

Status CommitAndWait(Storage& storage, ShardBatch batch) {
  Promise<CommitResult> promise;
  std::vector<ShardBatch> group;
  group.push_back(std::move(batch));
  storage.Commit(std::move(group),
                 [&promise](std::vector<CommitResult> results) { promise.Set(results.front()); });
  switch (promise.Wait()) {
    case CommitResult::kOk:
      return OkStatus();
    case CommitResult::kAborted:
      return Aborted("a newer owner holds the shard; this one must drop it");
    case CommitResult::kUnavailable:
      return Unavailable("the store accepts no more writes until it is opened again");
    case CommitResult::kUnknown:
      return {StatusCode::kUnknown,
              "the write may or may not be stored; load the rows again to find out"};
  }
  PAWL_CHECK(false);
}

}  // namespace pawl::storage
