#include "workers/code_fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::workers {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const std::string kFirst(32, '\x01');
const std::string kSecond(32, '\x02');

class CodeFetchTest : public testing::Test {
 protected:
  // Indexes of the pieces that are asked for now.
  std::vector<std::uint32_t> Asked(const std::string& sha256 = kFirst) {
    v1::WorkRequest request;
    fetch_.Fill(request, now_);
    std::vector<std::uint32_t> indexes;
    for (const v1::CodePieceRequest& piece : request.code_piece_requests()) {
      EXPECT_EQ(piece.code_sha256(), sha256);
      indexes.push_back(piece.index());
    }
    return indexes;
  }

  void Answer(const std::string& sha256, std::uint32_t index, const std::string& data) {
    v1::WorkResponse response;
    v1::CodePiece& piece = *response.add_code_pieces();
    piece.set_code_sha256(sha256);
    piece.set_index(index);
    piece.set_data(data);
    fetch_.Take(response, now_);
  }

  void AnswerMissing(const std::string& sha256, std::uint32_t index) {
    v1::WorkResponse response;
    v1::CodePiece& piece = *response.add_code_pieces();
    piece.set_code_sha256(sha256);
    piece.set_index(index);
    piece.set_is_missing(true);
    fetch_.Take(response, now_);
  }

  void Provide(const std::vector<std::string>& names, bool is_first, bool is_last) {
    v1::WorkResponse response;
    v1::ProvidedFunctions& provided = *response.mutable_provided();
    provided.set_is_first(is_first);
    provided.set_is_last(is_last);
    for (const std::string& name : names)
      provided.add_functions()->set_task_name(name);
    fetch_.Take(response, now_);
  }

  std::vector<std::string> Names() {
    std::vector<std::string> names;
    const auto functions = fetch_.TakeFunctions();
    if (!functions) return {"no list"};
    for (const v1::ProvidedFunction& function : *functions)
      names.push_back(function.task_name());
    return names;
  }

  SteadyTime now_{seconds(500)};
  CodeFetch fetch_;
  const std::string piece_ = std::string(kCodePieceBytes, 'a');
};

TEST_F(CodeFetchTest, AListCountsOnceItsLastPartHasCome) {
  Provide({"a"}, true, false);
  EXPECT_FALSE(fetch_.has_news());
  Provide({"b"}, false, true);
  EXPECT_TRUE(fetch_.has_news());
  EXPECT_THAT(Names(), ElementsAre("a", "b"));
  EXPECT_THAT(Names(), ElementsAre("no list"));
  Provide({}, true, true);
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(CodeFetchTest, AListThatBreaksOffIsForgotten) {
  Provide({"a"}, true, false);
  Provide({"b"}, true, true);
  EXPECT_THAT(Names(), ElementsAre("b"));
  Provide({"c"}, true, false);
  fetch_.Open();
  Provide({"d"}, true, true);
  EXPECT_THAT(Names(), ElementsAre("d"));
}

TEST_F(CodeFetchTest, AFewPiecesAreAskedForAtATime) {
  fetch_.Want({{.sha256 = kFirst, .bytes = 6 * kCodePieceBytes + 1}});
  EXPECT_THAT(Asked(), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(Asked(), IsEmpty());
  Answer(kFirst, 0, piece_);
  EXPECT_THAT(Asked(), ElementsAre(4));
  for (std::uint32_t i = 1; i < 6; ++i)
    Answer(kFirst, i, piece_);
  EXPECT_THAT(Asked(), ElementsAre(5, 6));
}

TEST_F(CodeFetchTest, PiecesBecomeAnArchive) {
  fetch_.Want({{.sha256 = kFirst, .bytes = kCodePieceBytes + 4}, {.sha256 = kSecond, .bytes = 3}});
  EXPECT_THAT(Asked(), ElementsAre(0, 1));
  Answer(kFirst, 0, piece_);
  EXPECT_FALSE(fetch_.TakeFetched().has_value());
  Answer(kFirst, 1, "rest");
  ASSERT_TRUE(fetch_.has_news());
  const auto fetched = fetch_.TakeFetched();
  EXPECT_EQ(fetched->sha256, kFirst);
  EXPECT_TRUE(fetched->archive == piece_ + "rest");
  EXPECT_THAT(Asked(kSecond), ElementsAre(0));
}

TEST_F(CodeFetchTest, WhatHasComeOutlivesTheStream) {
  fetch_.Want({{.sha256 = kFirst, .bytes = 2 * kCodePieceBytes}});
  EXPECT_THAT(Asked(), ElementsAre(0, 1));
  Answer(kFirst, 0, piece_);
  fetch_.Open();
  EXPECT_THAT(Asked(), ElementsAre(1));
  Answer(kFirst, 1, piece_);
  EXPECT_TRUE(fetch_.TakeFetched().has_value());
}

TEST_F(CodeFetchTest, CodeThatIsMissingIsAskedForAgainLater) {
  fetch_.Want({{.sha256 = kFirst, .bytes = 3}, {.sha256 = kSecond, .bytes = 3}});
  EXPECT_THAT(Asked(), ElementsAre(0));
  AnswerMissing(kFirst, 0);
  EXPECT_THAT(Asked(kSecond), ElementsAre(0));
  Answer(kSecond, 0, "two");
  EXPECT_TRUE(fetch_.TakeFetched().has_value());
  EXPECT_THAT(Asked(), IsEmpty());
  EXPECT_EQ(fetch_.NextDue(), now_ + kCodeRetry);
  now_ += kCodeRetry;
  EXPECT_THAT(Asked(), ElementsAre(0));
}

TEST_F(CodeFetchTest, APieceOfAnotherSizeIsNotTaken) {
  fetch_.Want({{.sha256 = kFirst, .bytes = 3}});
  EXPECT_THAT(Asked(), ElementsAre(0));
  Answer(kFirst, 0, "four");
  EXPECT_FALSE(fetch_.has_news());
  EXPECT_THAT(Asked(), IsEmpty());
  now_ += kCodeRetry;
  EXPECT_THAT(Asked(), ElementsAre(0));
}

TEST_F(CodeFetchTest, WhatIsNoLongerWantedIsNotAskedFor) {
  fetch_.Want({{.sha256 = kFirst, .bytes = 9 * kCodePieceBytes}});
  EXPECT_THAT(Asked(), SizeIs(4));
  fetch_.Want({{.sha256 = kSecond, .bytes = kCodePieceBytes}});
  // Not more at once than before: its answers come all the same.
  EXPECT_THAT(Asked(kSecond), IsEmpty());
  Answer(kFirst, 0, piece_);
  EXPECT_THAT(Asked(kSecond), ElementsAre(0));
  for (std::uint32_t i = 1; i < 4; ++i)
    Answer(kFirst, i, piece_);
  EXPECT_FALSE(fetch_.has_news());
  Answer(kSecond, 0, piece_);
  EXPECT_EQ(fetch_.TakeFetched()->sha256, kSecond);
}

TEST_F(CodeFetchTest, CodeThatCouldNotBeStoredIsFetchedAnew) {
  fetch_.Want({{.sha256 = kFirst, .bytes = 3}});
  EXPECT_THAT(Asked(), ElementsAre(0));
  Answer(kFirst, 0, "one");
  EXPECT_TRUE(fetch_.TakeFetched().has_value());
  fetch_.Want({{.sha256 = kFirst, .bytes = 3}});
  fetch_.Postpone(kFirst, now_);
  EXPECT_THAT(Asked(), IsEmpty());
  now_ += kCodeRetry;
  EXPECT_THAT(Asked(), ElementsAre(0));
}

TEST_F(CodeFetchTest, CodeThatIsTooLargeIsNotAskedFor) {
  fetch_.Want({{.sha256 = kFirst, .bytes = kCodeBytesMax + 1}, {.sha256 = kFirst, .bytes = 0}});
  EXPECT_THAT(Asked(), IsEmpty());
}

}  // namespace
}  // namespace pawl::workers
