#include "engine/json/write.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/json/parse.h"

namespace pawl::json {
namespace {

std::string Rewritten(std::string_view text) {
  Arena arena;
  return Write(Parse(text, arena).value());
}

TEST(WriteTest, NumbersAndOrderAreKeptAsRead) {
  EXPECT_EQ(Rewritten(R"( { "z" : 1.50 , "a" : [ 1e3 , -0 , 12345678901234567890 ] } )"),
            R"({"z":1.50,"a":[1e3,-0,12345678901234567890]})");
}

TEST(WriteTest, OnlyWhatJsonRequiresIsEscaped) {
  EXPECT_EQ(Rewritten(R"("\u0041\/\u00e9\ud83d\ude00\u007f")"), "\"A/é😀\x7f\"");
  EXPECT_EQ(Rewritten(R"("\"\\\b\f\n\r\t\u0000\u001F")"), R"("\"\\\b\f\n\r\t\u0000\u001f")");
}

TEST(WriteTest, EmptyContainersStayOnOneLine) {
  EXPECT_EQ(Rewritten("[[],{}]"), "[[],{}]");
  Arena arena;
  EXPECT_EQ(WritePretty(Parse(R"({"a":[1,{"b":[]}],"c":{}})", arena).value()), R"({
  "a": [
    1,
    {
      "b": []
    }
  ],
  "c": {}
})");
}

TEST(WriteTest, LongStringsKeepEveryByteAroundAnEscape) {
  for (std::size_t place = 0; place < 70; ++place) {
    std::string text(70, 'x');
    text[place] = '\n';
    std::string expected(70, 'x');
    expected.replace(place, 1, "\\n");
    EXPECT_EQ(Write(Value::String(text)), "\"" + expected + "\"");
  }
}

}  // namespace
}  // namespace pawl::json
