#include "engine/objects/gzip_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "engine/objects/byte_stream.h"
#include "tests/support/memory_object_store.h"
#include "tests/unit/engine/objects/gzip.h"

namespace pawl::test {
namespace {

using objects::GzipStream;
using objects::ObjectStream;
using ::testing::HasSubstr;

class GzipStreamTest : public ::testing::Test {
 protected:
  std::unique_ptr<GzipStream> Open(const std::string& file, std::size_t piece_bytes = 5) {
    store.Put({"bucket", "file"}, file);
    return std::make_unique<GzipStream>(
        std::make_unique<ObjectStream>(
            store, objects::ObjectName{"bucket", "file"}, "", piece_bytes),
        "s3://bucket/file");
  }

  static Result<std::string> ReadAll(GzipStream& stream) {
    std::string text;
    for (;;) {
      ASSIGN_OR_RETURN(const std::string piece, stream.Read());
      if (piece.empty()) return text;
      text += piece;
    }
  }

  MemoryObjectStore store;
};

TEST_F(GzipStreamTest, GivesWhatWasCompressed) {
  const std::string text = std::string(1'000'000, 'x') + "end";
  EXPECT_EQ(ReadAll(*Open(Gzip(text))).value(), text);
  EXPECT_EQ(ReadAll(*Open(Gzip(text), 1)).value(), text);
  EXPECT_EQ(ReadAll(*Open(Gzip(""))).value(), "");
}

TEST_F(GzipStreamTest, JoinsTheMembersOfAFile) {
  EXPECT_EQ(ReadAll(*Open(Gzip("one,") + Gzip("") + Gzip("two"))).value(), "one,two");
}

TEST_F(GzipStreamTest, SkipsToAPlaceInTheText) {
  const std::string text(600'000, 'x');
  for (const std::size_t offset : {0UL, 1UL, 299'999UL, 600'000UL, 700'000UL}) {
    const std::unique_ptr<GzipStream> stream = Open(Gzip(text) + Gzip("end"), 100);
    ASSERT_TRUE(stream->Skip(offset).ok());
    const std::string expected = text + "end";
    EXPECT_EQ(ReadAll(*stream).value(), offset < expected.size() ? expected.substr(offset) : "");
  }
}

TEST_F(GzipStreamTest, GivesWhatStandsBeforeTheDamageWhateverThePieces) {
  std::string file = Gzip("some text");
  file[file.size() - 6] ^= 1;
  for (const std::size_t piece_bytes : {1UL, 2UL, 100UL}) {
    const std::unique_ptr<GzipStream> stream = Open(file, piece_bytes);
    std::string text;
    Result<std::string> piece = stream->Read();
    while (piece.ok()) {
      text += *piece;
      piece = stream->Read();
    }
    EXPECT_EQ(text, "some text");
    EXPECT_EQ(piece.status().code(), StatusCode::kDataLoss);
    EXPECT_EQ(stream->Read().status(), piece.status());
  }
}

TEST_F(GzipStreamTest, SaysWhatIsDamaged) {
  const std::string file = Gzip("some text");
  const Status cut = ReadAll(*Open(file.substr(0, file.size() - 3))).status();
  EXPECT_EQ(cut.code(), StatusCode::kDataLoss);
  EXPECT_THAT(cut.message(), HasSubstr("s3://bucket/file: expected whole gzip"));
  std::string changed = file;
  changed[file.size() - 6] ^= 1;
  EXPECT_EQ(ReadAll(*Open(changed)).status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(ReadAll(*Open(file + "more")).status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace pawl::test
