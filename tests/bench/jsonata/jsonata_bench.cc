// Nanoseconds of one evaluation, for each case of the JSONata suite that gives a value. README.md
// says which; jsonata_bench.js does the same with npm's package.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <map>
#include <optional>
#include <sstream>
#include <string>

#include "engine/expression/jsonata/expression.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::bench {
namespace {

using Nanoseconds = std::chrono::duration<double, std::nano>;

constexpr int kRounds = 3;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class CaseEnvironment final : public expression::jsonata::Environment {
 public:
  CaseEnvironment(std::optional<json::Value> input, json::Value bindings)
      : input_(input), bindings_(bindings) {}

  std::optional<json::Value> Input() override { return input_; }

  Result<std::optional<json::Value>> Variable(std::string_view name) override {
    const json::Value* const value = bindings_.is_object() ? bindings_.Find(name) : nullptr;
    return value == nullptr ? std::nullopt : std::optional<json::Value>(*value);
  }

  SeededRandom& Random() override { return random_; }

  Timestamp Now() override {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }

 private:
  std::optional<json::Value> input_;
  json::Value bindings_;
  SeededRandom random_{42};
};

class Bench {
 public:
  Bench(std::string directory, double milliseconds)
      : directory_(std::move(directory)), round_(milliseconds * 1e6) {}

  void Run(std::string_view line) {
    json::Arena arena;
    const Result<json::Value> read = json::Parse(line, arena);
    if (!read.ok()) return;
    const json::Value& test_case = *read;
    for (const char* const other : {"code", "timelimit", "depth", "jsonata_2_0_6"}) {
      if (test_case.Find(other) != nullptr) return;
    }
    const auto expression =
        expression::jsonata::Expression::Parse(test_case.Find("expr")->string());
    if (!expression.ok()) return;
    const json::Value* const bindings = test_case.Find("bindings");
    CaseEnvironment environment(InputOf(test_case),
                                bindings == nullptr ? json::Value() : *bindings);
    const std::optional<double> nanoseconds = Measure(*expression, environment);
    if (!nanoseconds) return;
    std::string id;
    json::WriteStringTo(id, test_case.Find("id")->string());
    std::printf("{\"id\": %s, \"ns\": %.1f}\n", id.c_str(), *nanoseconds);
  }

 private:
  std::optional<json::Value> InputOf(json::Value test_case) {
    if (const json::Value* const data = test_case.Find("data")) return *data;
    const json::Value* const name = test_case.Find("dataset");
    if (name == nullptr || !name->is_string()) return std::nullopt;
    const std::string path = directory_ + "/datasets/" + std::string(name->string()) + ".json";
    auto [dataset, is_new] = datasets_.try_emplace(path);
    if (is_new) dataset->second = json::Parse(arena_.Copy(ReadFile(path)), arena_).value();
    return dataset->second;
  }

  // The fastest round's; nullopt if the case fails.
  std::optional<double> Measure(const expression::jsonata::Expression& expression,
                                CaseEnvironment& environment) const {
    double fastest = std::numeric_limits<double>::infinity();
    json::Arena arena;
    for (int round = 0; round < kRounds; ++round) {
      const auto begin = std::chrono::steady_clock::now();
      Nanoseconds passed{};
      double count = 0;
      for (double batch = 1; passed < round_; batch *= 2) {
        for (double i = 0; i < batch; ++i) {
          arena.Reset();
          if (!expression.Evaluate(environment, arena).ok()) return std::nullopt;
        }
        count += batch;
        passed = std::chrono::steady_clock::now() - begin;
      }
      fastest = std::min(fastest, passed.count() / count);
    }
    return fastest;
  }

  std::string directory_;
  Nanoseconds round_;
  json::Arena arena_;
  std::map<std::string, json::Value> datasets_;
};

}  // namespace
}  // namespace pawl::bench

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: jsonata_bench DIRECTORY [MILLISECONDS]\n", stderr);
    return 2;
  }
  const std::string directory = argv[1];
  std::ifstream cases(directory + "/cases.jsonl");
  pawl::bench::Bench bench(directory, argc > 2 ? std::atof(argv[2]) : 2);
  for (std::string line; std::getline(cases, line);) {
    bench.Run(line);
  }
  return cases.eof() ? 0 : 1;
}
