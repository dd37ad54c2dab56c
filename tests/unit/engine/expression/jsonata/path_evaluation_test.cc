// Paths, predicates and what becomes of sequences.
#include <gtest/gtest.h>

#include "tests/unit/engine/expression/jsonata/answer.h"

namespace pawl::expression::jsonata {
namespace {

constexpr std::string_view kOrders =
    R"({"orders":[{"id":"o1","lines":[{"sku":"a","price":2},{"sku":"b","price":1}]},
                  {"id":"o2","lines":{"sku":"c","price":3}}]})";

TEST(JsonataPathTest, OneMatchIsTheItemAndNoneIsNoValue) {
  EXPECT_EQ(Answer("orders.lines.sku", kOrders), R"(["a","b","c"])");
  EXPECT_EQ(Answer("orders.lines[price = 3].sku", kOrders), R"("c")");
  EXPECT_EQ(Answer("orders.lines[price = 4].sku", kOrders), "undefined");
}

TEST(JsonataPathTest, EmptyBracketsKeepTheArray) {
  EXPECT_EQ(Answer("orders.lines[price = 3][].sku", kOrders), R"(["c"])");
  EXPECT_EQ(Answer("orders[0].id[]", kOrders), R"(["o1"])");
}

TEST(JsonataPathTest, AnIndexAppliesToEachStepsResult) {
  EXPECT_EQ(Answer("orders.lines[0].sku", kOrders), R"(["a","c"])");
  EXPECT_EQ(Answer("(orders.lines)[-1].sku", kOrders), R"("c")");
  EXPECT_EQ(Answer("[1..5][[0, 2, 2]]"), "[1,3,3]");
}

TEST(JsonataPathTest, ArraysThatAreWrittenOutDoNotFlatten) {
  EXPECT_EQ(Answer("orders.[id]", kOrders), R"([["o1"],["o2"]])");
}

TEST(JsonataPathTest, SortsByTermsInTurn) {
  EXPECT_EQ(Answer("orders.lines^(>price).sku", kOrders), R"(["c","a","b"])");
  EXPECT_EQ(CodeOf("orders.lines^($).sku", kOrders), "T2008");
}

TEST(JsonataPathTest, BindsFocusAndIndexOnTheWay) {
  EXPECT_EQ(Answer("orders@$o.lines#$i.($o.id & $i)", R"({"orders":{"id":1},"lines":[7,8]})"),
            R"(["10","11"])");
}

TEST(JsonataPathTest, FindsParents) {
  EXPECT_EQ(Answer("orders.lines[sku = 'b'].(%.id & sku)", kOrders), R"("o1b")");
}

TEST(JsonataPathTest, GroupsByKey) {
  EXPECT_EQ(Answer("orders{id: $sum(lines.price)}", kOrders), R"({"o1":3,"o2":3})");
  EXPECT_EQ(Answer("orders{'all': id}", kOrders), R"({"all":["o1","o2"]})");
  EXPECT_EQ(CodeOf("orders{1: id}", kOrders), "T1003");
  EXPECT_EQ(CodeOf(R"({"a": 1, "a": 2})"), "D1009");
}

TEST(JsonataPathTest, AnInputThatIsAnArrayIsOneContext) {
  EXPECT_EQ(Answer("$[0]", "[5,6]"), "5");
  EXPECT_EQ(Answer("a", R"([{"a":1},{"a":[2,3]}])"), "[1,2,3]");
}

}  // namespace
}  // namespace pawl::expression::jsonata
