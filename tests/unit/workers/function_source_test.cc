#include "workers/function_source.h"

#include <gtest/gtest.h>

#include <random>

namespace pawl::workers {
namespace {

std::string Found(std::string_view source) {
  return FindHandler(source).value_or("none");
}

TEST(FunctionSourceTest, ADefinitionAtTheTopLevelIsAHandler) {
  EXPECT_EQ(Found("import os\n\ndef handler(event, context):\n    return 1\n"), "handler");
  EXPECT_EQ(Found("def lambda_handler(event, context): pass"), "lambda_handler");
  EXPECT_EQ(Found("@decorate(1)\ndef handler (e, c):\n  pass\n"), "handler");
  EXPECT_EQ(Found("async def handler(e, c): pass\n"), "handler");
}

TEST(FunctionSourceTest, HandlerWinsOverLambdaHandler) {
  EXPECT_EQ(Found("def lambda_handler(e, c): pass\ndef handler(e, c): pass\n"), "handler");
}

TEST(FunctionSourceTest, AnAssignmentIsAHandler) {
  EXPECT_EQ(Found("handler = make()\n"), "handler");
  EXPECT_EQ(Found("handler: Callable[[Any], Any] = make(x=1)\n"), "handler");
  EXPECT_EQ(Found("main = handler = make()\n"), "handler");
  EXPECT_EQ(Found("a, handler = make()\n"), "handler");
  EXPECT_EQ(Found("(a, handler) = make()\n"), "handler");
  EXPECT_EQ(Found("x = 1; handler = make()\n"), "handler");
}

TEST(FunctionSourceTest, AnImportIsAHandler) {
  EXPECT_EQ(Found("from core import handler\n"), "handler");
  EXPECT_EQ(Found("from core import (\n    other,\n    main as handler,\n)\n"), "handler");
  EXPECT_EQ(Found("import core as lambda_handler\n"), "lambda_handler");
}

TEST(FunctionSourceTest, OtherUsesOfTheNameAreNot) {
  EXPECT_EQ(Found(""), "none");
  EXPECT_EQ(Found("def handlers(e, c): pass\ndef my_handler(): pass\n"), "none");
  EXPECT_EQ(Found("class A:\n    def handler(self): pass\n"), "none");
  EXPECT_EQ(Found("handler()\nprint(handler == 1)\nself.handler = 1\n"), "none");
  EXPECT_EQ(Found("call(handler=1)\nx[handler] = 2\n"), "none");
  EXPECT_EQ(Found("from handler import other\nfrom a import handler as b\n"), "none");
  EXPECT_EQ(Found("handler: Callable\n"), "none");
  EXPECT_EQ(Found("if x:\n    y = 1; handler = 2\n"), "none");
}

TEST(FunctionSourceTest, StringsAndCommentsAreNotCode) {
  EXPECT_EQ(Found("'''\ndef handler(e, c): pass\n'''\n"), "none");
  EXPECT_EQ(Found("\"\"\"a \\\"\"\" b\ndef handler(e, c): pass\n\"\"\"\n"), "none");
  EXPECT_EQ(Found("# def handler(e, c): pass\n"), "none");
  EXPECT_EQ(Found("x = (\n'''\n)\n''',\n)\ndef handler(e, c): pass\n"), "handler");
  EXPECT_EQ(Found("x = 'it\\'s'\ndef handler(e, c): pass\n"), "handler");
  EXPECT_EQ(Found("x = 'unfinished\ndef handler(e, c): pass\n"), "handler");
}

TEST(FunctionSourceTest, AnyBytesAreRead) {
  const std::string pieces[] = {"handler",
                                "=",
                                "(",
                                ")",
                                "\n",
                                "'''",
                                "\"",
                                "\\",
                                "#",
                                " ",
                                "def",
                                "::",
                                "[",
                                "\0",
                                "import",
                                ",",
                                ";",
                                "é",
                                "{"};
  for (unsigned seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::string source;
    while (source.size() < 300)
      source += pieces[random() % std::size(pieces)];
    const std::string found = Found(source);
    EXPECT_TRUE(found == "handler" || found == "none") << found;
  }
}

}  // namespace
}  // namespace pawl::workers
