#include "server/templates/template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readings.h"
#include "server/templates/evaluation.h"

namespace pawl::test {
namespace {

using templates::IsTemplate;
using templates::Reading;
using templates::ReadTemplate;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(IsTemplateTest, KnowsTemplatesByTheirContent) {
  EXPECT_TRUE(IsTemplate("AWSTemplateFormatVersion: 2010-09-09\nResources: {}\n"));
  EXPECT_TRUE(IsTemplate("Transform: AWS::Serverless-2016-10-31\nResources: {}\n"));
  EXPECT_TRUE(IsTemplate(R"({"Resources": {"A": {"Type": "AWS::SQS::Queue"}}})"));
  EXPECT_TRUE(IsTemplate("Resources: {A: {Type: AWS::SQS::Queue, Properties: !Ref x}}"));
}

TEST(IsTemplateTest, LeavesDefinitionsAlone) {
  EXPECT_FALSE(IsTemplate(R"({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})"));
  EXPECT_FALSE(IsTemplate("Resources: {A: {Type: Pass}}"));
  EXPECT_FALSE(IsTemplate("AWSTemplateFormatVersion: 2010-09-09"));
  EXPECT_FALSE(IsTemplate("[1]"));
  EXPECT_FALSE(IsTemplate("}"));
  EXPECT_FALSE(IsTemplate(""));
}

TEST(TemplateTest, SaysWhatIsNoTemplate) {
  EXPECT_THAT(Problems(ReadTemplate("[1]", {})),
              ElementsAre(HasSubstr("a template is an object, not an array")));
  EXPECT_THAT(Problems(ReadTemplate("a: 1", {})),
              ElementsAre(HasSubstr("the template has no Resources")));
  EXPECT_THAT(Problems(ReadTemplate("Resources: [1]", {})),
              ElementsAre(HasSubstr("Resources is an object, not an array")));
  EXPECT_THAT(Problems(ReadTemplate("{", {})), ElementsAre(HasSubstr("INVALID_JSON_DESCRIPTION")));
  EXPECT_THAT(Problems(ReadTemplate("a: [", {})),
              ElementsAre(HasSubstr("INVALID_YAML_DESCRIPTION")));
}

TEST(TemplateTest, SaysWhatIsNoResource) {
  EXPECT_THAT(Problems(ReadTemplate("Resources:\n  A: {}\n  B: x\n  Fn::ForEach::C: []\n", {})),
              ElementsAre(HasSubstr("2:3 INVALID_TEMPLATE the resource has no Type"),
                          HasSubstr("the resource has no Type"),
                          HasSubstr("'Fn::ForEach::C' is not supported")));
  EXPECT_THAT(Problems(ReadTemplate(
                  "Resources: {A: {Type: AWS::StepFunctions::Activity, Properties: [x]}}", {})),
              ElementsAre(HasSubstr("Properties is an object, not an array")));
}

TEST(TemplateTest, RefusesMacros) {
  EXPECT_THAT(
      Problems(ReadTemplate("Transform: [AWS::Serverless-2016-10-31, Mine]\nResources: {}", {})),
      ElementsAre(HasSubstr("macros of an account are not here")));
  EXPECT_THAT(Problems(ReadTemplate("Transform: AWS::LanguageExtensions\nResources: {}", {})),
              IsEmpty());
}

TEST(TemplateTest, SaysWhatStandsThereTwice) {
  EXPECT_THAT(Problems(ReadTemplate("Resources: {}\nResources: {}\n", {})),
              ElementsAre(HasSubstr("DUPLICATE_FIELD_NAME")));
}

TEST(TemplateTest, WorkIsBoundedWhateverTheTemplate) {
  // Each item is evaluated as often as aliases lead to it.
  std::string text =
      "Resources: {F: {Type: AWS::StepFunctions::StateMachine, Properties: "
      "{Definition: {a: &a0 [";
  for (int i = 0; i < 40; ++i)
    text += "x,";
  text += "]";
  for (int level = 1; level < 12; ++level) {
    text += ", b" + std::to_string(level) + ": &a" + std::to_string(level) + " [";
    for (int i = 0; i < 8; ++i)
      text += "*a" + std::to_string(level - 1) + ",";
    text += "]";
  }
  text += "}}}}";
  const Reading reading = ReadTemplate(text, {});
  EXPECT_FALSE(reading.ok());
}

TEST(TemplateTest, ReferencesGoOnlySoDeep) {
  std::string text = "Conditions:\n  C0: !Equals [a, a]\n";
  for (int i = 1; i < 1000; ++i) {
    // The last one is decided first.
    text = "Conditions:\n  C" + std::to_string(i) + ": !Not [!Condition C" + std::to_string(i - 1) +
           "]\n" + text.substr(std::string("Conditions:\n").size());
  }
  EXPECT_THAT(Problems(ReadTemplate(text + "Resources: {}\n", {})),
              ElementsAre(HasSubstr("TEMPLATE_TOO_LARGE")));
}

class ParametersTest : public ::testing::Test {
 protected:
  static std::vector<std::string> Read(const std::string& parameter,
                                       std::map<std::string, std::string> given = {}) {
    return Problems(ReadTemplate("Parameters:\n  P: " + parameter +
                                     "\nResources: {A: {Type: AWS::StepFunctions::Activity, "
                                     "Properties: {Name: !Ref P}}}\n",
                                 {.parameters = std::move(given)}));
  }
};

TEST_F(ParametersTest, AValueThatIsGivenGoesBeforeTheDefault) {
  const Reading reading = ReadTemplate(
      "Parameters: {P: {Type: String, Default: a}}\n"
      "Resources: {A: {Type: AWS::StepFunctions::Activity, Properties: {Name: !Ref P}}}",
      {.parameters = {{"P", "b"}}});
  EXPECT_EQ(Find<templates::Activity>(reading, "A").name, "b");
}

TEST_F(ParametersTest, AParameterWithoutAValueIsAnError) {
  EXPECT_THAT(Read("{Type: String}"),
              ElementsAre(HasSubstr("2:3 MISSING_PARAMETER the parameter has no value and no "
                                    "Default; give it with --parameter P=VALUE")));
  EXPECT_THAT(Read("{Type: String}", {{"P", "x"}}), IsEmpty());
}

TEST_F(ParametersTest, AParameterThatIsStoredElsewhereIsAnErrorWhereItIsUsed) {
  const std::string stored = "{Type: AWS::SSM::Parameter::Value<String>, Default: /a/b}";
  EXPECT_THAT(Read(stored), ElementsAre(HasSubstr("its Default only says where one is kept")));
  EXPECT_THAT(Read(stored, {{"P", "x"}}), IsEmpty());
  EXPECT_THAT(Problems(ReadTemplate("Parameters: {P: " + stored + "}\nResources: {}\n", {})),
              IsEmpty());
}

TEST_F(ParametersTest, ValuesAreChecked) {
  EXPECT_THAT(Read("{Type: Number, Default: x}"), ElementsAre(HasSubstr("is no number")));
  EXPECT_THAT(Read("{Type: Number, Default: 5, MaxValue: 4}"),
              ElementsAre(HasSubstr("is not between MinValue and MaxValue")));
  EXPECT_THAT(Read("{Type: String, Default: a, MinLength: 2}"),
              ElementsAre(HasSubstr("is not as long as")));
  EXPECT_THAT(Read("{Type: String, Default: a, AllowedValues: [b, c]}"),
              ElementsAre(HasSubstr("'a' of the parameter is none of AllowedValues: b, c")));
  EXPECT_THAT(Read("{Default: a}"), ElementsAre(HasSubstr("the parameter has no Type")));
}

TEST_F(ParametersTest, ValuesOfWhatIsNoParameterAreErrors) {
  EXPECT_THAT(Read("{Type: String, Default: a}", {{"p", "x"}}),
              ElementsAre(HasSubstr("the template has no parameter 'p'")));
}

}  // namespace
}  // namespace pawl::test
