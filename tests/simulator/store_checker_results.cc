// What became of the executions of Map runs, and of the files that tell it: each execution is in
// one file, once, with what it was started with and how it ended.
#include <algorithm>

#include "engine/interpreter/task_call.h"
#include "engine/json/parse.h"
#include "tests/simulator/store_checker.h"

namespace pawl::simulator {
namespace {

using interpreter::MapRunWait;

std::string TextAt(const PlainJson& object, std::string_view name) {
  const PlainJson* member = object.Find(name);
  return member == nullptr ? "" : member->text;
}

ObservedChild ChildOf(const rows::EndedChildRow& row) {
  ObservedChild child{.items = row.items,
                      .status = row.status,
                      .input_text = row.input ? row.input->str() : "",
                      .error = row.error,
                      .cause = row.cause,
                      .redrives = row.redrive_count};
  if (!row.output) return child;
  child.output_text = row.output->str();
  child.output = PlainJson::Parse(child.output_text);
  return child;
}

const asl::DistributedMap& MapOf(const DefinitionText& text, StateIndex state) {
  return *std::get<asl::MapState>(text.machine->states[state].details).distributed;
}

std::string SeriesOf(const ObservedChild& child) {
  if (child.output) return "SUCCEEDED";
  return child.status == kPendingStatus ? "PENDING" : "FAILED";
}

// What stands in a file: an array, or lines. nullopt: it is no such thing.
std::optional<std::vector<PlainJson>> RecordsIn(std::string text, bool has_lines) {
  if (has_lines) {
    if (!text.ends_with('\n')) return std::nullopt;
    text.back() = ']';
    std::replace(text.begin(), text.end(), '\n', ',');
    text.insert(0, "[");
  }
  if (!json::Check(text).ok()) return std::nullopt;
  PlainJson records = PlainJson::Parse(text);
  if (!records.is_array() || records.items.empty()) return std::nullopt;
  return std::move(records.items);
}

// What `record` says otherwise than it should; empty: nothing.
std::string Disagreement(const PlainJson& record, const ObservedChild& child) {
  if (TextAt(record, "Status") != child.status) return "has the status " + child.status;
  if (TextAt(record, "Input") != child.input_text) return "was started with another input";
  if (TextAt(record, "Output") != child.output_text) return "has another output";
  const PlainJson* error = record.Find("Error");
  const PlainJson* cause = record.Find("Cause");
  if ((error != nullptr) != child.error.has_value() ||
      TextAt(record, "Error") != child.error.value_or("")) {
    return "has another error";
  }
  if ((cause != nullptr) != child.cause.has_value() ||
      TextAt(record, "Cause") != child.cause.value_or("")) {
    return "has another cause";
  }
  const bool was_started = child.status != kPendingStatus;
  if ((record.Find("ExecutionArn") != nullptr) != was_started) return "has an ARN or none";
  const PlainJson* redrives = record.Find("RedriveCount");
  if ((redrives != nullptr) != was_started) return "has redrives or none";
  return {};
}

// What the files of a run hold, ticked off as it is found.
class WrittenResults {
 public:
  explicit WrittenResults(std::string_view transformation)
      : is_flat_(transformation == "FLATTEN"),
        has_names_(!is_flat_ && transformation != "COMPACT") {}

  void Expect(const std::string& name, const ObservedChild& child) {
    if (child.status != kPendingStatus) {
      ++executions_;
      items_ += child.items;
    }
    if (has_names_ || !child.output) {
      children_.emplace(name, child);
    } else if (is_flat_ && child.output->is_array()) {
      outputs_.insert(outputs_.end(), child.output->items.begin(), child.output->items.end());
    } else {
      outputs_.push_back(*child.output);
    }
  }

  // What is wrong about a record of a file of this series; empty: nothing.
  std::string Find(const std::string& series, const PlainJson& record) {
    if (series == "SUCCEEDED" && !has_names_) {
      const bool is_next =
          next_output_ < outputs_.size() && Matches(outputs_[next_output_], record);
      ++next_output_;
      return is_next ? "" : "an output is not the next one";
    }
    const auto child = children_.find(TextAt(record, "Name"));
    if (child == children_.end()) return "an execution is there twice";
    if (SeriesOf(child->second) != series) return "one is of another kind";
    const std::string disagreement = Disagreement(record, child->second);
    children_.erase(child);
    return disagreement.empty() ? "" : "an execution " + disagreement;
  }

  bool IsWhole() const { return children_.empty() && next_output_ == outputs_.size(); }

  // Of those that were started.
  std::uint64_t executions() const { return executions_; }

  std::uint64_t items() const { return items_; }

 private:
  const bool is_flat_;
  const bool has_names_;
  std::map<std::string, ObservedChild> children_;
  // Of successes that are written without names, in their order.
  std::vector<PlainJson> outputs_;
  std::size_t next_output_ = 0;
  std::uint64_t executions_ = 0;
  std::uint64_t items_ = 0;
};

}  // namespace

bool StoreChecker::MayFailToRead(const MapRunWait& wait) const {
  if (!wait.reader) return false;
  const PlainJson parameters = PlainJson::Parse(wait.reader->parameters);
  const PlainJson* key = parameters.Find("Key");
  return objects_.HasFailedToRead(key == nullptr ? TextAt(parameters, "Prefix") : key->text);
}

std::optional<rows::EndedChildRow> StoreChecker::EndOfExpress(const StoredExecution& execution,
                                                              EventId run,
                                                              std::uint32_t index) const {
  const auto row = disk_.LastEndedChild(rows::EndedChildKey(execution.id, run, index));
  if (!row) return std::nullopt;
  auto ended = rows::DecodeEndedChild(*row);
  if (!ended.ok() || ended->status == kPendingStatus) return std::nullopt;
  return std::move(*ended);
}

std::optional<ObservedChild> StoreChecker::EndOfChild(const StoredExecution& execution,
                                                      EventId run,
                                                      std::uint32_t index) const {
  if (IsExpressRun(execution, run)) {
    const auto ended = EndOfExpress(execution, run, index);
    return ended ? std::optional(ChildOf(*ended)) : std::nullopt;
  }
  const StoredExecution* child = ChildOfRun(execution, run, index);
  if (child == nullptr || !child->row.is_closed()) return std::nullopt;
  const rows::ExecutionRow& row = child->row;
  ObservedChild end{.status = std::string(interpreter::ExecutionStatusName(row.status)),
                    .input_text = TextOf(*child, *child->events.front().payload),
                    .error = row.error,
                    .cause = row.cause,
                    .redrives = row.header.redrive_count};
  const DefinitionText* text =
      find_definition_(execution.row.header.state_machine, execution.row.revision);
  if (MapOf(*text, execution.folded.runs.at(run).state).batcher) {
    const PlainJson input = PlainJson::Parse(end.input_text);
    end.items = static_cast<std::uint32_t>(input.Find("Items")->items.size());
  }
  if (row.output) {
    end.output_text = TextOf(*child, *row.output);
    end.output = PlainJson::Parse(end.output_text);
  }
  return end;
}

std::optional<std::map<std::uint32_t, ObservedChild>> StoreChecker::EndsOfRun(
    const StoredExecution& execution, EventId run) const {
  std::map<std::uint32_t, ObservedChild> ends;
  const StoredRun& stored = execution.runs.at(run);
  const MapRunWait& wait = stored.row.wait;
  if (stored.row.status == "SUCCEEDED") {
    for (std::uint32_t index = 0; index < wait.children; ++index) {
      auto end = EndOfChild(execution, run, index);
      if (!end) return std::nullopt;
      ends.emplace(index, *std::move(end));
    }
    return ends;
  }
  for (const auto& [index, ended] : stored.ended) {
    if (ended.status == kPendingStatus) continue;
    if (wait.is_redriving() && !ended.output && index >= wait.redrive.next) continue;
    ends.emplace(index, ChildOf(ended));
  }
  return ends;
}

std::optional<std::map<AttemptKey, ObservedRun>> StoreChecker::RunsOf(
    const StoredExecution& execution) const {
  std::map<AttemptKey, ObservedRun> observed;
  const rows::ExecutionRow& row = execution.row;
  const DefinitionText* text = find_definition_(row.header.state_machine, row.revision);
  for (const auto& [event, folded] : execution.folded.runs) {
    const bool is_success = folded.end == FoldedRun::End::kSucceeded;
    if (!is_success && folded.end != FoldedRun::End::kFailed) continue;
    const MapRunWait& wait = execution.runs.at(event).row.wait;
    auto ends = EndsOfRun(execution, event);
    if (!ends) return std::nullopt;
    observed.emplace(
        folded.key,
        ObservedRun{.children = *std::move(ends),
                    .error = folded.error,
                    .arn = interpreter::MapRunArn({},
                                                  row.header.state_machine,
                                                  MapOf(*text, folded.state).label,
                                                  interpreter::MapRunId(row.header, event)),
                    .may_fail_to_read = MayFailToRead(wait),
                    .may_fail_to_write = objects_.HasFailedToWrite(),
                    .is_updated = ledger_.map_run_updates.contains({execution.id, event}),
                    .tolerated_failure_count = wait.tolerated_failure_count,
                    .tolerated_failure_percentage = wait.tolerated_failure_percentage});
  }
  return observed;
}

std::optional<std::map<std::uint32_t, ObservedChild>> StoreChecker::ResultsOfRun(
    const StoredExecution& execution, EventId run) const {
  const StoredRun& stored = execution.runs.at(run);
  if (stored.row.status == "SUCCEEDED") return EndsOfRun(execution, run);
  std::map<std::uint32_t, ObservedChild> results;
  for (const auto& [index, ended] : stored.ended)
    results.emplace(index, ChildOf(ended));
  for (const auto& [index, open] : stored.open) {
    results.emplace(
        index,
        ObservedChild{.items = open.items, .status = "ABORTED", .input_text = open.input.str()});
  }
  return results;
}

std::string StoreChecker::CheckResults() {
  problem_.clear();
  for (const auto& [id, execution] : executions_) {
    for (const auto& [event, run] : execution.runs) {
      if (run.row.status != "RUNNING" && !CheckResultsOf(execution, event)) return problem_;
    }
  }
  return {};
}

bool StoreChecker::CheckResultsOf(const StoredExecution& execution, EventId run) {
  const rows::MapRunRow& row = execution.runs.at(run).row;
  const bool has_bucket = row.wait.writer && !row.wait.writer->parameters.empty();
  if (!has_bucket || (row.status != "SUCCEEDED" && !row.wait.leaves_files())) return true;
  // What stops its executions writes what there is, and is not done.
  const bool is_under_way =
      std::any_of(messages_.begin(), messages_.end(), [&](const auto& message) {
        return message.first.id == execution.id && message.second.run == run &&
               message.second.kind == rows::OutboxRow::Kind::kStopChildren;
      });
  if (is_under_way) return true;
  const std::string who = "the files of its Map run " + std::to_string(run) + ": ";
  const PlainJson parameters = PlainJson::Parse(row.wait.writer->parameters);
  std::string folder = TextAt(parameters, "Prefix");
  if (!folder.empty() && !folder.ends_with('/')) folder += '/';
  folder += interpreter::MapRunId(execution.row.header, run) + "/";
  const SimulatedObjects::Folder state = objects_.FolderOf(folder);
  // There may be those of an earlier attempt of the run.
  const bool may_be_missing = state.has_failed && row.status != "SUCCEEDED";
  if (!state.is_whole || may_be_missing) {
    if (!may_be_missing) return Fail(execution, who + "they were not written");
    return row.wait.writer->executions_written == 0 ||
           Fail(execution, who + "they were not written, and it says they were");
  }
  const auto text = objects_.Text(TextAt(parameters, "Bucket"), folder + "manifest.json");
  if (!text || !json::Check(*text).ok()) return Fail(execution, who + "there is no manifest");
  const std::string problem = CheckFiles(execution, run, PlainJson::Parse(*text));
  if (!problem.empty()) return Fail(execution, who + problem);
  coverage_.HitIf(row.status == "FAILED", Mark::kResultsOfFailedRun);
  coverage_.HitIf(row.status == "ABORTED", Mark::kResultsOfAbortedRun);
  coverage_.HitIf(row.wait.redrive.count > 0, Mark::kResultsOfRedrivenRun);
  return true;
}

std::string StoreChecker::CheckFiles(const StoredExecution& execution,
                                     EventId run,
                                     const PlainJson& manifest) const {
  const rows::MapRunRow& stored = execution.runs.at(run).row;
  const rows::ExecutionRow& row = execution.row;
  const DefinitionText* text = find_definition_(row.header.state_machine, row.revision);
  const auto results = ResultsOfRun(execution, run);
  if (!results) return {};
  WrittenResults expected(MapOf(*text, stored.state).writer->transformation);
  for (const auto& [index, child] : *results)
    expected.Expect(interpreter::MapChildName(row.header, run, index), child);
  if (stored.wait.writer->executions_written != expected.executions() ||
      stored.wait.writer->items_written != expected.items()) {
    return "the run counts others than are written";
  }
  for (const auto& [series, files] : manifest.Find("ResultFiles")->members) {
    coverage_.HitIf(files.items.size() > 1, Mark::kResultsInSeveralFiles);
    coverage_.HitIf(series == "PENDING" && !files.items.empty(), Mark::kResultsPending);
    for (const PlainJson& file : files.items) {
      const std::string key = TextAt(file, "Key");
      const auto bytes = objects_.Text(TextAt(manifest, "DestinationBucket"), key);
      if (!bytes) return "the manifest names one that is not there";
      if (std::to_string(bytes->size()) != TextAt(file, "Size")) {
        return "one has another size than the manifest says";
      }
      const auto records = RecordsIn(*bytes, key.ends_with(".jsonl"));
      if (!records) return "one is not readable";
      for (const PlainJson& record : *records) {
        const std::string problem = expected.Find(series, record);
        if (!problem.empty()) return problem;
      }
    }
  }
  return expected.IsWhole() ? "" : "an execution is in none";
}

}  // namespace pawl::simulator
