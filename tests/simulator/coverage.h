// Coverage: rare situations by name. A run of the simulator in which one of them never occurs has
// tested less than it says.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace pawl::simulator {

enum class Mark : std::uint8_t {
  kCrashWithHalfFinishedJoin,
  kCrashWithHalfFinishedJoinAndOverdueTimer,
  kCrashWithUnsyncedStart,
  kCrashWithUnsyncedClose,
  kCrashWithUnsyncedCompletion,
  kCrashKeepsUnansweredGroups,
  kCrashKeepsSomeLosesSome,
  kCrashWithRunnableFrame,
  kCrashWithParkedFrame,
  kCrashWithRetryDelay,
  kCrashWithOpenTask,
  kCrashWithNestedJoins,
  kCrashDuringRecovery,
  kCrashDuringRecoveryThreeDeep,
  kCrashRightAfterRecovery,
  kCrashWithEverythingClosed,
  kRecoveryOfOverdueDeadline,
  kRecoveryOfOverdueParkedFrame,
  kWorkerReclaimsTaskAfterCrash,
  kWorkerResendsCompletionAfterCrash,
  kWorkerToldSettledAfterLostAcknowledgement,
  kRedeliveryAfterLostWorker,
  kAttemptLostWithThreeWorkers,
  kRepeatedCompletionInFlight,
  kRepeatedCompletionLater,
  kLateCompletionAfterTimeout,
  kLateCompletionAfterClose,
  kCompletionBetweenStageAndSyncOfRetry,
  kCompletionForWrongWait,
  kGarbageOutput,
  kTaskReturned,
  kTaskCancelled,
  kTaskTimedOut,
  kHeartbeatMissed,
  kHeartbeatKeptTaskAlive,
  kUnknownFunctionFailed,
  kRepeatedStartInFlight,
  kRepeatedStartLater,
  kStartWithOtherInputRefused,
  kStopOfRunning,
  kStopOfClosed,
  kStopWithOpenTasks,
  kStopBeforeStartIsDurable,
  kExecutionTimedOut,
  kUnknownCommit,
  kAbortedCommit,
  kDiskRefused,
  kTwoGroupsInFlight,
  kEvicted,
  kTurnCutShort,
  kJoinCutShort,
  kMapWindowMoved,
  kBranchesAborted,
  kNestedJoinsAborted,
  kErrorCaught,
  kJoinRetried,
  kRetriesExhausted,
  kPayloadOutsideFrame,
  kWallClockWentBack,
  kWallClockWentBackOverCrash,
  kParkedFrameWoke,
  kParkedWhileShardWoke,
  kLongJump,
  kHistoryLimitReached,
  kExecutionExpired,
  kNameUsedAgain,
  kRunOnOlderRevision,
  kWatchSawClose,
  kRedriveOfFailed,
  kRedriveOfAborted,
  kRedriveOfTimedOut,
  kRedriveOfFailedJoin,
  kRedriveOfNestedJoins,
  kRedriveOfRetryDelay,
  kRedriveOfTooLargeResult,
  kRedriveOfRedriven,
  kRedriveRefused,
  kRedriveRepeated,
  kRedrivenSucceeded,
  kCrashWithUnsyncedRedrive,
  kCrashWithRedrivenJoin,
  kCrashWithVariables,
  kVariableOfBranch,
  kVariableAssignedByCatch,
  kVariableAfterRedrive,
  kQueriedTask,
  kQueriedJoin,
  kQueriedChoice,
  kActivityTaken,
  kActivityTimedOut,
  kUnknownActivityFailed,
  kTokenBeforeReturn,
  kTokenAfterReturn,
  kFunctionFailedWithTokenOut,
  kTokenAnsweredTwice,
  kOldTokenRefused,
  kWrongTokenRefused,
  kTokenTimedOut,
  kTokenHeartbeatMissed,
  kTokenHeartbeatKeptTaskAlive,
  kTokenLost,
  kCrashWithTokenOut,
  kRedriveOfTokenTask,
  kChildSucceeded,
  kChildFailed,
  kChildOfTimedOutTask,
  kChildStoppedWithParent,
  kChildNameTaken,
  kChildOfRedrivenTask,
  kChildWithToken,
  kCrashWithOpenChild,
  kCrashBeforeChildIsKnown,
  kCrashWithMessageUnderWay,
  kMapRunSucceeded,
  kMapRunTolerated,
  kMapRunExceeded,
  kMapRunExceededWithOthersOpen,
  kMapRunRetried,
  kMapRunCaught,
  kMapRunBatched,
  kMapRunInBranch,
  kMapRunInMapRun,
  kMapRunQueried,
  kMapRunAborted,
  kMapRunRedriven,
  kMapRunRedrivenTwice,
  kRedrivenMapRunSucceeded,
  kMapChildRedriven,
  kMapChildStopped,
  kCrashWithHalfStartedMapRun,
  kCrashWithMapRunBeingRedriven,
  kCrashBeforeMapChildIsStarted,
  kCrashBeforeMapChildIsCounted,
  kCrashBeforeMapChildIsStopped,
  kMapRunWidened,
  kMapRunToleranceUpdated,
  kMapRunFailedByUpdate,
  kMapRunUpdatedTooLate,
};
inline constexpr std::size_t kMarks = static_cast<std::size_t>(Mark::kMapRunUpdatedTooLate) + 1;

// "crash with a half-finished join".
std::string_view MarkName(Mark mark);

class Coverage {
 public:
  void Hit(Mark mark) { ++counts_.at(static_cast<std::size_t>(mark)); }

  void HitIf(bool has_happened, Mark mark) {
    if (has_happened) Hit(mark);
  }

  std::uint64_t count(Mark mark) const { return counts_.at(static_cast<std::size_t>(mark)); }

  std::vector<Mark> Missing() const;

 private:
  std::array<std::uint64_t, kMarks> counts_ = {};
};

}  // namespace pawl::simulator
