#include "server/aws/variable_references.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pawl::aws {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

auto Of(const std::string& state) {
  return VariableReferences(R"({"StartAt":"S","States":{"S":)" + state + "}}");
}

TEST(VariableReferencesTest, PathsReadVariables) {
  EXPECT_THAT(Of(R"({"Type":"Pass","InputPath":"$in.a","OutputPath":"$out","ResultPath":"$.x",)"
                 R"("Assign":{"own.$":"$$.State.Name","b.$":"$a","c":"$text"}})"),
              ElementsAre(Pair("S", ElementsAre("a", "in", "out"))));
}

TEST(VariableReferencesTest, IntrinsicFunctionsReadVariables) {
  EXPECT_THAT(Of(R"-({"Type":"Pass","Parameters":{)-"
                 R"-("x.$":"States.Format('\\'$no\\' {}', $yes, $$.Map.Item.Value, $.a)"}})-"),
              ElementsAre(Pair("S", ElementsAre("yes"))));
}

TEST(VariableReferencesTest, ChoicesAndCatchersReadThem) {
  EXPECT_THAT(Of(R"({"Type":"Choice","Choices":[{"Variable":"$guess","StringEqualsPath":"$answer",)"
                 R"("Next":"A","Assign":{"x.$":"$z"}}]})"),
              ElementsAre(Pair("S", ElementsAre("answer", "guess", "z"))));
}

TEST(VariableReferencesTest, InnerStatesStandForThemselves) {
  EXPECT_THAT(Of(R"({"Type":"Map","ItemsPath":"$list","ItemProcessor":{"StartAt":"I","States":{)"
                 R"("I":{"Type":"Pass","InputPath":"$inner"},"N":{"Type":"Pass"}}}})"),
              ElementsAre(Pair("I", ElementsAre("inner")), Pair("S", ElementsAre("list"))));
}

TEST(VariableReferencesTest, ExpressionsReadVariables) {
  EXPECT_THAT(Of(R"({"Type":"Pass","QueryLanguage":"JSONata","Output":{)"
                 R"("a":"{% ($own := $x + 1; $sum([$own, $y.z, $states.input.q])) & '$no' %}",)"
                 R"("b":"$text"}})"),
              ElementsAre(Pair("S", ElementsAre("x", "y"))));
}

TEST(VariableReferencesTest, WhatIsNoDefinitionHasNone) {
  for (const char* text : {"", "StartAt: A", "[]", "{}", R"({"States":[1]})"})
    EXPECT_THAT(VariableReferences(text), IsEmpty());
}

}  // namespace
}  // namespace pawl::aws
