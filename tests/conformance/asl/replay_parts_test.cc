// The parts of the replay, against what the corpus's README says of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/conformance/asl/comparison.h"
#include "tests/conformance/asl/placeholders.h"
#include "tests/conformance/asl/python_regex.h"
#include "tests/conformance/asl/transformers.h"
#include "tests/conformance/asl/tree_path.h"

namespace pawl::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

Tree Json(const std::string& text) {
  return ParseTree(text).value();
}

std::string Normalised(const std::string& answers, const std::string& transformers) {
  const Tree groups = boost::json::object();
  const Tree list = Json(transformers);
  const auto normalised = Normalise(
      Json(answers),
      {list.get_array().begin(), list.get_array().end()},
      {.groups = groups, .look_up = [](const auto&) { return Tree(boost::json::object()); }});
  return normalised.ok() ? PythonText(*normalised) : normalised.status().message();
}

TEST(TreeTest, TextIsThatOfPythonsJson) {
  EXPECT_EQ(PythonText(Json(R"({"b":[1,1.0,-0.5,1e22],"a":"é\"\n😀"})")),
            R"({"b": [1, 1.0, -0.5, 1e+22], "a": "\u00e9\"\n\ud83d\ude00"})");
  EXPECT_EQ(PythonText(Json(R"({"b":null,"a":true})"), KeyOrder::kSorted),
            R"({"a": true, "b": null})");
}

TEST(TreePathTest, FindsNamesIndexesWildcardsAndWhatIsBelow) {
  Tree tree = Json(R"({"a":[{"x":1},{"x":{"x":2}}],"x":3})");
  const auto find = [&tree](const std::string& path) {
    std::vector<std::string> found;
    const std::vector<Tree*> values = FindAll(path, tree).value();
    for (const Tree* value : values)
      found.push_back(PythonText(*value));
    return found;
  };
  EXPECT_THAT(find("$.a[0].x"), ElementsAre("1"));
  EXPECT_THAT(find("$.a[*].x"), ElementsAre("1", R"({"x": 2})"));
  EXPECT_THAT(find("$..x"), ElementsAre("3", "1", R"({"x": 2})", "2"));
  EXPECT_THAT(find("$.none"), IsEmpty());
}

TEST(PythonRegexTest, ReplacesAsPythonDoes) {
  const auto regex = PythonRegex::Compile(R"((\d+)-x)");
  EXPECT_EQ(regex->ReplaceAll("12-x, 3-x", R"(<\1>\"$1)"), R"(<12>\"$1, <3>\"$1)");
  EXPECT_EQ(PythonRegex::Literal("a.b(").ReplaceAll("a.b( axb(", "y"), "y axb(");
  EXPECT_FALSE(PythonRegex::Compile("(").has_value());
}

TEST(PlaceholdersTest, AreFilledInTextsAndWholeValues) {
  const Tree machines = Json(R"([{"definition":{"a":"@{account}"}}])");
  Placeholders placeholders(machines);
  placeholders.Set("account", Tree("1\"2"));
  placeholders.Set("c1", Json(R"({"arn":"a:b:c","list":[7],"events":[{"x":{"y":5}}]})"));
  const auto fill = [&placeholders](const std::string& value) {
    return PythonText(placeholders.Fill(Json(value)).value());
  };
  EXPECT_EQ(fill(R"("@{c1/arn/#colon(-1)}")"), R"("c")");
  EXPECT_EQ(fill(R"({"$ref":"c1/list"})"), "[7]");
  EXPECT_EQ(fill(R"x({"$ref":"c1/events/#jsonpath($..y)"})x"), "5");
  EXPECT_EQ(fill(R"("x @{account}")"), R"("x 1\"2")");
  EXPECT_EQ(fill(R"({"$state_machine":0})"), R"("{\"a\": \"1\\\"2\"}")");
}

TEST(TransformersTest, ObjectsInStringsAreParsedOnce) {
  EXPECT_EQ(Normalised(R"({"k":{"input":"{\"a\":\"{}\"}","other":"[1]"}})", "[]"),
            R"({"k": {"input": {"a": "{}"}, "other": "[1]"}})");
}

TEST(TransformersTest, ReferencesAreNumberedAndReplacedEverywhere) {
  EXPECT_EQ(Normalised(R"({"k":{"id":"n1"},"l":{"text":"about n1 and n2"},"m":{"id":"n2"}})",
                       R"([{"type":"jsonpath","jsonpath":"$..id","replacement":"name",
                            "reference":true}])"),
            R"({"k": {"id": "<name:1>"}, "l": {"text": "about <name:1> and <name:2>"}, )"
            R"("m": {"id": "<name:2>"}})");
}

TEST(TransformersTest, BasicTakesOutTimesAndUuids) {
  EXPECT_EQ(Normalised(R"({"k":{"timestamp":1.5,"startDate":"2026-01-01 00:00:00.000+00:00",
                              "x":"at 2026-01-01T00:00:00.000Z",
                              "requestId":"0afc8e70-1111-2222-3333-444455556666"}})",
                       R"([{"type":"basic"}])"),
            R"({"k": {"requestId": "<uuid:1>", "startDate": "datetime", )"
            R"("timestamp": "timestamp", "x": "at date"}})");
}

TEST(TransformersTest, EventsOfAParallelStateAreSortedAndItsSuccessIsDropped) {
  const std::string events =
      R"([{"id":3,"previousEventId":2,"type":"ParallelStateStarted"},
          {"id":4,"previousEventId":3,"type":"B"},{"id":5,"previousEventId":3,"type":"A"},
          {"id":6,"previousEventId":5,"type":"ParallelStateSucceeded"},
          {"id":7,"previousEventId":5,"type":"ParallelStateExited"}])";
  EXPECT_EQ(Normalised(R"({"k":{"events":)" + events + "}}", R"([{"type":"parallel_events"}])"),
            R"({"k": {"events": [{"id": 3, "previousEventId": 2, "type": "ParallelStateStarted"}, )"
            R"({"id": [0], "previousEventId": 0, "type": "A"}, )"
            R"({"id": [0], "previousEventId": 0, "type": "B"}, )"
            R"({"id": 7, "previousEventId": 5, "type": "ParallelStateExited"}]}})");
}

TEST(ComparisonTest, InterleavingMattersToTheHistoryOnly) {
  const auto history = [](const std::string& b, const std::string& c) {
    return Json(R"({"h":{"events":[{"id":1,"previousEventId":0,"type":"A"},)" + b + "," + c +
                R"(,{"id":4,"previousEventId":1,"type":"ExecutionSucceeded"}]}})");
  };
  const Tree recorded = history(R"({"id":2,"previousEventId":1,"type":"B"})",
                                R"({"id":3,"previousEventId":1,"type":"C"})");
  const Differences other_order = Compare(recorded,
                                          history(R"({"id":2,"previousEventId":1,"type":"C"})",
                                                  R"({"id":3,"previousEventId":1,"type":"B"})"));
  EXPECT_THAT(other_order.outcome, IsEmpty());
  EXPECT_THAT(other_order.causal, IsEmpty());
  EXPECT_THAT(other_order.history, Not(IsEmpty()));
  const Differences other_cause = Compare(recorded,
                                          history(R"({"id":2,"previousEventId":1,"type":"B"})",
                                                  R"({"id":3,"previousEventId":2,"type":"C"})"));
  EXPECT_THAT(other_cause.outcome, IsEmpty());
  EXPECT_THAT(other_cause.causal, Not(IsEmpty()));
}

TEST(ComparisonTest, AnotherOutputIsAnotherOutcome) {
  const auto succeeded = [](const std::string& output) {
    return Json(R"({"h":{"events":[{"id":1,"previousEventId":0,"type":"ExecutionSucceeded",
        "executionSucceededEventDetails":{"output":)" +
                output + "}}]}}");
  };
  EXPECT_THAT(Compare(succeeded("1"), succeeded("1.0")).history, IsEmpty());
  EXPECT_THAT(Compare(succeeded("1"), succeeded("2")).outcome,
              ElementsAre("h.output: 2, recorded 1"));
  EXPECT_THAT(Compare(succeeded("1"), Json("{}")).outcome, ElementsAre("h: no answer"));
}

TEST(ComparisonTest, OnlyWhichPlaceholdersAreEqualMatters) {
  EXPECT_THAT(
      Compare(Json(R"({"k":["<uuid:1>","<uuid:1>"]})"), Json(R"({"k":["<uuid:7>","<uuid:7>"]})"))
          .history,
      IsEmpty());
  EXPECT_THAT(
      Compare(Json(R"({"k":["<uuid:1>","<uuid:1>"]})"), Json(R"({"k":["<uuid:7>","<uuid:8>"]})"))
          .history,
      Not(IsEmpty()));
}

}  // namespace
}  // namespace pawl::test
