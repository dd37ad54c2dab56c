#include "engine/asl/map_items.h"

#include <string>
#include <string_view>
#include <utility>

#include "engine/asl/compiled_values.h"
#include "engine/asl/template_check.h"

namespace pawl::asl {
namespace {

// The service integration that an ARN of any partition names: "s3:getObject".
std::string_view IntegrationOf(std::string_view resource) {
  constexpr std::string_view kStates = ":states:::";
  const std::size_t place = resource.find(kStates);
  if (!resource.starts_with("arn:aws") || place == std::string_view::npos) return {};
  return resource.substr(place + kStates.size());
}

std::optional<ValueTemplate> CompileParameters(const Fields& fields, Language language) {
  return CompileValue(fields.Get(language == Language::kJsonata ? "Arguments" : "Parameters"),
                      language);
}

std::string Word(const Fields& fields, std::string_view name) {
  return CompileText(fields.Get(name)).value_or("");
}

void CompileReaderConfig(const Fields& fields, ItemReader& reader) {
  reader.input_type = Word(fields, "InputType");
  reader.manifest_type = Word(fields, "ManifestType");
  reader.csv_header_location = Word(fields, "CSVHeaderLocation");
  reader.csv_delimiter = Word(fields, "CSVDelimiter");
  reader.transformation = Word(fields, "Transformation");
  reader.max_items = CompileNumber(fields, "MaxItems", "MaxItemsPath");
  if (const Place* headers = fields.Get("CSVHeaders")) {
    for (const SourceNode* header : headers->node->items) {
      reader.csv_headers.emplace_back(header->text);
    }
  }
  if (const Place* pointer = fields.Get("ItemsPointer")) {
    auto compiled = IsExpression(*pointer) ? CompileJsonata(pointer) : std::nullopt;
    if (compiled) {
      reader.items_pointer = *std::move(compiled);
    } else {
      reader.items_pointer = std::string(pointer->node->text);
    }
  }
}

}  // namespace

std::optional<ItemReader> CompileItemReader(const Place* place,
                                            Language language,
                                            Problems& problems) {
  if (place == nullptr) return std::nullopt;
  const Fields fields = CheckFields(*place, kItemReaderObject, language, problems);
  ItemReader reader;
  if (const Place* resource = fields.Get("Resource")) {
    const std::string_view integration = IntegrationOf(resource->node->text);
    reader.is_listing = integration == "s3:listObjectsV2";
    if (!reader.is_listing && integration != "s3:getObject") {
      problems.NotSupported(*resource,
                            "reading items with " + Quote(resource->node->text) +
                                " (s3:getObject and s3:listObjectsV2 are)");
    }
  }
  reader.parameters = CompileParameters(fields, language);
  if (const Place* config = fields.Get("ReaderConfig")) {
    CompileReaderConfig(CheckFields(*config, kReaderConfigObject, language, problems), reader);
  }
  return reader;
}

std::optional<ItemBatcher> CompileItemBatcher(const Place* place,
                                              Language language,
                                              Problems& problems) {
  if (place == nullptr) return std::nullopt;
  const Fields fields = CheckFields(*place, kItemBatcherObject, language, problems);
  return ItemBatcher{
      .items_max = CompileNumber(fields, "MaxItemsPerBatch", "MaxItemsPerBatchPath"),
      .bytes_max = CompileNumber(fields, "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"),
      .batch_input = CompileValue(fields.Get("BatchInput"), language)};
}

std::optional<ResultWriter> CompileResultWriter(const Place* place,
                                                Language language,
                                                Problems& problems) {
  if (place == nullptr) return std::nullopt;
  const Fields fields = CheckFields(*place, kResultWriterObject, language, problems);
  ResultWriter writer;
  if (const Place* resource = fields.Get("Resource")) {
    writer.has_bucket = true;
    if (IntegrationOf(resource->node->text) != "s3:putObject") {
      problems.NotSupported(
          *resource, "writing results with " + Quote(resource->node->text) + " (s3:putObject is)");
    }
  }
  writer.parameters = CompileParameters(fields, language);
  if (const Place* config = fields.Get("WriterConfig")) {
    const Fields config_fields = CheckFields(*config, kWriterConfigObject, language, problems);
    writer.transformation = Word(config_fields, "Transformation");
    writer.output_type = Word(config_fields, "OutputType");
  } else if (!fields.Has("Resource") && !fields.Has("WriterConfig")) {
    problems.Error(code::kSchema, *place, "expected Resource, WriterConfig or both, found neither");
  }
  return writer;
}

void RefuseOnInlineMap(const Fields& map, Problems& problems) {
  for (const std::string_view name : {"ItemReader", "ItemBatcher", "ResultWriter"}) {
    if (const Place* place = map.Get(name)) {
      problems.Error(code::kSchema,
                     *place,
                     "found on a Map whose iterations run inline; it belongs to one with "
                     "\"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\", …} in its ItemProcessor");
    }
  }
}

}  // namespace pawl::asl
