#include "server/lambda/function_configuration.h"

#include <array>
#include <string_view>
#include <utility>

#include "engine/expression/digest.h"
#include "engine/json/arena.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"
#include "server/aws/json_fields.h"
#include "server/lambda/lambda_error.h"

namespace pawl::lambda {
namespace {

using aws::ApiInput;
using aws::JsonFields;

constexpr std::string_view kVpc = "VpcConfig";
constexpr std::string_view kLayers = "Layers";
constexpr std::string_view kSnapStart = "SnapStart";
constexpr std::string_view kLogging = "LoggingConfig";

struct KeptMember {
  std::string_view name;
  // What AWS gives where the function has none; empty: nothing.
  std::string_view otherwise;
};

constexpr std::array<KeptMember, 10> kKept = {{{kVpc, ""},
                                               {"DeadLetterConfig", ""},
                                               {"KMSKeyArn", ""},
                                               {"TracingConfig", R"({"Mode":"PassThrough"})"},
                                               {kLayers, ""},
                                               {"FileSystemConfigs", ""},
                                               {"Architectures", R"(["x86_64"])"},
                                               {"EphemeralStorage", R"({"Size":512})"},
                                               {kSnapStart, R"({"ApplyOn":"None"})"},
                                               {kLogging, R"({"LogFormat":"Text"})"}}};

// A function with them would run otherwise than it does here.
constexpr std::array<std::string_view, 6> kUnsupportedMembers = {"CapacityProviderConfig",
                                                                 "CodeSigningConfigArn",
                                                                 "DurableConfig",
                                                                 "ImageConfig",
                                                                 "PublishTo",
                                                                 "TenancyConfig"};

// What was kept, or null. A text that is no JSON was not written here.
json::Value Kept(std::string_view text, json::Arena& arena) {
  if (text.empty()) return {};
  const auto parsed = json::Parse(text, arena);
  return parsed.ok() ? *parsed : json::Value();
}

// `before` with the members that `input` has, and without those whose value is "".
std::string MergeKept(const ApiInput& input, const std::string& before) {
  json::Arena arena;
  const ApiInput kept(Kept(before, arena));
  std::string text;
  {
    JsonFields fields(text);
    for (const KeptMember& member : kKept) {
      const ApiInput& source = input.Has(member.name) ? input : kept;
      if (!source.Has(member.name) || source.Text(member.name) == "") continue;
      fields.Begin(member.name);
      json::WriteTo(text, source.Value(member.name));
    }
  }
  return text;
}

Status CheckSupported(const ApiInput& input) {
  for (const std::string_view name : kUnsupportedMembers) {
    const json::Value value = input.Value(name);
    const bool says_nothing = value.is_null() || (value.is_object() && value.members().empty());
    if (!says_nothing) return InvalidValue(std::string(name) + " is not supported");
  }
  if (input.Text("PackageType") != "Image") return {};
  return InvalidValue("PackageType Image is not supported; Zip would be right");
}

void WriteVpc(std::string& out, const ApiInput& vpc) {
  JsonFields fields(out);
  for (const char* name : {"SubnetIds", "SecurityGroupIds"}) {
    fields.Begin(name);
    const json::Value ids = vpc.Value(name);
    out += ids.is_array() ? json::Write(ids) : "[]";
  }
  fields.Text("VpcId", "");
  fields.Boolean("Ipv6AllowedForDualStack", vpc.Boolean("Ipv6AllowedForDualStack", false));
}

// Given as ARNs, shown as objects.
void WriteLayers(std::string& out, json::Value layers) {
  out += '[';
  if (layers.is_array()) {
    for (const json::Value& layer : layers.items()) {
      if (out.back() != '[') out += ',';
      JsonFields fields(out);
      fields.Text("Arn", layer.is_string() ? layer.string() : "");
      fields.Number("CodeSize", 0);
    }
  }
  out += ']';
}

void WriteSnapStart(std::string& out, const ApiInput& snap_start) {
  JsonFields fields(out);
  fields.Text("ApplyOn", snap_start.Text("ApplyOn").value_or("None"));
  fields.Text("OptimizationStatus", "Off");
}

void WriteLogging(std::string& out, const ApiInput& logging, const std::string& function) {
  JsonFields fields(out);
  fields.Text("LogFormat", logging.Text("LogFormat").value_or("Text"));
  for (const char* name : {"ApplicationLogLevel", "SystemLogLevel"})
    fields.Text(name, logging.Text(name));
  fields.Text("LogGroup", logging.Text("LogGroup").value_or("/aws/lambda/" + function));
}

void WriteKeptMember(std::string& out,
                     std::string_view name,
                     json::Value value,
                     const std::string& function) {
  if (name == kVpc) return WriteVpc(out, ApiInput(value));
  if (name == kLayers) return WriteLayers(out, value);
  if (name == kSnapStart) return WriteSnapStart(out, ApiInput(value));
  if (name == kLogging) return WriteLogging(out, ApiInput(value), function);
  json::WriteTo(out, value);
}

void WriteKept(std::string& out, JsonFields& fields, const FunctionInfo& function) {
  json::Arena arena;
  const ApiInput kept(Kept(function.configuration.other, arena));
  for (const KeptMember& member : kKept) {
    json::Value value = kept.Value(member.name);
    if (value.is_null()) value = Kept(member.otherwise, arena);
    if (value.is_null()) continue;
    fields.Begin(member.name);
    WriteKeptMember(out, member.name, value, function.name);
  }
}

void WriteEnvironment(std::string& out,
                      JsonFields& fields,
                      const std::map<std::string, std::string>& variables) {
  if (variables.empty()) return;
  fields.Begin("Environment");
  JsonFields environment(out);
  environment.Begin("Variables");
  out += '{';
  for (const auto& [name, value] : variables) {
    if (out.back() != '{') out += ',';
    json::WriteStringTo(out, name);
    out += ':';
    json::WriteStringTo(out, value);
  }
  out += '}';
}

// "2026-11-20T10:00:00.123+0000".
std::string LastModified(Timestamp time) {
  std::string text = FormatTimestamp(time);
  text.pop_back();
  return text + "+0000";
}

void WriteState(JsonFields& fields) {
  fields.Text("State", "Active");
  fields.Text("LastUpdateStatus", "Successful");
}

}  // namespace

Result<FunctionConfiguration> ConfigurationIn(const ApiInput& input, FunctionConfiguration before) {
  RETURN_IF_ERROR(CheckSupported(input));
  FunctionConfiguration configuration = std::move(before);
  const auto take = [&input](const char* name, std::string& into) {
    if (auto text = input.Text(name)) into = *std::move(text);
  };
  take("Handler", configuration.handler);
  take("Description", configuration.description);
  take("Runtime", configuration.runtime);
  take("Role", configuration.role);
  if (const auto seconds = input.Integer("Timeout")) {
    configuration.timeout_seconds = static_cast<std::uint32_t>(*seconds);
  }
  if (const auto megabytes = input.Integer("MemorySize")) {
    configuration.memory_mb = static_cast<std::uint32_t>(*megabytes);
  }
  if (input.Has("Environment")) {
    configuration.environment.clear();
    const json::Value variables = ApiInput(input.Value("Environment")).Value("Variables");
    if (variables.is_object()) {
      for (const json::Member& variable : variables.members())
        configuration.environment.emplace(variable.name, variable.value.string());
    }
  }
  configuration.other = MergeKept(input, configuration.other);
  return configuration;
}

void WriteFunction(std::string& out, const FunctionInfo& function, Listing listing) {
  const FunctionConfiguration& configuration = function.configuration;
  JsonFields fields(out);
  fields.Text("FunctionName", function.name);
  fields.Text("FunctionArn", function.arn);
  if (!configuration.runtime.empty()) fields.Text("Runtime", configuration.runtime);
  if (!configuration.role.empty()) fields.Text("Role", configuration.role);
  if (!configuration.handler.empty()) fields.Text("Handler", configuration.handler);
  fields.Number("CodeSize", static_cast<std::int64_t>(function.code_bytes));
  fields.Text("Description", configuration.description);
  fields.Number("Timeout", configuration.timeout_seconds);
  fields.Number("MemorySize", configuration.memory_mb);
  fields.Text("LastModified", LastModified(function.updated_at));
  if (!function.code_sha256.empty()) {
    fields.Text("CodeSha256", expression::EncodeBase64(function.code_sha256));
  }
  fields.Text("Version", function.version);
  WriteEnvironment(out, fields, configuration.environment);
  if (!function.revision_id.empty()) fields.Text("RevisionId", function.revision_id);
  if (listing == Listing::kWhole) WriteState(fields);
  fields.Text("PackageType", "Zip");
  WriteKept(out, fields, function);
}

}  // namespace pawl::lambda
