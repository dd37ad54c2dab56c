// Each function of a template, as the value of a function's description.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readings.h"

namespace pawl::test {
namespace {

using templates::Function;
using templates::ReadTemplate;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr std::string_view kRest = R"(
Parameters:
  Stage: {Type: String, Default: prod}
  Zones: {Type: CommaDelimitedList, Default: 'a, b,c'}
  Count: {Type: Number, Default: 3}
Mappings:
  Sizes:
    us-east-1: {small: 128, list: [x, y]}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsTest: {Fn::Not: [{Condition: IsProd}]}
  Both: !And [!Condition IsProd, !Not [!Condition IsTest]]
  Either: !Or [{Condition: IsTest}, !Condition IsTest]
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}
  Other: {Type: AWS::Lambda::Function, Properties: {Handler: a.b, Runtime: python3.12, Code: {ZipFile: x}, FunctionName: other}}
  F:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: x
      Handler: index.handler
      Runtime: python3.12
      Description: )";

class IntrinsicFunctionsTest : public ::testing::Test {
 protected:
  // The description that `yaml` makes; the first problem where it makes none.
  static std::string Value(std::string_view yaml) {
    const templates::Reading reading = ReadTemplate(std::string(kRest) + std::string(yaml), {});
    if (!reading.ok()) return Problems(reading).front();
    return Find<Function>(reading, "F").configuration.description;
  }
};

TEST_F(IntrinsicFunctionsTest, RefGivesParametersAndNames) {
  EXPECT_EQ(Value("!Ref Stage"), "prod");
  EXPECT_EQ(Value("{Ref: Count}"), "3");
  EXPECT_EQ(Value("!Ref Table"), "Table");
  EXPECT_EQ(Value("!Ref Queue"), "https://sqs.us-east-1.amazonaws.com/123456789012/jobs");
  EXPECT_EQ(Value("!Ref Other"), "other");
}

TEST_F(IntrinsicFunctionsTest, RefGivesPseudoParameters) {
  EXPECT_EQ(Value("!Sub '${AWS::Partition} ${AWS::Region} ${AWS::AccountId} ${AWS::StackName}'"),
            "aws us-east-1 123456789012 pawl");
  EXPECT_EQ(Value("!Ref AWS::URLSuffix"), "amazonaws.com");
  EXPECT_EQ(Value("!Ref AWS::NoValue"), "");
  EXPECT_THAT(Value("!Ref AWS::StackId"),
              StartsWith("arn:aws:cloudformation:us-east-1:123456789012:stack/pawl/"));
}

TEST_F(IntrinsicFunctionsTest, RefRefusesWhatIsNotThere) {
  EXPECT_EQ(Value("!Ref Stagee"),
            "24:20 UNKNOWN_REFERENCE the template has no parameter or resource 'Stagee' (did you "
            "mean 'Stage'?)");
  EXPECT_THAT(Value("{Ref: [Stage]}"), HasSubstr("INVALID_FUNCTION_ARGUMENT Ref takes the name"));
}

TEST_F(IntrinsicFunctionsTest, GetAttGivesArns) {
  const std::string arn = "arn:aws:lambda:us-east-1:123456789012:function:other";
  EXPECT_EQ(Value("!GetAtt Other.Arn"), arn);
  EXPECT_EQ(Value("!GetAtt [Other, Arn]"), arn);
  EXPECT_EQ(Value("{Fn::GetAtt: [Other, Arn]}"), arn);
  EXPECT_EQ(Value("{'Fn::GetAtt': Other.Arn}"), arn);
  EXPECT_EQ(Value("!GetAtt Table.Arn"), "arn:aws:dynamodb:us-east-1:123456789012:table/Table");
  EXPECT_EQ(Value("!GetAtt Queue.QueueName"), "jobs");
}

TEST_F(IntrinsicFunctionsTest, GetAttRefusesWhatIsNotThere) {
  EXPECT_THAT(Value("!GetAtt Othr.Arn"), HasSubstr("(did you mean 'Other'?)"));
  EXPECT_THAT(Value("!GetAtt Other.Name"), HasSubstr("has no attribute 'Name'; expected Arn"));
  EXPECT_THAT(Value("!GetAtt Other"), HasSubstr("takes RESOURCE.ATTRIBUTE"));
  EXPECT_THAT(Value("!GetAtt [Other]"), HasSubstr("not 1 items"));
  EXPECT_THAT(Value("!GetAtt [[Other], Arn]"), HasSubstr("the name of a resource first"));
}

TEST_F(IntrinsicFunctionsTest, AnAttributeThatAwsAloneKnowsIsAWarning) {
  const templates::Reading reading =
      ReadTemplate(std::string(kRest) + "!GetAtt Table.StreamArn", {});
  EXPECT_TRUE(reading.ok());
  EXPECT_THAT(Problems(reading), ElementsAre(HasSubstr("UNKNOWN_VALUE")));
  EXPECT_EQ(Find<Function>(reading, "F").configuration.description, "Table.StreamArn");
}

TEST_F(IntrinsicFunctionsTest, SubPutsValuesIntoText) {
  EXPECT_EQ(Value("!Sub '${Stage}-${Other.Arn}'"),
            "prod-arn:aws:lambda:us-east-1:123456789012:function:other");
  EXPECT_EQ(Value("!Sub ['${Stage}/${x}/${!y}', {x: !Ref Count}]"), "prod/3/${y}");
  EXPECT_EQ(Value("{Fn::Sub: ['${Stage}', {Stage: mine}]}"), "mine");
  EXPECT_EQ(Value("{Fn::Sub: plain}"), "plain");
}

TEST_F(IntrinsicFunctionsTest, SubRefusesWhatItCannotUse) {
  EXPECT_THAT(Value("!Sub '${Nothing}'"), HasSubstr("UNKNOWN_REFERENCE"));
  EXPECT_THAT(Value("!Sub '${Stage'"), HasSubstr("is not closed"));
  EXPECT_THAT(Value("!Sub '${Zones}'"), HasSubstr("${Zones} is no string: its type is array"));
  EXPECT_THAT(Value("!Sub [x, y]"), HasSubstr("takes an object of names and values second"));
  EXPECT_THAT(Value("!Sub {a: b}"), HasSubstr("takes a string, or a list"));
  EXPECT_THAT(Value("{Fn::Sub: !Ref Stage}"), HasSubstr("takes a string as it stands"));
}

TEST_F(IntrinsicFunctionsTest, JoinSelectAndSplit) {
  EXPECT_EQ(Value("!Join ['-', [a, !Ref Stage, 3]]"), "a-prod-3");
  EXPECT_EQ(Value("!Join [',', !Ref Zones]"), "a,b,c");
  EXPECT_EQ(Value("!Join ['', [a, !Ref AWS::NoValue, b]]"), "ab");
  EXPECT_EQ(Value("!Select [1, !Ref Zones]"), "b");
  EXPECT_EQ(Value("!Select ['2', !Split ['|', 'x|y|z']]"), "z");
  EXPECT_EQ(Value("{Fn::Select: [0, {Fn::GetAZs: ''}]}"), "us-east-1a");
}

TEST_F(IntrinsicFunctionsTest, JoinSelectAndSplitRefuseWhatTheyCannotUse) {
  EXPECT_THAT(Value("!Join ['-']"), HasSubstr("takes a delimiter and a list, not 1 items"));
  EXPECT_THAT(Value("!Join ['-', x]"), HasSubstr("takes a list here, found the type string"));
  EXPECT_THAT(Value("!Join ['-', [[x]]]"), HasSubstr("joins strings"));
  EXPECT_THAT(Value("!Select [3, !Ref Zones]"), HasSubstr("below the list's length, 3, not '3'"));
  EXPECT_THAT(Value("!Select [-1, !Ref Zones]"), HasSubstr("not '-1'"));
  EXPECT_THAT(Value("!Select [0, {Fn::Split: ['', x]}]"), HasSubstr("takes a delimiter"));
  EXPECT_THAT(Value("!Join [!Ref Zones, [a]]"), HasSubstr("expected a string here"));
}

TEST_F(IntrinsicFunctionsTest, FindInMapLooksIntoMappings) {
  EXPECT_EQ(Value("!FindInMap [Sizes, !Ref 'AWS::Region', small]"), "128");
  EXPECT_EQ(Value("!Select [1, !FindInMap [Sizes, us-east-1, list]]"), "y");
  EXPECT_EQ(Value("{Fn::FindInMap: [Sizes, x, small, {DefaultValue: none}]}"), "none");
}

TEST_F(IntrinsicFunctionsTest, FindInMapRefusesWhatIsNotThere) {
  EXPECT_THAT(Value("!FindInMap [Size, a, b]"),
              HasSubstr("not in Mappings (did you mean 'Sizes'?)"));
  EXPECT_THAT(Value("!FindInMap [Sizes, a, b]"), HasSubstr("'a' is not in the map"));
  EXPECT_THAT(Value("!FindInMap [Sizes, us-east-1, b]"),
              HasSubstr("'b' is not in the map's entry"));
  EXPECT_THAT(Value("!FindInMap [Sizes]"), HasSubstr("takes a map, a name in it"));
}

TEST_F(IntrinsicFunctionsTest, IfFollowsConditions) {
  EXPECT_EQ(Value("!If [IsProd, yes, no]"), "yes");
  EXPECT_EQ(Value("{Fn::If: [IsTest, yes, no]}"), "no");
  EXPECT_EQ(Value("!If [Both, yes, no]"), "yes");
  EXPECT_EQ(Value("!If [Either, yes, !Ref AWS::NoValue]"), "");
}

TEST_F(IntrinsicFunctionsTest, IfLeavesTheOtherValueAlone) {
  EXPECT_EQ(Value("!If [IsProd, yes, !Ref Nothing]"), "yes");
}

TEST_F(IntrinsicFunctionsTest, IfRefusesWhatIsNoCondition) {
  EXPECT_THAT(Value("!If [IsProdd, a, b]"), HasSubstr("(did you mean 'IsProd'?)"));
  EXPECT_THAT(Value("!If [[IsProd], a, b]"), HasSubstr("the name of a condition first"));
  EXPECT_THAT(Value("!If [IsProd, a]"), HasSubstr("not 2 items"));
}

TEST_F(IntrinsicFunctionsTest, Base64LengthAndToJsonString) {
  EXPECT_EQ(Value("{Fn::Base64: abcd}"), "YWJjZA==");
  EXPECT_EQ(Value("{Fn::Base64: !Sub '${Stage}!'}"), "cHJvZCE=");
  EXPECT_EQ(Value("!Base64 abc"), "YWJj");
  EXPECT_EQ(Value("{Fn::Length: !Ref Zones}"), "3");
  EXPECT_EQ(Value("{Fn::ToJsonString: {a: [1, !Ref Stage]}}"), R"({"a":[1,"prod"]})");
  EXPECT_THAT(Value("{Fn::Length: x}"), HasSubstr("Fn::Length takes a list"));
  EXPECT_THAT(Value("{Fn::ToJsonString: x}"), HasSubstr("takes an object or a list"));
  EXPECT_THAT(Value("{Fn::Base64: [a]}"), HasSubstr("Fn::Base64 takes a string, not array"));
}

TEST_F(IntrinsicFunctionsTest, UnknownFunctionsAreErrors) {
  EXPECT_THAT(Value("!Jion ['', []]"),
              HasSubstr("24:7 UNKNOWN_FUNCTION 'Fn::Jion' is no function that can stand here (did "
                        "you mean 'Fn::Join'?)"));
  EXPECT_THAT(Value("{Fn::ImportValue: x}"), HasSubstr("takes a value from another stack"));
  EXPECT_THAT(Value("{Fn::Transform: x}"), HasSubstr("runs a macro"));
  EXPECT_THAT(Value("{Fn::Equals: [a, b]}"), HasSubstr("UNKNOWN_FUNCTION"));
}

class ConditionsTest : public ::testing::Test {
 protected:
  static std::vector<std::string> Read(const std::string& condition) {
    return Problems(ReadTemplate("Conditions:\n  C: " + condition + "\nResources: {}\n", {}));
  }
};

TEST_F(ConditionsTest, ConditionsThatLeadToEachOtherAreErrors) {
  EXPECT_THAT(Read("!Not [!Condition C]"),
              ElementsAre("2:12 CIRCULAR_DEPENDENCY the condition 'C' depends on itself"));
}

TEST_F(ConditionsTest, OnlyConditionsStandThere) {
  EXPECT_THAT(Read("x"), ElementsAre(HasSubstr("INVALID_CONDITION expected Fn::Equals")));
  EXPECT_THAT(Read("!Ref AWS::Region"), ElementsAre(HasSubstr("'Ref' is no condition")));
  EXPECT_THAT(Read("!And [!Equals [a, b]]"), ElementsAre(HasSubstr("2 to 10 conditions")));
  EXPECT_THAT(Read("!Equals [a]"), ElementsAre(HasSubstr("takes two values, not 1 items")));
  EXPECT_THAT(Read("{Condition: [x]}"), ElementsAre(HasSubstr("Condition takes a name")));
  EXPECT_THAT(Read("!Condition D"), ElementsAre(HasSubstr("has no condition 'D'")));
}

TEST_F(ConditionsTest, ListsAndTextsAreCompared) {
  EXPECT_THAT(Read("!Equals [1, '1']"), IsEmpty());
  EXPECT_THAT(Read("!Equals [[a], [a]]"), IsEmpty());
}

}  // namespace
}  // namespace pawl::test
