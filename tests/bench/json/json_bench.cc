// How long it takes to check a payload, to parse it into an arena and to write it again, for us and
// for the parsers we could have stood on. engine/json/README.md holds the numbers and the decision.
#include <benchmark/benchmark.h>

#include <string>

#include "engine/base/check.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"
#include "tests/bench/json/candidate.h"
#include "tests/bench/json/payloads.h"

namespace pawl::bench {
namespace {

struct Payload {
  const char* name;
  std::string text;
};

void RunCheck(benchmark::State& state, const Candidate& candidate, const std::string& text) {
  for (auto _ : state) {
    const bool is_valid = candidate.check(text);
    PAWL_CHECK(is_valid);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void RunParse(benchmark::State& state, const Candidate& candidate, const std::string& text) {
  json::Arena arena;
  for (auto _ : state) {
    json::Value value;
    const bool is_valid = candidate.parse(text, arena, value);
    PAWL_CHECK(is_valid);
    benchmark::DoNotOptimize(value);
    arena.Reset();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void RunWrite(benchmark::State& state, const std::string& text) {
  json::Arena arena;
  const json::Value value = json::Parse(text, arena).value();
  std::string out;
  for (auto _ : state) {
    out.clear();
    json::WriteTo(out, value);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

const bool kRegistered =
    Register({.name = "pawl",
              .check = [](std::string_view text) { return json::Check(text).ok(); },
              .parse =
                  [](std::string_view text, json::Arena& arena, json::Value& value) {
                    auto parsed = json::Parse(text, arena);
                    if (!parsed.ok()) return false;
                    value = *parsed;
                    return true;
                  }});

const bool kWriteRegistered = [] {
  for (const Payload& payload : {Payload{"100B", SmallPayload()},
                                 Payload{"1KiB", MediumPayload()},
                                 Payload{"64KiB", LargePayload()},
                                 Payload{"64KiB_dense", DensePayload()}}) {
    benchmark::RegisterBenchmark(
        ("write/pawl/" + std::string(payload.name)).c_str(),
        [text = payload.text](benchmark::State& state) { RunWrite(state, text); });
  }
  return true;
}();

}  // namespace

bool Register(const Candidate& candidate) {
  for (const Payload& payload : {Payload{"100B", SmallPayload()},
                                 Payload{"1KiB", MediumPayload()},
                                 Payload{"64KiB", LargePayload()},
                                 Payload{"64KiB_dense", DensePayload()}}) {
    const std::string suffix = std::string("/") + candidate.name + "/" + payload.name;
    benchmark::RegisterBenchmark(("check" + suffix).c_str(),
                                 [candidate, text = payload.text](benchmark::State& state) {
                                   RunCheck(state, candidate, text);
                                 });
    benchmark::RegisterBenchmark(("parse" + suffix).c_str(),
                                 [candidate, text = payload.text](benchmark::State& state) {
                                   RunParse(state, candidate, text);
                                 });
  }
  return true;
}

}  // namespace pawl::bench
