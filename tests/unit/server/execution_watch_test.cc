#include "server/execution_watch.h"

#include <fmt/format.h>

#include "engine/base/check.h"
#include "server_fixture.h"

namespace pawl::test {
namespace {

using testing::ElementsAre;

class ExecutionWatchTest : public ServerTest {
 protected:
  ExecutionWatchTest() : stream_(workflows_->WatchExecutions(&context_)) {}

  ~ExecutionWatchTest() override { context_.TryCancel(); }

  static ExecutionName Name(const std::string& name) { return {{}, "m", name}; }

  static v1::WatchedExecution Watching(std::uint64_t watch_id, const std::string& name) {
    v1::WatchedExecution watched;
    watched.set_watch_id(watch_id);
    watched.set_state_machine("m");
    watched.set_execution(name);
    return watched;
  }

  void Add(const v1::WatchedExecution& watched) {
    v1::WatchExecutionsRequest request;
    *request.add_add() = watched;
    ASSERT_TRUE(stream_->Write(request));
  }

  // The next change, whichever message it comes in.
  v1::ExecutionChange Next() {
    if (changes_.empty()) {
      v1::WatchExecutionsResponse response;
      PAWL_CHECK(stream_->Read(&response));
      for (v1::ExecutionChange& change : *response.mutable_changes()) {
        changes_.push_back(std::move(change));
      }
    }
    if (changes_.empty()) return {};
    v1::ExecutionChange next = std::move(changes_.front());
    changes_.pop_front();
    return next;
  }

  static std::vector<std::uint32_t> Ids(const v1::ExecutionChange& change) {
    std::vector<std::uint32_t> ids;
    for (const v1::HistoryEvent& event : change.events())
      ids.push_back(event.id());
    return ids;
  }

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::WatchExecutionsRequest, v1::WatchExecutionsResponse>>
      stream_;
  std::deque<v1::ExecutionChange> changes_;
};

TEST_F(ExecutionWatchTest, TellsTheStateFirstAndThenTheClose) {
  engine_.AddRunning(Name("e"), {EventInfo{}, EventInfo{}});
  Add(Watching(7, "e"));
  v1::ExecutionChange change = Next();
  EXPECT_EQ(change.watch_id(), 7U);
  EXPECT_EQ(change.status(), v1::EXECUTION_STATUS_RUNNING);
  EXPECT_EQ(change.last_event_id(), 2U);
  EXPECT_EQ(change.events_size(), 0);

  engine_.Close(Name("e"), ExecutionStatus::kSucceeded, "[1]");
  change = Next();
  EXPECT_EQ(change.watch_id(), 7U);
  EXPECT_EQ(change.status(), v1::EXECUTION_STATUS_SUCCEEDED);
  EXPECT_EQ(change.output(), "[1]");
}

TEST_F(ExecutionWatchTest, OnlyTheCloseIsToldWhereOnlyItIsWanted) {
  engine_.AddRunning(Name("e"));
  v1::WatchedExecution watched = Watching(1, "e");
  watched.set_only_close(true);
  Add(watched);
  engine_.WaitForWatched(1);
  engine_.Record(Name("e"), {EventInfo{}});
  engine_.Close(Name("e"), ExecutionStatus::kFailed, "");
  EXPECT_EQ(Next().status(), v1::EXECUTION_STATUS_FAILED);
}

TEST_F(ExecutionWatchTest, AnExecutionClosedBeforeIsToldAtOnce) {
  engine_.AddRunning(Name("e"));
  engine_.Close(Name("e"), ExecutionStatus::kSucceeded, "2");
  v1::WatchedExecution watched = Watching(1, "e");
  watched.set_only_close(true);
  Add(watched);
  EXPECT_EQ(Next().output(), "2");
}

TEST_F(ExecutionWatchTest, EventsComeOnceAndInOrderBehindTheCursor) {
  engine_.AddRunning(Name("e"), std::vector<EventInfo>(3));
  v1::WatchedExecution watched = Watching(1, "e");
  watched.set_with_events(true);
  watched.set_after_event_id(1);
  Add(watched);
  v1::ExecutionChange change = Next();
  EXPECT_THAT(Ids(change), ElementsAre(2, 3));
  EXPECT_EQ(change.last_event_id(), 3U);

  engine_.Record(Name("e"), std::vector<EventInfo>(2));
  EXPECT_THAT(Ids(Next()), ElementsAre(4, 5));
  engine_.Close(Name("e"), ExecutionStatus::kSucceeded, "1");
  change = Next();
  EXPECT_THAT(Ids(change), ElementsAre());
  EXPECT_EQ(change.output(), "1");
}

TEST_F(ExecutionWatchTest, ALongHistoryComesInParcelsWithTheCloseBehindIt) {
  constexpr std::uint32_t kEvents = 2500;
  engine_.AddRunning(Name("e"), std::vector<EventInfo>(kEvents));
  engine_.Close(Name("e"), ExecutionStatus::kSucceeded, "1");
  v1::WatchedExecution watched = Watching(1, "e");
  watched.set_with_events(true);
  Add(watched);
  std::uint32_t last = 0;
  v1::ExecutionChange change;
  while (change.status() != v1::EXECUTION_STATUS_SUCCEEDED) {
    change = Next();
    for (const v1::HistoryEvent& event : change.events())
      EXPECT_EQ(event.id(), ++last);
    EXPECT_EQ(change.last_event_id(), last);
  }
  EXPECT_EQ(last, kEvents);
}

TEST_F(ExecutionWatchTest, WhatCannotBeWatchedFailsAloneAndFreesItsId) {
  Add(Watching(1, "absent"));
  const v1::ExecutionChange change = Next();
  EXPECT_EQ(change.watch_id(), 1U);
  EXPECT_EQ(change.failure().code(), static_cast<int>(StatusCode::kNotFound));
  engine_.AddRunning(Name("e"));
  Add(Watching(1, "e"));
  EXPECT_EQ(Next().status(), v1::EXECUTION_STATUS_RUNNING);
}

TEST_F(ExecutionWatchTest, AnIdOrAnExecutionInUseIsRefused) {
  engine_.AddRunning(Name("a"));
  engine_.AddRunning(Name("b"));
  Add(Watching(1, "a"));
  EXPECT_FALSE(Next().has_failure());
  Add(Watching(1, "b"));
  EXPECT_EQ(server::FromRpcStatus(Next().failure()).field(), "add.watch_id");
  Add(Watching(2, "a"));
  EXPECT_EQ(server::FromRpcStatus(Next().failure()).field(), "add.execution");
}

TEST_F(ExecutionWatchTest, ARemovedExecutionIsSilentAndCanBeAddedAgain) {
  engine_.AddRunning(Name("a"));
  Add(Watching(1, "a"));
  Next();
  v1::WatchExecutionsRequest request;
  request.add_remove(1);
  ASSERT_TRUE(stream_->Write(request));
  engine_.WaitForWatched(0);
  engine_.Record(Name("a"), {EventInfo{}});
  Add(Watching(2, "a"));
  EXPECT_EQ(Next().watch_id(), 2U);
}

TEST_F(ExecutionWatchTest, ManyExecutionsShareMessages) {
  constexpr int kCount = 2000;
  v1::WatchExecutionsRequest request;
  for (int i = 0; i < kCount; ++i) {
    engine_.AddRunning(Name(fmt::format("e{}", i)));
    v1::WatchedExecution& watched = *request.add_add();
    watched = Watching(static_cast<std::uint64_t>(i), fmt::format("e{}", i));
    watched.set_only_close(true);
  }
  ASSERT_TRUE(stream_->Write(request));
  engine_.WaitForWatched(kCount);
  for (int i = 0; i < kCount; ++i) {
    engine_.Close(Name(fmt::format("e{}", i)), ExecutionStatus::kSucceeded, "1");
  }
  int messages = 0;
  std::set<std::uint64_t> closed;
  while (closed.size() < kCount) {
    v1::WatchExecutionsResponse response;
    ASSERT_TRUE(stream_->Read(&response));
    ++messages;
    for (const v1::ExecutionChange& change : response.changes()) {
      EXPECT_TRUE(closed.insert(change.watch_id()).second);
    }
  }
  EXPECT_LT(messages, kCount);
}

TEST_F(ExecutionWatchTest, OutputsThatAreTooMuchToKeepAreReadAgain) {
  // The reader reads nothing until far more than the bound waits for it.
  const std::string output(1024 * 1024, 'x');
  constexpr std::uint64_t kCount = 40;
  static_assert(kCount * 1024 * 1024 > 2 * server::kWatchKeptOutputBytesMax);
  for (std::uint64_t i = 0; i < kCount; ++i) {
    engine_.AddRunning(Name(fmt::format("e{}", i)));
    v1::WatchedExecution watched = Watching(i, fmt::format("e{}", i));
    watched.set_only_close(true);
    Add(watched);
  }
  engine_.WaitForWatched(kCount);
  for (std::uint64_t i = 0; i < kCount; ++i) {
    engine_.Close(Name(fmt::format("e{}", i)), ExecutionStatus::kSucceeded, output);
  }
  for (std::uint64_t i = 0; i < kCount; ++i)
    EXPECT_EQ(Next().output().size(), output.size());
}

TEST_F(ExecutionWatchTest, AWrongNamespaceEndsTheStream) {
  v1::WatchExecutionsRequest request;
  request.set_namespace_("other");
  ASSERT_TRUE(stream_->Write(request));
  v1::WatchExecutionsResponse response;
  EXPECT_FALSE(stream_->Read(&response));
  EXPECT_THAT(server::FromGrpcStatus(stream_->Finish()),
              IsError(StatusCode::kNotFound, "namespace"));
}

TEST_F(ExecutionWatchTest, ClosingTheClientsSideEndsTheStreamWell) {
  engine_.AddRunning(Name("e"));
  Add(Watching(1, "e"));
  Next();
  stream_->WritesDone();
  v1::WatchExecutionsResponse response;
  EXPECT_FALSE(stream_->Read(&response));
  EXPECT_TRUE(stream_->Finish().ok());
  engine_.WaitForWatched(0);
}

}  // namespace
}  // namespace pawl::test
