// Functions, their versions and aliases.
#include <array>
#include <charconv>

#include "engine/json/write.h"
#include "server/templates/problem_codes.h"
#include "server/templates/resource_reader.h"

namespace pawl::templates {

using asl::Quote;
using asl::SourceNode;
using json::Type;
using json::Value;

namespace {

// What AWS CDK writes beside a resource: where its code lies, and which property that is.
constexpr std::string_view kAssetPath = "aws:asset:path";
constexpr std::string_view kAssetProperty = "aws:asset:property";

std::string AssetPathOf(const Declared& resource) {
  const SourceNode* metadata = resource.place.node->FindValue("Metadata");
  if (metadata == nullptr) return {};
  const SourceNode* path = metadata->FindValue(kAssetPath);
  const SourceNode* property = metadata->FindValue(kAssetProperty);
  const bool is_code = property == nullptr || property->text == "Code";
  return path != nullptr && path->is(Type::kString) && is_code ? std::string(path->text)
                                                               : std::string();
}

// The names are those of AWS Lambda's API.
constexpr std::array<KeptProperty, 4> kKeptOfFunction = {{{"Architectures", "Architectures"},
                                                          {"EphemeralStorage", "EphemeralStorage"},
                                                          {"LoggingConfig", "LoggingConfig"},
                                                          {"TracingConfig", "TracingConfig"}}};

std::string ReadKeptOfFunction(Properties& properties, json::Arena& arena) {
  json::ObjectBuilder members;
  bool is_empty = true;
  for (const KeptProperty& kept : kKeptOfFunction) {
    const std::optional<Value> value = properties.Take(kept.property);
    if (!value) continue;
    members.Set(kept.name, *value);
    is_empty = false;
  }
  // AWS SAM has the mode alone.
  if (const std::optional<std::string> mode = properties.TakeText("Tracing")) {
    json::ObjectBuilder tracing;
    tracing.Set("Mode", Value::String(arena.Copy(*mode)));
    members.Set("TracingConfig", tracing.Build(arena));
    is_empty = false;
  }
  return is_empty ? std::string() : json::Write(members.Build(arena));
}

bool IsInBucket(const std::string& path) {
  return path.starts_with("s3://") || path.starts_with("https://");
}

}  // namespace

void ResourceReader::ReadFunction(const Declared& resource) {
  Properties properties(resource, resources_, problems_);
  Function function;
  properties.Ignore("FunctionName");
  const std::optional<std::string> name = resources_.NameOf(resource, resource.place);
  if (!name) return;
  function.name = *name;
  function.configuration = ReadConfiguration(resource, properties);
  function.reserved_concurrency = properties.TakeNumber("ReservedConcurrentExecutions");
  function.tags = properties.TakeTags("Tags");
  std::string why_not;
  std::optional<Content> code = ReadCode(resource, properties, why_not);
  if (!why_not.empty()) return LeaveOut(resource, why_not);
  if (!code) return;
  function.code = *std::move(code);
  std::optional<std::string> alias;
  std::string description;
  if (resource.is_sam()) {
    alias = properties.TakeText("AutoPublishAlias");
    description = properties.TakeText("VersionDescription").value_or("");
    for (const std::string_view ignored :
         {"AutoPublishAliasAllProperties", "AutoPublishCodeSha256", "PropagateTags"})
      properties.Ignore(ignored);
  }
  Add(resource, "", function);
  if (alias && !alias->empty()) {
    Add(resource,
        ".Version",
        FunctionVersion{.function = function.name, .description = description});
    Add(resource,
        ".Alias",
        FunctionAlias{.function = function.name,
                      .name = *alias,
                      .version = resources_.NumberOf(resource.logical_id + ".Version")});
  }
  LeaveOutRest(resource, properties);
}

FunctionConfiguration ResourceReader::ReadConfiguration(const Declared& resource,
                                                        Properties& properties) {
  FunctionConfiguration configuration;
  CheckRuntime(properties, configuration);
  configuration.handler = properties.TakeRequiredText("Handler").value_or("");
  configuration.timeout_seconds =
      properties.TakeNumber("Timeout").value_or(configuration.timeout_seconds);
  configuration.memory_mb = properties.TakeNumber("MemorySize").value_or(configuration.memory_mb);
  configuration.description = properties.TakeText("Description").value_or("");
  configuration.role = properties.TakeText("Role").value_or("");
  if (const std::optional<Value> environment = properties.Take("Environment")) {
    const Value* variables = environment->Find("Variables");
    if (variables != nullptr && variables->is_object()) {
      configuration.environment = properties.Texts("Environment", *variables);
    } else if (variables != nullptr || !environment->is_object()) {
      properties.Error("Environment", code::kProperty, "Environment is {Variables: {NAME: VALUE}}");
    }
  }
  configuration.other = ReadKeptOfFunction(properties, resources_.evaluator().arena());
  if (resource.is_sam() && properties.Has("Role")) properties.Ignore("Policies");
  return configuration;
}

void ResourceReader::CheckRuntime(Properties& properties, FunctionConfiguration& configuration) {
  constexpr std::string_view kHint =
      "; give it Python code, run it elsewhere, or leave the resource out with --skip";
  const std::optional<std::string> package = properties.TakeText("PackageType");
  if (package == "Image" || properties.Has("ImageUri")) {
    return properties.Error(
        "PackageType", code::kRuntime, "container images do not run here" + std::string(kHint));
  }
  const std::optional<std::string> runtime = properties.TakeRequiredText("Runtime");
  if (!runtime) return;
  configuration.runtime = *runtime;
  if (runtime->starts_with("python")) return;
  properties.Error(
      "Runtime",
      code::kRuntime,
      "Pawl runs Python functions, and the runtime is " + Quote(*runtime) + std::string(kHint));
}

std::optional<Content> ResourceReader::ReadCode(const Declared& resource,
                                                Properties& properties,
                                                std::string& why_not) {
  const std::string_view property = resource.is_sam() ? "CodeUri" : "Code";
  const std::optional<Value> code = properties.Take(property);
  if (resource.is_sam()) {
    const std::optional<std::string> text = properties.TakeText("InlineCode");
    if (text) return Content{.text = *text};
  }
  if (const std::string path = AssetPathOf(resource); !path.empty()) return Content{.path = path};
  if (!code) {
    if (!properties.Has(property)) {
      properties.Error(property,
                       code::kProperty,
                       resource.is_sam() ? "the function has neither CodeUri nor InlineCode"
                                         : "the function has no Code");
    }
    return std::nullopt;
  }
  // CheckRuntime has told it.
  if (code->Find("ImageUri") != nullptr) return std::nullopt;
  if (const Value* text = code->Find("ZipFile"); text != nullptr && text->is_string()) {
    return Content{.text = std::string(text->string())};
  }
  const bool is_path = code->is_string() && !code->string().empty();
  if (is_path && !IsInBucket(std::string(code->string()))) {
    return Content{.path = std::string(code->string())};
  }
  if (code->is_string() ? is_path
                        : code->Find("S3Bucket") != nullptr || code->Find("Bucket") != nullptr) {
    why_not =
        "its code is in S3: deploy it with 'pawl function deploy', or name a directory or "
        "zip archive as " +
        std::string(property);
    return std::nullopt;
  }
  properties.Error(property,
                   code::kProperty,
                   resource.is_sam() ? "CodeUri is the path of a directory or zip archive"
                                     : "Code has ZipFile, or S3Bucket and S3Key");
  return std::nullopt;
}

void ResourceReader::ReadFunctionVersion(const Declared& resource) {
  Properties properties(resource, resources_, problems_);
  FunctionVersion version;
  version.function = FunctionNameIn(properties.TakeRequiredText("FunctionName").value_or(""));
  version.description = properties.TakeText("Description").value_or("");
  properties.Ignore("CodeSha256");
  Add(resource, "", version);
  LeaveOutRest(resource, properties);
}

void ResourceReader::ReadFunctionAlias(const Declared& resource) {
  Properties properties(resource, resources_, problems_);
  FunctionAlias alias;
  alias.function = FunctionNameIn(properties.TakeRequiredText("FunctionName").value_or(""));
  alias.name = properties.TakeRequiredText("Name").value_or("");
  alias.version = properties.TakeRequiredText("FunctionVersion").value_or("");
  alias.description = properties.TakeText("Description").value_or("");
  ReadRouting(properties, alias);
  Add(resource, "", alias);
  LeaveOutRest(resource, properties);
}

void ResourceReader::ReadRouting(Properties& properties, FunctionAlias& alias) {
  const std::optional<Value> routing = properties.Take("RoutingConfig");
  if (!routing) return;
  const Value* weights = routing->Find("AdditionalVersionWeights");
  if (weights != nullptr && weights->is_array() && weights->items().empty()) return;
  const bool is_one = weights != nullptr && weights->is_array() && weights->items().size() == 1;
  const Value entry = is_one ? weights->items()[0] : Value();
  const Value* version = entry.Find("FunctionVersion");
  const Value* weight = entry.Find("FunctionWeight");
  const std::optional<std::string> weight_text =
      weight == nullptr ? std::nullopt : ScalarText(*weight);
  double part = -1;
  if (weight_text) {
    std::from_chars(weight_text->data(), weight_text->data() + weight_text->size(), part);
  }
  if (version == nullptr || !ScalarText(*version) || !(part >= 0 && part <= 1)) {
    return properties.Error("RoutingConfig",
                            code::kProperty,
                            "RoutingConfig is {AdditionalVersionWeights: [{FunctionVersion, "
                            "FunctionWeight}]} with one weight from 0 to 1");
  }
  alias.other_version = *ScalarText(*version);
  alias.other_weight = part;
}

}  // namespace pawl::templates
