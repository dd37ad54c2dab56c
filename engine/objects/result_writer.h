// ResultWriter: the files that a distributed Map leaves in a bucket.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/objects/object_store.h"
#include "engine/objects/result_record.h"

namespace pawl::objects {

// The reason of every error of a ResultWriter: the error's name.
inline constexpr std::string_view kResultWriterFailed = "States.ResultWriterFailed";

// kJson: each file is an array. kJsonLines: each result is a line, and files end in .jsonl.
enum class OutputType : std::uint8_t { kJson, kJsonLines };

struct ResultWriterOptions {
  std::string bucket = {};
  // Keys start with it and a slash; empty for none.
  std::string prefix = {};
  // Its last part, behind the last colon, is in the keys.
  std::string map_run_arn = {};
  WriterTransformation transformation = WriterTransformation::kNone;
  OutputType output_type = OutputType::kJson;
  // A file that would be larger is followed by the next, if it holds a result. AWS: 5 GiB.
  std::uint64_t file_bytes_max = std::uint64_t{5} * 1024 * 1024 * 1024;
};

// Of executions that were started.
struct WrittenCounts {
  std::uint64_t executions = 0;
  // Items of their inputs.
  std::uint64_t items = 0;

  bool operator==(const WrittenCounts&) const = default;
};

// Writes PREFIX/MAPRUN/SUCCEEDED_0.json, FAILED_0.json (whatever was started and did not succeed)
// and PENDING_0.json (what was never started), each numbered on where a file is full and none
// without a result, and PREFIX/MAPRUN/manifest.json at the end. (Step Functions Developer Guide,
// "ResultWriter (Map)".)
//
// A file appears when it is full or when all is finished; the manifest is the last. A writer that
// goes away before leaves full files, which a new writer with the same results replaces. Memory:
// one result and 256 KiB a kind of file. Not thread-safe; blocks as its store does.
//
// Errors have the reason States.ResultWriterFailed, and their message is the cause. They are final:
// drop the writer; after kUnavailable, write everything again with a new one.
class ResultWriter {
 public:
  // `store` outlives the writer.
  ResultWriter(ObjectStore& store, ResultWriterOptions options);
  ~ResultWriter();

  ResultWriter(const ResultWriter&) = delete;
  ResultWriter& operator=(const ResultWriter&) = delete;

  Status Append(const ChildResult& result);
  // Writes what is left and the manifest; gives what the Map state's output becomes:
  // {"MapRunArn":…,"ResultWriterDetails":{"Bucket":…,"Key":…}}. To be called once.
  Result<std::string> Finish();

  WrittenCounts written() const { return written_; }

 private:
  class FileSeries;

  static constexpr std::size_t kSeriesCount = 3;

  Status AppendTexts(const ChildResult& result);
  Status WriteManifest();
  std::string ManifestText() const;
  std::string KeyOf(std::string_view file) const;

  ObjectStore& store_;
  ResultWriterOptions options_;
  // In the order of the manifest: FAILED, PENDING, SUCCEEDED.
  std::array<std::unique_ptr<FileSeries>, kSeriesCount> series_;
  WrittenCounts written_;
};

}  // namespace pawl::objects
