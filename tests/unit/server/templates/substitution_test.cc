#include "server/templates/substitution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::test {
namespace {

using templates::SplitSubText;
using templates::SplitText;
using templates::Substitute;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The parts one behind the other, names in angle brackets; the error if there is one.
std::string Split(std::string_view text) {
  const SplitText split = SplitSubText(text);
  if (!split.error.empty()) return "error: " + split.error;
  std::string shown;
  for (const templates::TextPart& part : split.parts)
    shown += part.is_name ? "<" + std::string(part.text) + ">" : std::string(part.text);
  return shown;
}

TEST(SplitSubTextTest, FindsNames) {
  EXPECT_EQ(Split("a${B}c${D.E}${AWS::Region}"), "a<B>c<D.E><AWS::Region>");
  EXPECT_EQ(Split(""), "");
  EXPECT_EQ(Split("$ {x} $x }"), "$ {x} $x }");
}

TEST(SplitSubTextTest, KeepsWhatIsEscaped) {
  EXPECT_EQ(Split("a${!B}c"), "a${B}c");
  EXPECT_EQ(Split("${!}"), "${}");
}

TEST(SplitSubTextTest, RefusesWhatIsNotClosed) {
  EXPECT_EQ(Split("a${B"), "error: a '${' is not closed; write '${!' for a '${' that is text");
  EXPECT_EQ(Split("a${}"), "error: '${}' names nothing");
}

TEST(SubstituteTest, PutsValuesIntoADefinition) {
  EXPECT_EQ(
      Substitute("{\"Resource\": \"${Arn}:${Version}\"}", {{"Arn", "a"}, {"Version", "3"}}).text,
      "{\"Resource\": \"a:3\"}");
  EXPECT_EQ(Substitute("Resource: ${Arn}", {{"Arn", "a\"b"}}).text, "Resource: a\"b");
}

TEST(SubstituteTest, EscapesInsideTheStringsOfJsonAlone) {
  EXPECT_EQ(Substitute(R"({"a\"": "${X}", "b": ${X}})", {{"X", "\"1\""}}).text,
            R"({"a\"": "\"1\"", "b": "1"})");
}

TEST(SubstituteTest, KeepsAndTellsWhatItDoesNotKnow) {
  const templates::SubstitutedText result = Substitute("${a} ${b} ${a} ${c.d} $", {{"b", "1"}});
  EXPECT_EQ(result.text, "${a} 1 ${a} ${c.d} $");
  EXPECT_THAT(result.unknown, ElementsAre("a"));
  EXPECT_THAT(Substitute("", {}).unknown, IsEmpty());
}

TEST(SubstituteTest, DoesNotSubstituteInValues) {
  EXPECT_EQ(Substitute("${a}", {{"a", "${b}"}, {"b", "x"}}).text, "${b}");
}

}  // namespace
}  // namespace pawl::test
