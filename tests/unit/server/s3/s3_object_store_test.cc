#include "server/s3/s3_object_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/objects/item_source.h"
#include "engine/objects/result_writer.h"
#include "tests/support/manual_clock.h"
#include "tests/support/s3_server.h"
#include "tests/support/seeded_random_source.h"
#include "tests/support/temporary_directory.h"

namespace pawl::s3 {
namespace {

using namespace std::chrono_literals;
using objects::ObjectName;
using test::S3Server;
using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;

class S3ObjectStoreTest : public testing::Test {
 protected:
  S3Options Options() const {
    return {.endpoint = server_.endpoint(),
            .region = "eu-west-1",
            .credentials = {.access_key_id = "AKID", .secret_access_key = "secret"},
            .addressing = Addressing::kPath,
            .timeouts = {.stall = 1s},
            .spool_directory = directory_.path().string()};
  }

  std::unique_ptr<S3ObjectStore> Make(S3Options options) {
    return S3ObjectStore::Make(
               std::move(options),
               {.clock = clock_,
                .random = random_,
                .pause = [this](std::chrono::milliseconds pause) { pauses_.push_back(pause); }})
        .value();
  }

  Status Write(const std::string& key, std::string_view text) {
    auto writer = store_->Write({"bkt", key});
    RETURN_IF_ERROR(writer.status());
    RETURN_IF_ERROR((*writer)->Append(text));
    return (*writer)->Close();
  }

  std::string ReadAll(std::uint64_t offset, std::size_t length) {
    return store_->Read({.object = kObject, .offset = offset, .length = length}).value();
  }

  const ObjectName kObject{"bkt", "k"};

  test::ManualClock clock_;
  test::SeededRandomSource random_{1};
  test::TemporaryDirectory directory_;
  S3Server server_{clock_};
  std::vector<std::chrono::milliseconds> pauses_;
  std::unique_ptr<S3ObjectStore> store_ = Make(Options());
};

TEST_F(S3ObjectStoreTest, TellsSizeEtagAndTime) {
  server_.Put("bkt", "k", "0123456789");
  const auto stat = store_->Stat(kObject);
  ASSERT_TRUE(stat.ok()) << stat.status().ToString();
  EXPECT_EQ(stat->size, 10U);
  EXPECT_EQ(stat->etag, "\"0\"");
  EXPECT_EQ(FormatTimestamp(stat->last_modified), "2022-10-12T17:50:00.000Z");
}

TEST_F(S3ObjectStoreTest, ReadsRanges) {
  server_.Put("bkt", "k", "0123456789");
  EXPECT_EQ(ReadAll(0, 4), "0123");
  EXPECT_EQ(ReadAll(8, 100), "89");
  EXPECT_EQ(ReadAll(10, 1), "");
  EXPECT_EQ(ReadAll(5, 0), "");
  server_.Put("bkt", "k", "");
  EXPECT_EQ(ReadAll(0, 5), "");
  EXPECT_EQ(store_->Stat(kObject)->size, 0U);
}

TEST_F(S3ObjectStoreTest, KeysMayHaveAnyCharacters) {
  server_.AddBucket("bkt");
  for (const char* key : {"a b/c+d%20&=?#.txt", "./a/../b", "a//b", "\xC3\xA4\x01'\"<>"}) {
    ASSERT_TRUE(Write(key, "text").ok()) << key;
    EXPECT_EQ(server_.Get("bkt", key), "text") << key;
    EXPECT_EQ(store_->Read({.object = {"bkt", key}, .length = 9}).value(), "text") << key;
  }
  const auto page = store_->List({.bucket = "bkt"});
  ASSERT_TRUE(page.ok()) << page.status().ToString();
  ASSERT_EQ(page->records.size(), 4U);
  EXPECT_EQ(page->records[0].key, "./a/../b");
  EXPECT_EQ(page->records[1].key, "a b/c+d%20&=?#.txt");
}

TEST_F(S3ObjectStoreTest, WhatIsNotThereHasS3sNames) {
  EXPECT_EQ(store_->Stat(kObject).status(), objects::NoSuchBucket("bkt"));
  EXPECT_EQ(store_->List({.bucket = "bkt"}).status(), objects::NoSuchBucket("bkt"));
  EXPECT_EQ(Write("k", "").reason(), "NoSuchBucket");
  server_.AddBucket("bkt");
  EXPECT_EQ(store_->Stat(kObject).status(), objects::NoSuchKey(kObject));
  EXPECT_EQ(store_->Read({.object = kObject, .length = 1}).status(), objects::NoSuchKey(kObject));
}

TEST_F(S3ObjectStoreTest, WhatIsDeniedSaysSo) {
  server_.Put("bkt", "k", "text");
  server_.FailNext(S3Server::Fault::kDenied, 2);
  const Status denied = store_->Stat(kObject).status();
  EXPECT_EQ(denied.reason(), "AccessDenied");
  EXPECT_EQ(denied.code(), StatusCode::kPermissionDenied);
  S3Options options = Options();
  options.credentials.secret_access_key = "guess";
  const Status wrong = Make(options)->Stat(kObject).status();
  EXPECT_EQ(wrong.reason(), "SignatureDoesNotMatch");
  EXPECT_THAT(wrong.message(), HasSubstr("s3://bkt/k: the object store answers 403"));
}

TEST_F(S3ObjectStoreTest, ListsInPages) {
  server_.Put("bkt", "a/1", "x");
  server_.Put("bkt", "a/2", "xy");
  server_.Put("bkt", "b", "");
  const auto first = store_->List({.bucket = "bkt", .prefix = "a/", .count_max = 1});
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  EXPECT_TRUE(first->is_truncated);
  EXPECT_THAT(first->records,
              ElementsAre(objects::ObjectRecord{
                  .etag = "\"0\"",
                  .key = "a/1",
                  .last_modified = ParseTimestamp("2022-10-12T17:50:00Z").value(),
                  .size = 1}));
  const auto second =
      store_->List({.bucket = "bkt", .prefix = "a/", .start_after = "a/1", .count_max = 1});
  EXPECT_EQ(second->records.at(0).key, "a/2");
  EXPECT_FALSE(second->is_truncated);
}

TEST_F(S3ObjectStoreTest, AnObjectAppearsWhenItsWriterIsClosed) {
  server_.AddBucket("bkt");
  const std::string megabyte(1024 * 1024, 'x');
  {
    auto writer = *store_->Write(kObject);
    ASSERT_TRUE(writer->Append(megabyte).ok());
    EXPECT_EQ(server_.request_count(), 0);
  }
  EXPECT_FALSE(server_.Get("bkt", "k").has_value());
  auto writer = *store_->Write(kObject);
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(writer->Append(megabyte).ok());
  EXPECT_TRUE(writer->Close().ok());
  EXPECT_EQ(server_.Get("bkt", "k"), megabyte + megabyte + megabyte);
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
  EXPECT_TRUE(Write("empty", "").ok());
  EXPECT_EQ(server_.Get("bkt", "empty"), "");
}

TEST_F(S3ObjectStoreTest, BrokenConnectionsAndBusyServersAreTriedAgain) {
  server_.Put("bkt", "k", "0123456789");
  server_.FailNext(S3Server::Fault::kDropped);
  server_.FailNext(S3Server::Fault::kSlowDown);
  server_.FailNext(S3Server::Fault::kTruncated);
  EXPECT_EQ(ReadAll(0, 10), "0123456789");
  EXPECT_EQ(server_.request_count(), 4);
  EXPECT_THAT(
      pauses_,
      ElementsAre(
          AllOf(Ge(100ms), Le(200ms)), AllOf(Ge(200ms), Le(400ms)), AllOf(Ge(400ms), Le(800ms))));
}

TEST_F(S3ObjectStoreTest, AWriteIsSentAgainWhole) {
  server_.AddBucket("bkt");
  server_.FailNext(S3Server::Fault::kDropped);
  server_.FailNext(S3Server::Fault::kSlowDown);
  EXPECT_TRUE(Write("k", std::string(300'000, 'y')).ok());
  EXPECT_EQ(server_.Get("bkt", "k"), std::string(300'000, 'y'));
}

TEST_F(S3ObjectStoreTest, WhatStaysBrokenIsUnavailable) {
  server_.Put("bkt", "k", "text");
  server_.FailNext(S3Server::Fault::kSlowDown, 4);
  const Status busy = store_->Read({.object = kObject, .length = 4}).status();
  EXPECT_EQ(busy.code(), StatusCode::kUnavailable);
  EXPECT_EQ(busy.reason(), "SlowDown");
  EXPECT_EQ(server_.request_count(), 4);
  server_.FailNext(S3Server::Fault::kTruncated, 4);
  EXPECT_EQ(store_->List({.bucket = "bkt"}).status().code(), StatusCode::kUnavailable);
}

TEST_F(S3ObjectStoreTest, AServerThatSaysNothingIsLeft) {
  server_.Put("bkt", "k", "text");
  server_.FailNext(S3Server::Fault::kSilent);
  EXPECT_EQ(ReadAll(0, 4), "text");
}

TEST_F(S3ObjectStoreTest, NoServerIsUnavailable) {
  S3Options options = Options();
  options.endpoint = "http://127.0.0.1:1";
  const Status status = Make(options)->Stat(kObject).status();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(status.message(), HasSubstr("127.0.0.1:1"));
}

TEST_F(S3ObjectStoreTest, AnObjectThatWasReplacedIsAnError) {
  server_.Put("bkt", "k", "0123456789");
  const std::string etag = store_->Stat(kObject)->etag;
  const objects::ObjectRange range{.object = kObject, .length = 4, .if_match = etag};
  EXPECT_EQ(store_->Read(range).value(), "0123");
  server_.FailNext(S3Server::Fault::kOtherEtag);
  EXPECT_EQ(store_->Read(range).status(), objects::PreconditionFailed(kObject));
  server_.Put("bkt", "k", "abcdefghij");
  EXPECT_EQ(store_->Read(range).status(), objects::PreconditionFailed(kObject));
}

TEST_F(S3ObjectStoreTest, AServerWithoutRangesIsAnError) {
  server_.Put("bkt", "k", "0123456789");
  server_.FailNext(S3Server::Fault::kIgnoresRange);
  const Status status = store_->Read({.object = kObject, .length = 4}).status();
  EXPECT_EQ(status.code(), StatusCode::kInternal);
  EXPECT_EQ(server_.request_count(), 1);
}

TEST_F(S3ObjectStoreTest, ItemsAndResultsGoThroughIt) {
  server_.Put("bkt", "rows.csv", "a,b\n1,2\n3,4\n");
  const auto source = objects::OpenItemSource(
      *store_,
      {.bucket = "bkt", .key = "rows.csv", .input_type = objects::InputType::kCsv, .read_bytes = 3},
      "");
  ASSERT_TRUE(source.ok()) << source.status().ToString();
  EXPECT_THAT((*source)->Next({}).value(),
              ElementsAre(R"({"a":"1","b":"2"})", R"({"a":"3","b":"4"})"));
  objects::ResultWriter writer(*store_, {.bucket = "bkt", .prefix = "out", .map_run_arn = "a:run"});
  ASSERT_TRUE(writer.Append({.name = "n", .input = "{}", .output = "1"}).ok());
  ASSERT_TRUE(writer.Finish().ok());
  EXPECT_TRUE(server_.Get("bkt", "out/run/SUCCEEDED_0.json").has_value());
  EXPECT_TRUE(server_.Get("bkt", "out/run/manifest.json").has_value());
}

TEST_F(S3ObjectStoreTest, OptionsAreChecked) {
  const S3ObjectStore::Surroundings none{.clock = clock_, .random = random_, .pause = {}};
  for (void (*spoil)(S3Options&) :
       {+[](S3Options& o) { o.endpoint = "ftp://h"; },
        +[](S3Options& o) { o.endpoint = "http://h/path"; },
        +[](S3Options& o) { o.region = ""; },
        +[](S3Options& o) { o.credentials = {}; },
        +[](S3Options& o) { o.addressing = Addressing::kVirtualHost; }}) {
    S3Options options = Options();
    spoil(options);
    EXPECT_EQ(S3ObjectStore::Make(options, none).status().code(), StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace pawl::s3
