// What a child execution of a distributed Map left, and the JSON it becomes in results.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/base/time.h"

namespace pawl::objects {

// kPending: it was never started, because the Map Run ended before.
enum class ChildStatus : std::uint8_t { kPending, kSucceeded, kFailed, kTimedOut, kAborted };

// "PENDING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED".
std::string_view ChildStatusName(ChildStatus status);

struct ChildResult {
  std::string name = {};
  // Empty where it was never started.
  std::string execution_arn = {};
  std::string state_machine_arn = {};
  ChildStatus status = ChildStatus::kSucceeded;
  // JSON texts. The output belongs to kSucceeded, error and cause to the others, where they have
  // any.
  std::string input = {};
  std::string output = {};
  std::optional<std::string> error = {};
  std::optional<std::string> cause = {};
  std::optional<Timestamp> start_date = {};
  std::optional<Timestamp> stop_date = {};
  std::uint32_t redrive_count = 0;
  // Items of its input: more than one in a batch.
  std::uint64_t item_count = 1;
};

// WriterConfig.Transformation. What is no success is written as kNone does, whichever it is.
enum class WriterTransformation : std::uint8_t {
  // An object with the execution's metadata, its input and output as texts.
  kNone,
  // The output.
  kCompact,
  // The output; of an array, its elements.
  kFlatten
};

// The JSON texts that a result contributes, each on one line. None for an empty array, flattened.
// kInvalidArgument if an output is no JSON. (Step Functions Developer Guide, "ResultWriter (Map)".)
Result<std::vector<std::string>> TransformResult(const ChildResult& result,
                                                 WriterTransformation transformation);

// The array that becomes the output of a Map state with a WriterConfig and without a bucket. It is
// one text, as large as its results: the caller holds it to the limit of a payload.
Result<std::string> TransformResults(std::span<const ChildResult> results,
                                     WriterTransformation transformation);

}  // namespace pawl::objects
