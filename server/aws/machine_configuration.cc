#include "server/aws/machine_configuration.h"

#include <array>

#include "engine/json/arena.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"
#include "server/aws/api_error.h"

namespace pawl::aws {
namespace {

struct Configuration {
  std::string_view name;
  std::string_view otherwise;
};

constexpr std::string_view kLogging = "loggingConfiguration";
constexpr std::string_view kEncryption = "encryptionConfiguration";
constexpr std::array<Configuration, 3> kConfigurations = {{
    {kLogging, R"({"level":"OFF","includeExecutionData":false})"},
    {"tracingConfiguration", R"({"enabled":false})"},
    {kEncryption, R"({"type":"AWS_OWNED_KEY"})"},
}};

Status CheckLogging(const ApiInput& logging) {
  const std::string level = logging.Text("level").value_or("OFF");
  const json::Value destinations = logging.Value("destinations");
  const std::size_t count = destinations.is_array() ? destinations.items().size() : 0;
  if (count == 1 || (count == 0 && level == "OFF")) return {};
  return Refusal("InvalidLoggingConfiguration",
                 "Invalid Logging Configuration: Must specify exactly one Log Destination.");
}

Status CheckConfigurations(const ApiInput& input) {
  if (input.Has(kLogging)) RETURN_IF_ERROR(CheckLogging(ApiInput(input.Value(kLogging))));
  return CheckEncryption(input);
}

// What was kept, or null. A text that is no JSON was not written here.
json::Value Kept(std::string_view text, json::Arena& arena) {
  if (text.empty()) return {};
  const auto parsed = json::Parse(text, arena);
  return parsed.ok() ? *parsed : json::Value();
}

// AWS fills in what a configuration leaves out.
void WriteLogging(std::string& out, const ApiInput& logging) {
  JsonFields fields(out);
  fields.Text("level", logging.Text("level").value_or("OFF"));
  fields.Boolean("includeExecutionData", logging.Boolean("includeExecutionData", false));
  if (!logging.Has("destinations")) return;
  fields.Begin("destinations");
  json::WriteTo(out, logging.Value("destinations"));
}

}  // namespace

Status CheckEncryption(const ApiInput& input) {
  if (!input.Has(kEncryption)) return {};
  const ApiInput encryption(input.Value(kEncryption));
  if (encryption.Text("type") != "CUSTOMER_MANAGED_KMS_KEY" || encryption.Has("kmsKeyId"))
    return {};
  return Refusal("InvalidEncryptionConfiguration",
                 "Invalid Encryption Configuration: kmsKeyId must be specified when type is "
                 "CUSTOMER_MANAGED_KMS_KEY");
}

bool NamesConfiguration(const ApiInput& input) {
  for (const Configuration& configuration : kConfigurations) {
    if (input.Has(configuration.name)) return true;
  }
  return false;
}

Result<std::optional<std::string>> ConfigurationOf(const ApiInput& input, std::string_view kept) {
  RETURN_IF_ERROR(CheckConfigurations(input));
  if (!NamesConfiguration(input)) return std::optional<std::string>();
  json::Arena arena;
  const ApiInput before(Kept(kept, arena));
  std::string text;
  {
    JsonFields fields(text);
    for (const Configuration& configuration : kConfigurations) {
      const ApiInput& source = input.Has(configuration.name) ? input : before;
      if (!source.Has(configuration.name)) continue;
      fields.Begin(configuration.name);
      json::WriteTo(text, source.Value(configuration.name));
    }
  }
  return std::optional(std::move(text));
}

void WriteConfiguration(std::string& out, JsonFields& fields, std::string_view kept) {
  json::Arena arena;
  const ApiInput configurations(Kept(kept, arena));
  for (const Configuration& configuration : kConfigurations) {
    fields.Begin(configuration.name);
    if (!configurations.Has(configuration.name)) {
      out += configuration.otherwise;
    } else if (configuration.name == kLogging) {
      WriteLogging(out, ApiInput(configurations.Value(kLogging)));
    } else {
      json::WriteTo(out, configurations.Value(configuration.name));
    }
  }
}

}  // namespace pawl::aws
