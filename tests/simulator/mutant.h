// Mutants: ways to break durability on purpose. Each is built around the engine, in the disk or in
// the worker under it; the simulator's checks must notice every one of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace pawl::simulator {

enum class Mutant : std::uint8_t {
  kNone,
  // The disk says "durable" before it is.
  kAcknowledgeEarly,
  // Now and then what was synced is gone after a crash.
  kSkipSync,
  // A crash keeps part of a batch.
  kTearBatch,
  // A crash loses rows of joins' results.
  kLoseResults,
  // Parked frames' timer rows are not found at start.
  kDropTimersOnRecovery,
  // Some open frames are not found at start.
  kDropFramesOnRecovery,
  // Frames forget that attempts differ: every wait has number 1 again after a crash.
  kReuseAttempts,
  // A close does not remove the frames.
  kKeepFramesAfterClose,
  // Some history rows never reach the disk.
  kLoseHistory,
  // A write that the disk calls uncertain is taken for done.
  kTrustUnknown,
  // A name is not kept: the same start twice makes two executions.
  kForgetNames,
  // A late answer is passed on as that of the present attempt.
  kAcceptLateAnswers,
  // Who ends a task with an old token ends the present attempt.
  kAcceptOldTokens,
  // After a crash tasks that were taken, or whose functions returned, are as they were before.
  kForgetTokens,
  // A crash loses messages between executions.
  kLoseMessages,
  // A message is kept after it arrived.
  kRepeatMessages,
  // A redrive runs a Parallel or Map again as a whole, with what had succeeded in it.
  kRedriveRunsAgain,
  // A redrive loses some of the branches that did not succeed.
  kRedriveForgetsFrames,
  // What a branch assigns is assigned in the outermost scope as well.
  kLeakVariables,
  // A crash loses variables.
  kLoseVariables,
  // After a crash expressions in definitions say "-" where they said "+".
  kAlterExpressions,
  // A crash loses which executions of Map runs are open.
  kLoseMapChildren,
  // That a Map run is over and its executions are to be stopped never reaches the disk.
  kOrphanMapChildren,
  // After a crash open executions of a Map run have each other's inputs.
  kMixMapInputs,
  // A crash loses what failures Map runs tolerate.
  kForgetTolerance,
  // A crash takes objects that were written since the last one.
  kForgetObjects,
  // A file of results has again what the first one of its kind has.
  kRepeatParts,
  // After a crash readers begin at the start of their objects, with the numbers of later items.
  kLoseReaderPlace,
  // Results are written as if the last execution of the Map run, where it succeeded, had not ended.
  kHideLastResult,
  // Events are written with payloads other than those that their tasks asked for.
  kAlterEvents,
};

struct NamedMutant {
  Mutant mutant;
  std::string_view name;
};

inline constexpr std::array<NamedMutant, 30> kMutants = {{
    {Mutant::kAcknowledgeEarly, "acknowledge-early"},
    {Mutant::kSkipSync, "skip-sync"},
    {Mutant::kTearBatch, "tear-batch"},
    {Mutant::kLoseResults, "lose-results"},
    {Mutant::kDropTimersOnRecovery, "drop-timers-on-recovery"},
    {Mutant::kDropFramesOnRecovery, "drop-frames-on-recovery"},
    {Mutant::kReuseAttempts, "reuse-attempts"},
    {Mutant::kKeepFramesAfterClose, "keep-frames-after-close"},
    {Mutant::kLoseHistory, "lose-history"},
    {Mutant::kTrustUnknown, "trust-unknown"},
    {Mutant::kForgetNames, "forget-names"},
    {Mutant::kAcceptLateAnswers, "accept-late-answers"},
    {Mutant::kAcceptOldTokens, "accept-old-tokens"},
    {Mutant::kForgetTokens, "forget-tokens"},
    {Mutant::kLoseMessages, "lose-messages"},
    {Mutant::kRepeatMessages, "repeat-messages"},
    {Mutant::kRedriveRunsAgain, "redrive-runs-again"},
    {Mutant::kRedriveForgetsFrames, "redrive-forgets-frames"},
    {Mutant::kLeakVariables, "leak-variables"},
    {Mutant::kLoseVariables, "lose-variables"},
    {Mutant::kAlterExpressions, "alter-expressions"},
    {Mutant::kLoseMapChildren, "lose-map-children"},
    {Mutant::kOrphanMapChildren, "orphan-map-children"},
    {Mutant::kMixMapInputs, "mix-map-inputs"},
    {Mutant::kForgetTolerance, "forget-tolerance"},
    {Mutant::kForgetObjects, "forget-objects"},
    {Mutant::kRepeatParts, "repeat-parts"},
    {Mutant::kLoseReaderPlace, "lose-reader-place"},
    {Mutant::kHideLastResult, "hide-last-result"},
    {Mutant::kAlterEvents, "alter-events"},
}};

std::optional<Mutant> FindMutant(std::string_view name);

}  // namespace pawl::simulator
