#include "workers/worker_settings.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "workers/invocation.h"

namespace pawl::workers {
namespace {

constexpr std::uint32_t kDrainSecondsMax = 24 * 60 * 60;
constexpr std::size_t kWorkerNameBytesMax = 256;

using TextMember = std::string WorkerSettings::*;

WorkerSetting Text(std::string_view key,
                   std::string_view value_name,
                   std::string_view help,
                   TextMember member) {
  return {.key = key,
          .value_name = value_name,
          .help = help,
          .set = [member](WorkerSettings& settings, const std::string& text) -> Status {
            settings.*member = text;
            return {};
          },
          .get = [member](const WorkerSettings& settings) { return settings.*member; }};
}

Result<std::uint32_t> ParseNumber(const std::string& text, std::uint32_t max) {
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || value > max) {
    return InvalidArgument("'" + text + "' is not a whole number from 0 to " + std::to_string(max));
  }
  return value;
}

WorkerSetting Address() {
  WorkerSetting setting =
      Text("address", "HOST:PORT", "The server's gRPC address", &WorkerSettings::address);
  setting.set = [](WorkerSettings& settings, const std::string& text) -> Status {
    const std::size_t colon = text.rfind(':');
    const Result<std::uint32_t> port = colon == std::string::npos || colon == 0
                                           ? Result<std::uint32_t>(InvalidArgument("no port"))
                                           : ParseNumber(text.substr(colon + 1), 65'535);
    if (!port.ok() || *port == 0) {
      return InvalidArgument("'" + text + "' is not HOST:PORT, such as 127.0.0.1:7600");
    }
    settings.address = text;
    return {};
  };
  return setting;
}

WorkerSetting Name() {
  WorkerSetting setting =
      Text("name", "NAME", "What people see; host and process by default", &WorkerSettings::name);
  setting.set = [](WorkerSettings& settings, const std::string& text) -> Status {
    if (text.size() > kWorkerNameBytesMax) {
      return InvalidArgument("has " + std::to_string(text.size()) + " bytes; at most " +
                             std::to_string(kWorkerNameBytesMax) + " are allowed");
    }
    settings.name = text;
    return {};
  };
  return setting;
}

WorkerSetting Concurrency() {
  return {
      .key = "concurrency",
      .value_name = "N",
      .help = "Tasks of one function at once, where it does not say; 0 is one a processor",
      .set = [](WorkerSettings& settings, const std::string& text) -> Status {
        ASSIGN_OR_RETURN(settings.concurrency, ParseNumber(text, kConcurrencyMax));
        return {};
      },
      .get = [](const WorkerSettings& settings) { return std::to_string(settings.concurrency); }};
}

WorkerSetting DrainTimeout() {
  return {.key = "drain_timeout",
          .value_name = "SECONDS",
          .help = "How long running functions may take to finish when the worker is to end",
          .set = [](WorkerSettings& settings, const std::string& text) -> Status {
            ASSIGN_OR_RETURN(const std::uint32_t seconds, ParseNumber(text, kDrainSecondsMax));
            settings.drain_timeout = std::chrono::seconds(seconds);
            return {};
          },
          .get =
              [](const WorkerSettings& settings) {
                return std::to_string(settings.drain_timeout.count());
              }};
}

WorkerSetting Aws() {
  return {
      .key = "aws",
      .value_name = "auto|off",
      .help = "Call AWS services for Task states, where the interpreter has boto3",
      .set = [](WorkerSettings& settings, const std::string& text) -> Status {
        if (text != "auto" && text != "off") {
          return InvalidArgument("'" + text + "' is neither 'auto' nor 'off'");
        }
        settings.calls_aws = text == "auto";
        return {};
      },
      .get = [](const WorkerSettings& settings) { return settings.calls_aws ? "auto" : "off"; }};
}

WorkerSetting DeployedFunctionsSetting() {
  return {
      .key = "deployed_functions",
      .value_name = "on|off",
      .help = "Run the functions that are deployed to the server too",
      .set = [](WorkerSettings& settings, const std::string& text) -> Status {
        if (text != "on" && text != "off") {
          return InvalidArgument("'" + text + "' is neither 'on' nor 'off'");
        }
        settings.takes_deployed = text == "on";
        return {};
      },
      .get = [](const WorkerSettings& settings) { return settings.takes_deployed ? "on" : "off"; }};
}

using FileValues = std::map<std::string, std::pair<int, std::string>, std::less<>>;

Result<FileValues> ReadMapping(const YAML::Node& root, const std::string& file_name) {
  FileValues values;
  if (root.IsNull()) return values;
  const auto error = [&file_name](const YAML::Node& node, const std::string& message) {
    return InvalidArgument(file_name + ":" + std::to_string(node.Mark().line + 1) + ": " + message);
  };
  if (!root.IsMap()) return error(root, "expected settings such as 'functions: ./functions'");
  const std::span<const WorkerSetting> all = AllWorkerSettings();
  for (const auto& entry : root) {
    if (!entry.first.IsScalar()) return error(entry.first, "expected the name of a setting");
    const std::string& key = entry.first.Scalar();
    if (std::none_of(all.begin(), all.end(), [&key](const auto& s) { return s.key == key; })) {
      std::string keys;
      for (const WorkerSetting& setting : all)
        keys += (keys.empty() ? "" : ", ") + std::string(setting.key);
      return error(entry.first, "unknown setting '" + key + "'; the settings are " + keys);
    }
    if (!entry.second.IsScalar()) return error(entry.first, key + ": expected one value");
    const auto value = std::pair(entry.first.Mark().line + 1, entry.second.Scalar());
    if (!values.emplace(key, value).second) return error(entry.first, key + " is set twice");
  }
  return values;
}

Result<FileValues> ReadSettingsFile(const WorkerSettingSources& sources) {
  try {
    return ReadMapping(YAML::Load(sources.file_text), sources.file_name);
  } catch (const YAML::Exception& exception) {
    return InvalidArgument(sources.file_name + ":" + std::to_string(exception.mark.line + 1) +
                           ": not YAML: " + exception.msg);
  }
}

Status SetFrom(WorkerSettings& settings,
               const WorkerSetting& setting,
               const std::string& text,
               const std::string& place) {
  const Status status = setting.set(settings, text);
  if (status.ok()) return status;
  return InvalidArgument(place + ": " + status.message(), std::string(setting.key));
}

}  // namespace

std::string WorkerSetting::Flag() const {
  std::string flag = "--" + std::string(key);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

std::string WorkerSetting::EnvironmentName() const {
  std::string name = "PAWL_";
  for (const char c : key)
    name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

std::span<const WorkerSetting> AllWorkerSettings() {
  static const std::vector<WorkerSetting> all = {
      Text("functions",
           "DIR",
           "Functions of its own: DIR/NAME.py with handler or lambda_handler, or DIR/pawl.yaml",
           &WorkerSettings::functions),
      DeployedFunctionsSetting(),
      Text("code_cache",
           "DIR",
           "Where the code of deployed functions is kept, for other workers too; by default below "
           "XDG_CACHE_HOME or ~/.cache",
           &WorkerSettings::code_cache),
      Address(),
      Name(),
      Text("namespace", "NAME", "The namespace to work for", &WorkerSettings::namespace_name),
      Concurrency(),
      DrainTimeout(),
      Aws(),
      Text("http_tasks",
           "FILE",
           "Run HTTP tasks (http:invoke) to the endpoints that FILE allows; off without it",
           &WorkerSettings::http_tasks),
      Text("python", "FILE", "The interpreter, 3.9 or newer", &WorkerSettings::python),
      Text("python_path",
           "DIR",
           "Where the Python package 'pawl' is; by default the one installed with the program",
           &WorkerSettings::python_path),
  };
  return all;
}

Result<WorkerSettings> LoadWorkerSettings(const WorkerSettingSources& sources) {
  ASSIGN_OR_RETURN(const FileValues file, ReadSettingsFile(sources));
  WorkerSettings settings;
  for (const WorkerSetting& setting : AllWorkerSettings()) {
    // All that is given is checked, also where something else goes before it.
    if (const auto value = file.find(setting.key); value != file.end()) {
      const auto& [line, text] = value->second;
      const std::string place =
          sources.file_name + ":" + std::to_string(line) + ": " + std::string(setting.key);
      RETURN_IF_ERROR(SetFrom(settings, setting, text, place));
    }
    const std::string name = setting.EnvironmentName();
    if (const std::optional<std::string> text = sources.environment(name)) {
      RETURN_IF_ERROR(SetFrom(settings, setting, *text, name));
    }
    if (const auto text = sources.flags.find(setting.key); text != sources.flags.end()) {
      RETURN_IF_ERROR(SetFrom(settings, setting, text->second, setting.Flag()));
    }
  }
  if (settings.functions.empty() && !settings.takes_deployed) {
    return InvalidArgument(
        "no functions: pass --functions DIR, a directory of Python files, or leave "
        "--deployed-functions on",
        "functions");
  }
  return settings;
}

}  // namespace pawl::workers
