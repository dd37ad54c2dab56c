#include "server/cli/table.h"

#include <gtest/gtest.h>

namespace pawl::cli {
namespace {

TEST(TableTest, ColumnsAreAlignedByCharacters) {
  Table table({"NAME", "STATUS"});
  table.Add({"größe", "RUNNING"});
  table.Add({"a", "FAILED"});
  EXPECT_EQ(table.ToString(),
            "NAME   STATUS\n"
            "größe  RUNNING\n"
            "a      FAILED\n");
}

TEST(TableTest, CellsCannotBreakTheirRow) {
  Table table({"NAME"});
  table.Add({"a\n\x1b[1m"});
  EXPECT_EQ(table.ToString(), "NAME\na\\u000a\\u001b[1m\n");
}

TEST(TableTest, ATableWithoutRowsIsEmpty) {
  EXPECT_TRUE(Table({"NAME"}).empty());
}

}  // namespace
}  // namespace pawl::cli
