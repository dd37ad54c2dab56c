#include "engine/objects/result_writer.h"

#include <utility>

#include "engine/json/write.h"

namespace pawl::objects {
namespace {

// Handed to the store in pieces of this size.
constexpr std::size_t kBufferBytes = std::size_t{256} * 1024;
constexpr std::array<std::string_view, 3> kSeriesNames = {"FAILED", "PENDING", "SUCCEEDED"};

std::size_t SeriesOf(ChildStatus status) {
  switch (status) {
    case ChildStatus::kPending:
      return 1;
    case ChildStatus::kSucceeded:
      return 2;
    case ChildStatus::kFailed:
    case ChildStatus::kTimedOut:
    case ChildStatus::kAborted:
      return 0;
  }
  PAWL_CHECK(false);
}

Status WriterFailed(const Status& status) {
  return Status(status.code(), status.message(), status.field())
      .WithReason(std::string(kResultWriterFailed));
}

// "PREFIX/MAPRUN/".
std::string FolderOf(const ResultWriterOptions& options) {
  std::string folder = options.prefix;
  if (!folder.empty() && !folder.ends_with('/')) folder += '/';
  return folder + options.map_run_arn.substr(options.map_run_arn.rfind(':') + 1) + "/";
}

}  // namespace

// NAME_0.json, NAME_1.json and so on: one kind of results.
class ResultWriter::FileSeries {
 public:
  struct File {
    std::string key;
    std::uint64_t size = 0;
  };

  FileSeries(ObjectStore& store, const ResultWriterOptions& options, std::string stem)
      : store_(store), options_(options), stem_(std::move(stem)) {}

  Status Append(std::string_view text) {
    const std::string_view separator = is_array() ? "," : "\n";
    if (writer_ != nullptr &&
        size_ + separator.size() + text.size() + Closing().size() > options_.file_bytes_max) {
      RETURN_IF_ERROR(Close());
    }
    if (writer_ == nullptr) {
      RETURN_IF_ERROR(Open());
      Put(is_array() ? "[" : "");
    } else {
      Put(separator);
    }
    Put(text);
    return buffer_.size() < kBufferBytes ? OkStatus() : Flush();
  }

  Status Close() {
    if (writer_ == nullptr) return OkStatus();
    Put(Closing());
    RETURN_IF_ERROR(Flush());
    RETURN_IF_ERROR(writer_->Close());
    writer_ = nullptr;
    files_.push_back({.key = key_, .size = std::exchange(size_, 0)});
    return OkStatus();
  }

  const std::vector<File>& files() const { return files_; }

 private:
  bool is_array() const { return options_.output_type == OutputType::kJson; }

  std::string_view Closing() const { return is_array() ? "]" : "\n"; }

  Status Open() {
    key_ = stem_ + std::to_string(files_.size()) + (is_array() ? ".json" : ".jsonl");
    ASSIGN_OR_RETURN(writer_, store_.Write({.bucket = options_.bucket, .key = key_}));
    return OkStatus();
  }

  void Put(std::string_view text) {
    buffer_ += text;
    size_ += text.size();
  }

  Status Flush() {
    Status status = writer_->Append(buffer_);
    buffer_.clear();
    return status;
  }

  ObjectStore& store_;
  const ResultWriterOptions& options_;
  std::string stem_;
  std::vector<File> files_;
  std::unique_ptr<ObjectWriter> writer_;
  std::string key_;
  std::string buffer_;
  std::uint64_t size_ = 0;
};

ResultWriter::ResultWriter(ObjectStore& store, ResultWriterOptions options)
    : store_(store), options_(std::move(options)) {
  for (std::size_t i = 0; i < kSeriesCount; ++i) {
    series_[i] =
        std::make_unique<FileSeries>(store_, options_, KeyOf(std::string(kSeriesNames[i]) + "_"));
  }
}

ResultWriter::~ResultWriter() = default;

Status ResultWriter::Append(const ChildResult& result) {
  if (const Status status = AppendTexts(result); !status.ok()) return WriterFailed(status);
  if (result.status == ChildStatus::kPending) return OkStatus();
  ++written_.executions;
  written_.items += result.item_count;
  return OkStatus();
}

Status ResultWriter::AppendTexts(const ChildResult& result) {
  ASSIGN_OR_RETURN(const std::vector<std::string> texts,
                   TransformResult(result, options_.transformation));
  for (const std::string& text : texts) {
    RETURN_IF_ERROR(series_[SeriesOf(result.status)]->Append(text));
  }
  return OkStatus();
}

Result<std::string> ResultWriter::Finish() {
  if (const Status status = WriteManifest(); !status.ok()) return WriterFailed(status);
  std::string output = R"({"MapRunArn":)";
  json::WriteStringTo(output, options_.map_run_arn);
  output += R"(,"ResultWriterDetails":{"Bucket":)";
  json::WriteStringTo(output, options_.bucket);
  output += R"(,"Key":)";
  json::WriteStringTo(output, KeyOf("manifest.json"));
  output += "}}";
  return output;
}

Status ResultWriter::WriteManifest() {
  for (const std::unique_ptr<FileSeries>& series : series_) {
    RETURN_IF_ERROR(series->Close());
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<ObjectWriter> writer,
                   store_.Write({.bucket = options_.bucket, .key = KeyOf("manifest.json")}));
  RETURN_IF_ERROR(writer->Append(ManifestText()));
  return writer->Close();
}

std::string ResultWriter::ManifestText() const {
  std::string text = R"({"DestinationBucket":)";
  json::WriteStringTo(text, options_.bucket);
  text += R"(,"MapRunArn":)";
  json::WriteStringTo(text, options_.map_run_arn);
  text += R"(,"ResultFiles":{)";
  for (std::size_t i = 0; i < kSeriesCount; ++i) {
    if (i > 0) text += ',';
    json::WriteStringTo(text, kSeriesNames[i]);
    text += ":[";
    bool is_first = true;
    for (const FileSeries::File& file : series_[i]->files()) {
      text += is_first ? R"({"Key":)" : R"(,{"Key":)";
      is_first = false;
      json::WriteStringTo(text, file.key);
      text += R"(,"Size":)" + std::to_string(file.size) + "}";
    }
    text += ']';
  }
  return text + "}}";
}

std::string ResultWriter::KeyOf(std::string_view file) const {
  return FolderOf(options_) + std::string(file);
}

}  // namespace pawl::objects
