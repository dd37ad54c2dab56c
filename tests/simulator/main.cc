// simulator: runs seeds, and says how to run a failing one again.
#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/simulator/world.h"

namespace {

using pawl::simulator::Coverage;
using pawl::simulator::FindMutant;
using pawl::simulator::kMutants;
using pawl::simulator::Mark;
using pawl::simulator::MarkName;
using pawl::simulator::Mutant;
using pawl::simulator::RunReport;
using pawl::simulator::RunSeed;

struct Settings {
  std::uint64_t seeds = 100;
  std::uint64_t first_seed = 1;
  std::optional<std::uint64_t> seed;
  bool is_tracing = false;
  bool needs_coverage = false;
  bool shows_coverage = false;
  bool must_catch_mutants = false;
  std::string mutant;
};

// One seed in so many is run twice; both runs must be the same.
constexpr std::uint64_t kRepeatEvery = 20;

std::string replay_command;

extern "C" void OnAbort(int) {
  std::fprintf(
      stderr, "\nthe engine stopped itself. To see it again:\n  %s\n", replay_command.c_str());
  std::_Exit(1);
}

std::string ReplayCommand(const char* program, std::uint64_t seed, const std::string& mutant) {
  std::string command = std::string(program) + " --seed " + std::to_string(seed) + " --trace";
  if (!mutant.empty()) command += " --mutant " + mutant;
  return command;
}

int CatchMutants(const Settings& settings, const char* program) {
  int missed = 0;
  for (const auto& [mutant, name] : kMutants) {
    Coverage coverage;
    std::uint64_t seed = settings.first_seed;
    std::string failure;
    for (; seed < settings.first_seed + settings.seeds && failure.empty(); ++seed) {
      replay_command = ReplayCommand(program, seed, std::string(name));
      failure = RunSeed(seed, {.mutant = mutant}, coverage).failure;
    }
    if (failure.empty()) {
      ++missed;
      std::printf("MISSED  %s\n", std::string(name).c_str());
    } else {
      std::printf("caught  %-26s seed %llu: %s\n",
                  std::string(name).c_str(),
                  static_cast<unsigned long long>(seed - 1),
                  failure.c_str());
    }
  }
  return missed == 0 ? 0 : 1;
}

int RunSeeds(const Settings& settings, const char* program) {
  const auto mutant =
      settings.mutant.empty() ? std::optional(Mutant::kNone) : FindMutant(settings.mutant);
  if (!mutant) {
    std::fprintf(stderr, "there is no mutant '%s'\n", settings.mutant.c_str());
    return 2;
  }
  const std::uint64_t first = settings.seed.value_or(settings.first_seed);
  const std::uint64_t count = settings.seed ? 1 : settings.seeds;
  Coverage coverage;
  std::uint64_t failures = 0;
  RunReport sum;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    replay_command = ReplayCommand(program, seed, settings.mutant);
    RunReport report =
        RunSeed(seed, {.mutant = *mutant, .is_tracing = settings.is_tracing}, coverage);
    if (report.failure.empty() && seed % kRepeatEvery == 0) {
      const RunReport again = RunSeed(seed, {.mutant = *mutant}, coverage);
      if (again.trace_hash != report.trace_hash) report.failure = "the same seed ran differently";
    }
    sum.messages += report.messages;
    sum.crashes += report.crashes;
    sum.executions += report.executions;
    sum.events += report.events;
    if (report.failure.empty()) continue;
    std::printf("seed %llu: %s\n  %s\n",
                static_cast<unsigned long long>(seed),
                report.failure.c_str(),
                replay_command.c_str());
    constexpr std::uint64_t kFailuresShown = 10;
    if (++failures == kFailuresShown) break;
  }
  const double runs = static_cast<double>(count);
  std::printf(
      "%llu seeds, %llu failed; a seed: %.0f messages, %.1f crashes, %.1f executions, %.0f "
      "events\n",
      static_cast<unsigned long long>(count),
      static_cast<unsigned long long>(failures),
      static_cast<double>(sum.messages) / runs,
      static_cast<double>(sum.crashes) / runs,
      static_cast<double>(sum.executions) / runs,
      static_cast<double>(sum.events) / runs);
  if (settings.shows_coverage) {
    for (std::size_t i = 0; i < pawl::simulator::kMarks; ++i) {
      const auto mark = static_cast<Mark>(i);
      std::printf("%10llu  %s\n",
                  static_cast<unsigned long long>(coverage.count(mark)),
                  std::string(MarkName(mark)).c_str());
    }
  }
  if (settings.needs_coverage) {
    for (const Mark mark : coverage.Missing()) {
      std::printf("never happened: %s\n", std::string(MarkName(mark)).c_str());
      ++failures;
    }
  }
  return failures == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app("Runs the engine in simulated worlds: crashes, lost messages, clock jumps.");
  app.add_option("--seeds", settings.seeds, "how many seeds to run");
  app.add_option("--first-seed", settings.first_seed, "the first of them");
  app.add_option("--seed", settings.seed, "run this seed alone");
  app.add_flag("--trace", settings.is_tracing, "print every step");
  app.add_flag(
      "--require-coverage", settings.needs_coverage, "fail if a named situation is missing");
  app.add_flag("--show-coverage", settings.shows_coverage, "count the named situations");
  app.add_option("--mutant", settings.mutant, "break durability in this way");
  app.add_flag("--catch-mutants", settings.must_catch_mutants, "every mutant must fail a seed");
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGABRT, OnAbort);
  return settings.must_catch_mutants ? CatchMutants(settings, argv[0])
                                     : RunSeeds(settings, argv[0]);
}
