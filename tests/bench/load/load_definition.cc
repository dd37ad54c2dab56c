#include "tests/bench/load/load_definition.h"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::bench {
namespace {

constexpr std::size_t kFieldsOfLarge = 200;
constexpr std::size_t kLargeBytes = 8'192;

std::string Chain(const LoadDefinition& load) {
  std::string states;
  for (int i = 1; i <= load.width; ++i) {
    states += fmt::format(
        R"({}"S{}":{{"Type":"Task","Resource":"{}",{}}})",
        i == 1 ? "" : ",",
        i,
        load.function,
        i == load.width ? std::string(R"("End":true)") : fmt::format(R"("Next":"S{}")", i + 1));
  }
  return fmt::format(R"({{"StartAt":"S1","States":{{{}}}}})", states);
}

std::string OneTask(const LoadDefinition& load, int number) {
  return fmt::format(
      R"({{"StartAt":"T{0}","States":{{"T{0}":{{"Type":"Task","Resource":"{1}","End":true}}}}}})",
      number,
      load.function);
}

std::string Parallel(const LoadDefinition& load) {
  std::string branches;
  for (int i = 0; i < load.width; ++i)
    branches += (i == 0 ? "" : ",") + OneTask(load, i);
  return fmt::format(
      R"({{"StartAt":"P","States":{{"P":{{"Type":"Parallel","End":true,"Branches":[{}]}}}}}})",
      branches);
}

std::string Map(const LoadDefinition& load) {
  return fmt::format(
      R"({{"StartAt":"M","States":{{"M":{{"Type":"Map","End":true,"ItemProcessor":{}}}}}}})",
      OneTask(load, 0));
}

std::string Sleep(const LoadDefinition& load) {
  return fmt::format(
      R"({{"StartAt":"W","States":{{"W":{{"Type":"Wait","Seconds":{},"End":true}}}}}})",
      load.width);
}

}  // namespace

std::string DefinitionText(const LoadDefinition& load) {
  switch (load.shape) {
    case LoadShape::kChain:
      return Chain(load);
    case LoadShape::kParallel:
      return Parallel(load);
    case LoadShape::kMap:
      return Map(load);
    case LoadShape::kSleep:
      return Sleep(load);
  }
  return {};
}

std::string InputText(const LoadDefinition& load, std::size_t payload_bytes) {
  std::string text;
  if (load.shape == LoadShape::kMap) {
    for (int i = 0; i < load.width; ++i)
      text += fmt::format("{}{}", i == 0 ? "" : ",", i);
    return "[" + text + "]";
  }
  const std::size_t fields = payload_bytes >= kLargeBytes ? kFieldsOfLarge : 1;
  for (std::size_t i = 0; i < fields; ++i) {
    const std::string name = fmt::format(R"({}"field{:03}":)", i == 0 ? "" : ",", i);
    const std::size_t rest =
        payload_bytes / fields - std::min(payload_bytes / fields, name.size() + 2);
    text += fmt::format(R"({}"{}")", name, std::string(rest, static_cast<char>('a' + i % 26)));
  }
  return "{" + text + "}";
}

}  // namespace pawl::bench
