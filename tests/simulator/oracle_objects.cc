// ItemReader and ResultWriter, as the Step Functions Developer Guide has them.
#include "tests/simulator/simulated_objects.h"
#include "tests/simulator/walker.h"

namespace pawl::simulator {
namespace {

// Members whose values nobody foresees: names with numbers of their own, and times.
PlainJson RecordOf(const ObservedChild& child) {
  const bool is_success = child.output.has_value();
  PlainJson record = PlainJson::Object(
      {{"ExecutionArn", PlainJson::SomeText()},
       {"Input", PlainJson::String(child.input_text)},
       {"InputDetails", PlainJson::Object({{"Included", PlainJson::Boolean(true)}})},
       {"Name", PlainJson::SomeText()},
       {"RedriveCount", PlainJson::Number(child.redrives)},
       {"RedriveStatus",
        PlainJson::String(is_success ? "NOT_REDRIVABLE" : "REDRIVABLE_BY_MAP_RUN")},
       {"StartDate", PlainJson::SomeText()},
       {"StateMachineArn", PlainJson::SomeText()},
       {"Status", PlainJson::String(child.status)},
       {"StopDate", PlainJson::SomeText()}});
  if (is_success) {
    record.Set("Output", PlainJson::String(child.output_text));
    record.Set("OutputDetails", PlainJson::Object({{"Included", PlainJson::Boolean(true)}}));
    record.Set("RedriveStatusReason", PlainJson::SomeText());
  }
  if (child.error) record.Set("Error", PlainJson::String(*child.error));
  if (child.cause) record.Set("Cause", PlainJson::String(*child.cause));
  return record;
}

// "ResultWriter (Map)", Transformation: what is no success is a record in any case.
void Add(std::vector<PlainJson>& results,
         const ObservedChild& child,
         std::string_view transformation) {
  if (!child.output || transformation == "NONE") return results.push_back(RecordOf(child));
  if (transformation == "FLATTEN" && child.output->is_array()) {
    results.insert(results.end(), child.output->items.begin(), child.output->items.end());
    return;
  }
  results.push_back(*child.output);
}

}  // namespace

Evaluated Walker::Filled(const Visit& visit,
                         const PlainJson& holder,
                         const char* field,
                         const char* query_field,
                         const PlainJson& input) {
  if (IsQuery(visit)) return Query(visit, *holder.Find(query_field), {});
  return Fill(visit, *holder.Find(field), input);
}

std::variant<RunItems, Failure> Walker::ReadItems(const Visit& visit, const PlainJson& input) {
  const PlainJson& reader = *visit.state.Find("ItemReader");
  Evaluated filled = Filled(visit, reader, "Parameters", "Arguments", input);
  if (std::holds_alternative<Failure>(filled)) return std::get<Failure>(filled);
  const PlainJson& parameters = std::get<PlainJson>(filled);
  std::optional<std::size_t> most;
  const PlainJson* config = reader.Find("ReaderConfig");
  if (config != nullptr && config->Find("MaxItems") != nullptr) {
    most = static_cast<std::size_t>(config->Find("MaxItems")->AsInteger().value());
  } else if (config != nullptr && config->Find("MaxItemsPath") != nullptr) {
    const auto value = Read(visit, config->Find("MaxItemsPath")->text, visit.raw_input);
    if (!value || value->AsInteger().value_or(-1) < 0) return FailureOf(kRuntimeError);
    most = static_cast<std::size_t>(*value->AsInteger());
  }
  const PlainJson* place = parameters.Find("Key");
  if (place == nullptr) place = parameters.Find("Prefix");
  RunItems read{.place = place->text};
  LibraryItems items = request_.library->ItemsOf(reader, read.place);
  if (parameters.Find("Bucket")->text != kItemsBucket) items = {.is_broken = true};
  const bool is_cut = most && *most <= items.items.size();
  if (is_cut) items.items.resize(*most);
  for (std::uint32_t i = 0; i < items.items.size(); ++i) {
    read.items.push_back({.value = items.items[i].value, .index = i, .key = items.items[i].key});
  }
  if (items.is_broken && !is_cut) read.failure = FailureOf("States.ItemReaderFailed");
  return read;
}

Evaluated Walker::Results(const Visit& visit, const PlainJson& input, const ObservedRun& run) {
  const PlainJson& writer = *visit.state.Find("ResultWriter");
  if (writer.Find("Resource") != nullptr) {
    Evaluated filled = Filled(visit, writer, "Parameters", "Arguments", input);
    if (std::holds_alternative<Failure>(filled)) return filled;
    const PlainJson& parameters = std::get<PlainJson>(filled);
    const PlainJson& bucket = *parameters.Find("Bucket");
    const bool must_fail = bucket.text != kResultsBucket;
    const bool may_fail = must_fail || run.may_fail_to_write;
    constexpr std::string_view kFailed = "States.ResultWriterFailed";
    if (must_fail || (may_fail && run.error == kFailed)) return FailureOf(kFailed);
    if (!run.error.empty()) return FailureOf("no run ends so");
    const PlainJson* prefix = parameters.Find("Prefix");
    std::string key = prefix == nullptr ? "" : prefix->text;
    if (!key.empty() && !key.ends_with('/')) key += '/';
    key += run.arn.substr(run.arn.rfind(':') + 1) + "/manifest.json";
    return PlainJson::Object(
        {{"MapRunArn", PlainJson::String(run.arn)},
         {"ResultWriterDetails",
          PlainJson::Object({{"Bucket", bucket}, {"Key", PlainJson::String(key)}})}});
  }
  if (!run.error.empty()) return FailureOf("no run ends so");
  const PlainJson* transformation = writer.Find("WriterConfig")->Find("Transformation");
  std::vector<PlainJson> results;
  for (const auto& [index, child] : run.children)
    Add(results, child, transformation == nullptr ? "NONE" : transformation->text);
  return PlainJson::Array(std::move(results));
}

}  // namespace pawl::simulator
