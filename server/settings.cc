#include "server/settings.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "engine/base/ascii.h"
#include "server/access_keys.h"
#include "server/listen_address.h"
#include "server/setting_values.h"

namespace pawl::server {
namespace {

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kGiB = 1024 * kMiB;
constexpr std::array<std::string_view, 6> kLogLevels = {
    "trace", "debug", "info", "warn", "error", "off"};

// What every setting has.
struct Words {
  std::string_view key;
  std::string_view value_name;
  std::string_view help;
};

constexpr double kWaitTimeScaleMax = 1000;

// Finds the member of Settings that a setting is about.
template <typename T>
using Member = T& (*)(Settings&);

template <typename T>
const T& Read(Member<T> member, const Settings& settings) {
  return member(const_cast<Settings&>(settings));
}

Setting Text(Words words, Member<std::string> member) {
  return {.key = words.key,
          .value_name = words.value_name,
          .help = words.help,
          .set = [member](Settings& settings, std::string_view text) -> Status {
            member(settings) = text;
            return {};
          },
          .get = [member](const Settings& settings) { return Read(member, settings); }};
}

// Part of an ARN.
Setting ArnPart(Words words, Member<std::string> member) {
  Setting setting = Text(words, member);
  setting.set = [member](Settings& settings, std::string_view text) -> Status {
    const bool is_fit =
        !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) {
          return IsLower(c) || IsDigit(c) || c == '-';
        });
    if (!is_fit) {
      return InvalidArgument(
          fmt::format("'{}' is not 1 to 32 lower-case letters, digits and hyphens", text));
    }
    member(settings) = text;
    return {};
  };
  return setting;
}

Setting Switch(Words words, Member<bool> member) {
  return {.key = words.key,
          .value_name = words.value_name,
          .help = words.help,
          .set = [member](Settings& settings, std::string_view text) -> Status {
            ASSIGN_OR_RETURN(member(settings), ParseBoolean(text));
            return {};
          },
          .get = [member](const Settings& settings) -> std::string {
            return Read(member, settings) ? "true" : "false";
          }};
}

template <typename T>
Setting Number(Words words, IntegerRange range, Member<T> member) {
  return {
      .key = words.key,
      .value_name = words.value_name,
      .help = words.help,
      .set = [member, range](Settings& settings, std::string_view text) -> Status {
        ASSIGN_OR_RETURN(const std::uint64_t value, ParseInteger(text, range));
        member(settings) = static_cast<T>(value);
        return {};
      },
      .get = [member](const Settings& settings) { return std::to_string(Read(member, settings)); }};
}

template <typename T>
Setting Size(Words words, IntegerRange range, Member<T> member) {
  return {.key = words.key,
          .value_name = words.value_name,
          .help = words.help,
          .set = [member, range](Settings& settings, std::string_view text) -> Status {
            ASSIGN_OR_RETURN(const std::uint64_t value, ParseByteCount(text, range));
            member(settings) = static_cast<T>(value);
            return {};
          },
          .get = [member](
                     const Settings& settings) { return FormatByteCount(Read(member, settings)); }};
}

Setting Time(Words words, Duration min, Member<Duration> member) {
  return {
      .key = words.key,
      .value_name = words.value_name,
      .help = words.help,
      .set = [member, min](Settings& settings, std::string_view text) -> Status {
        ASSIGN_OR_RETURN(member(settings), ParseDuration(text, min));
        return {};
      },
      .get = [member](const Settings& settings) { return FormatDuration(Read(member, settings)); }};
}

Setting Address(Words words,
                Result<ListenAddress> (*parse)(std::string_view),
                Member<std::string> member) {
  Setting setting = Text(words, member);
  setting.set = [parse, member](Settings& settings, std::string_view text) -> Status {
    ASSIGN_OR_RETURN(const ListenAddress address, parse(text));
    member(settings) = fmt::format("{}:{}", address.host, address.port);
    return {};
  };
  return setting;
}

Setting Account(Words words, Member<std::string> member) {
  Setting setting = Text(words, member);
  setting.set = [member](Settings& settings, std::string_view text) -> Status {
    const bool is_number =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!is_number || text.size() != 12) {
      return InvalidArgument(fmt::format("'{}' is no AWS account: that has 12 digits", text));
    }
    member(settings) = text;
    return {};
  };
  return setting;
}

Setting AccessKeys(Words words, Member<std::string> member) {
  Setting setting = Text(words, member);
  setting.set = [member](Settings& settings, std::string_view text) -> Status {
    ASSIGN_OR_RETURN(const aws::AccessKeys keys, ParseAccessKeys(text));
    if (keys.empty() && !text.empty()) {
      return InvalidArgument("there is no access key in it; ID:SECRET would be right");
    }
    member(settings) = text;
    return {};
  };
  return setting;
}

// That Step Functions Local reads from `variable`.
Setting FromLocal(std::string_view variable, Setting setting) {
  setting.local_variable = variable;
  return setting;
}

Setting WaitTimeScale() {
  return {.key = "wait_time_scale",
          .value_name = "FACTOR",
          .help = "By how much the seconds of Wait states are multiplied: 0.01 makes a trial quick",
          .set = [](Settings& settings, std::string_view text) -> Status {
            ASSIGN_OR_RETURN(settings.engine.wait_time_scale, ParseFactor(text, kWaitTimeScaleMax));
            return OkStatus();
          },
          .get =
              [](const Settings& settings) {
                return fmt::format("{}", settings.engine.wait_time_scale);
              }};
}

Setting LogLevel() {
  Setting setting =
      Text({"log_level",
            "LEVEL",
            "What the log on standard error tells: trace, debug, info, warn, error, off"},
           [](Settings& s) -> std::string& { return s.log_level; });
  setting.set = [](Settings& settings, std::string_view text) -> Status {
    if (std::find(kLogLevels.begin(), kLogLevels.end(), text) == kLogLevels.end()) {
      return InvalidArgument(
          fmt::format("'{}' is none of trace, debug, info, warn, error, off", text));
    }
    settings.log_level = text;
    return {};
  };
  return setting;
}

std::vector<Setting> ServerSettings() {
  return {
      Text({"data_dir", "DIR", "Where executions are kept; made if absent"},
           [](Settings& s) -> std::string& { return s.engine.data_dir; }),
      Switch({"in_memory", "", "Keep executions in memory only: all is gone when the server ends"},
             [](Settings& s) -> bool& { return s.is_in_memory; }),
      Text({"objects_directory",
            "DIR",
            "Where the buckets of Maps' ItemReader and ResultWriter are: a subdirectory for each"},
           [](Settings& s) -> std::string& { return s.engine.objects_directory; }),
      Address({"grpc_address",
               "HOST:PORT",
               "Where gRPC listens: a loopback address; port 0 picks a free port and prints it"},
              ParseListenAddress,
              [](Settings& s) -> std::string& { return s.grpc_address; }),
      Address({"http_address",
               "HOST:PORT",
               "Where the AWS API is served over HTTP; port 0 as above. A loopback address, or any "
               "with aws_access_keys"},
              ParseAnyListenAddress,
              [](Settings& s) -> std::string& { return s.http_address; }),
      AccessKeys({"aws_access_keys",
                  "KEYS",
                  "Who may call the AWS API: ID:SECRET, several with commas between them; others "
                  "on the machine see flags, so better the environment or a file"},
                 [](Settings& s) -> std::string& { return s.aws_access_keys; }),
      Text({"aws_access_keys_file", "FILE", "A file with access keys, a line ID:SECRET for each"},
           [](Settings& s) -> std::string& { return s.aws_access_keys_file; }),
      FromLocal(
          "SFN_MOCK_CONFIG",
          Text({"mock_config",
                "FILE",
                "What tasks give in executions that are tests (stateMachine:NAME#TESTCASE): a "
                "mock configuration of Step Functions Local"},
               [](Settings& s) -> std::string& { return s.mock_config; })),
      FromLocal(
          "LAMBDA_ENDPOINT",
          Text({"lambda_endpoint",
                "URL",
                "Where tasks call functions, in place of the workers' own: the AWS Lambda API, "
                "http://127.0.0.1:3001 of `sam local start-lambda`; a worker with boto3 calls"},
               [](Settings& s) -> std::string& { return s.engine.lambda_endpoint; })),
      FromLocal("WAIT_TIME_SCALE", WaitTimeScale()),
      LogLevel(),
  };
}

std::vector<Setting> ObjectStoreSettingList() {
  return {
      Text({"objects_s3_endpoint",
            "URL",
            "The S3 or compatible store of Maps' buckets, in place of a directory: "
            "https://s3.eu-west-1.amazonaws.com"},
           [](Settings& s) -> std::string& { return s.objects_s3.endpoint; }),
      Text({"objects_s3_region", "NAME", "The region that requests to it are signed for"},
           [](Settings& s) -> std::string& { return s.objects_s3.region; }),
      Text({"objects_s3_access_key_id", "ID", "The access key that they are signed with"},
           [](Settings& s) -> std::string& { return s.objects_s3.access_key_id; }),
      Text({"objects_s3_secret_access_key",
            "SECRET",
            "The key's secret; others on the machine see flags, so better the environment or a "
            "file"},
           [](Settings& s) -> std::string& { return s.objects_s3.secret_access_key; }),
      Text({"objects_s3_secret_access_key_file", "FILE", "A file that holds the key's secret"},
           [](Settings& s) -> std::string& { return s.objects_s3.secret_access_key_file; }),
      Switch({"objects_s3_path_style",
              "",
              "Address buckets by path (https://HOST/BUCKET), as stores other than AWS want it"},
             [](Settings& s) -> bool& { return s.objects_s3.is_path_style; }),
  };
}

std::vector<Setting> EngineSettings() {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  return {
      Number<int>({"executors", "N", "Threads that run executions; 0 is half of the processors"},
                  {0, 1024},
                  [](Settings& s) -> int& { return s.engine.executors; }),
      Time({"function_grace",
            "TIME",
            "How long a task waits for a function that no worker ever announced before it fails"},
           Duration(0),
           [](Settings& s) -> Duration& { return s.engine.function_grace; }),
      Time({"reconnect_window",
            "TIME",
            "How long tasks of a worker that went away wait for it before others get them"},
           Duration(0),
           [](Settings& s) -> Duration& { return s.engine.reconnect_window; }),
      Time({"retention", "TIME", "How long closed executions are kept"},
           seconds(1),
           [](Settings& s) -> Duration& { return s.engine.retention; }),
      Number<std::size_t>({"inbox_messages_max",
                           "N",
                           "Starts are refused while this many messages wait to be taken"},
                          {1000, 100'000'000},
                          [](Settings& s) -> std::size_t& { return s.engine.inbox_messages_max; }),
      Size<std::size_t>({"resident_bytes_max",
                         "SIZE",
                         "Memory for executions at hand; idle ones leave it when it is full"},
                        {kMiB, 1024 * kGiB},
                        [](Settings& s) -> std::size_t& { return s.engine.resident_bytes_max; }),
      Size<std::uint64_t>(
          {"disk_soft_reserve_bytes",
           "SIZE",
           "Free disk space below which starts and deployments are refused"},
          {0, 1024 * kGiB},
          [](Settings& s) -> std::uint64_t& { return s.engine.disk_soft_reserve_bytes; }),
      Size<std::uint64_t>(
          {"disk_hard_reserve_bytes",
           "SIZE",
           "Free disk space below which completions are refused too (workers keep them)"},
          {0, 1024 * kGiB},
          [](Settings& s) -> std::uint64_t& { return s.engine.disk_hard_reserve_bytes; }),
  };
}

std::vector<Setting> LimitSettings() {
  using std::chrono::seconds;
  return {
      Size<std::size_t>(
          {"payload_bytes_max", "SIZE", "The largest input, output or result"},
          {kKiB, 64 * kMiB},
          [](Settings& s) -> std::size_t& { return s.engine.limits.payload_bytes_max; }),
      Number<std::uint32_t>(
          {"history_events_max", "N", "The most events of one execution"},
          {100, 100'000'000},
          [](Settings& s) -> std::uint32_t& { return s.engine.limits.history_events_max; }),
      Size<std::size_t>(
          {"definition_bytes_max", "SIZE", "The longest definition"},
          {kKiB, 64 * kMiB},
          [](Settings& s) -> std::size_t& { return s.engine.limits.definition_bytes_max; }),
      Number<std::uint32_t>(
          {"inline_map_concurrency",
           "N",
           "Iterations of a Map that run at once where its MaxConcurrency is 0"},
          {1, 10'000},
          [](Settings& s) -> std::uint32_t& { return s.engine.limits.inline_map_concurrency; }),
      Number<std::uint32_t>(
          {"distributed_map_concurrency",
           "N",
           "Executions of a distributed Map that are open at once where it asks for more"},
          {1, 1'000'000},
          [](Settings& s) -> std::uint32_t& {
            return s.engine.limits.distributed_map_concurrency;
          }),
      Size<std::size_t>(
          {"variable_bytes_max", "SIZE", "The largest value of a variable"},
          {kKiB, 64 * kMiB},
          [](Settings& s) -> std::size_t& { return s.engine.limits.variable_bytes_max; }),
      Size<std::size_t>(
          {"assign_bytes_max", "SIZE", "All values of one Assign together"},
          {kKiB, 64 * kMiB},
          [](Settings& s) -> std::size_t& { return s.engine.limits.assign_bytes_max; }),
      Size<std::size_t>(
          {"variables_bytes_max", "SIZE", "All variables that a state sees together"},
          {kKiB, kGiB},
          [](Settings& s) -> std::size_t& { return s.engine.limits.variables_bytes_max; }),
      Time({"execution_duration_max", "TIME", "How long an execution may take"},
           seconds(1),
           [](Settings& s) -> Duration& { return s.engine.limits.execution_duration_max; }),
      Time({"express_duration_max", "TIME", "How long an EXPRESS execution may take"},
           seconds(1),
           [](Settings& s) -> Duration& { return s.engine.limits.express_duration_max; }),
      Time({"redrive_period", "TIME", "How long after its end an execution can be redriven"},
           seconds(0),
           [](Settings& s) -> Duration& { return s.engine.limits.redrive_period; }),
      Number<std::uint32_t>(
          {"turn_transitions_max",
           "N",
           "Transitions of one execution before others have their turn"},
          {1, 10'000},
          [](Settings& s) -> std::uint32_t& { return s.engine.limits.turn_transitions_max; }),
      Size<std::size_t>(
          {"turn_history_bytes_max",
           "SIZE",
           "History of one execution before others have their turn"},
          {kKiB, 64 * kMiB},
          [](Settings& s) -> std::size_t& { return s.engine.limits.turn_history_bytes_max; }),
      ArnPart({"aws_partition", "NAME", "The partition in ARNs"},
              [](Settings& s) -> std::string& { return s.engine.arns.partition; }),
      ArnPart({"aws_region", "NAME", "The region in ARNs"},
              [](Settings& s) -> std::string& { return s.engine.arns.region; }),
      Account({"aws_account", "NUMBER", "The account in ARNs: 12 digits"},
              [](Settings& s) -> std::string& { return s.engine.arns.account; }),
  };
}

const Setting* FindSetting(std::string_view key) {
  const std::span<const Setting> all = AllSettings();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Setting& s) { return s.key == key; });
  return found == all.end() ? nullptr : &*found;
}

std::string AllKeys() {
  std::string keys;
  for (const Setting& setting : AllSettings()) {
    if (!keys.empty()) keys += ", ";
    keys += setting.key;
  }
  return keys;
}

// The scalars of the file by key, each with the line it stands in.
using FileValues = std::map<std::string, std::pair<int, std::string>, std::less<>>;

Result<FileValues> ReadMapping(const YAML::Node& root, const std::string& file_name) {
  FileValues values;
  // A file of comments only.
  if (root.IsNull()) return values;
  const auto error = [&](const YAML::Node& node, const std::string& message) {
    return InvalidArgument(fmt::format("{}:{}: {}", file_name, node.Mark().line + 1, message));
  };
  if (!root.IsMap()) return error(root, "expected settings such as 'data_dir: /var/lib/pawl'");
  for (const auto& entry : root) {
    if (!entry.first.IsScalar()) return error(entry.first, "expected the name of a setting");
    const std::string& key = entry.first.Scalar();
    if (FindSetting(key) == nullptr) {
      return error(entry.first,
                   fmt::format("unknown setting '{}'; the settings are {}", key, AllKeys()));
    }
    if (!entry.second.IsScalar()) {
      return error(entry.first, fmt::format("{}: expected one value", key));
    }
    const auto value = std::pair(entry.first.Mark().line + 1, entry.second.Scalar());
    if (!values.emplace(key, value).second) {
      return error(entry.first, fmt::format("{} is set twice", key));
    }
  }
  return values;
}

Result<FileValues> ReadFile(const SettingSources& sources) {
  try {
    return ReadMapping(YAML::Load(sources.file_text), sources.file_name);
  } catch (const YAML::Exception& exception) {
    return InvalidArgument(fmt::format(
        "{}:{}: not YAML: {}", sources.file_name, exception.mark.line + 1, exception.msg));
  }
}

Status SetFrom(Settings& settings,
               const Setting& setting,
               std::string_view text,
               const std::string& place) {
  const Status status = setting.set(settings, text);
  if (status.ok()) return status;
  return InvalidArgument(place + ": " + status.message(), std::string(setting.key));
}

Status CheckObjectStore(const Settings& settings) {
  const ObjectStoreSettings& s3 = settings.objects_s3;
  const bool has_secret = !s3.secret_access_key.empty() || !s3.secret_access_key_file.empty();
  if (s3.endpoint.empty()) {
    if (s3.access_key_id.empty() && !has_secret && !s3.is_path_style) return {};
    return InvalidArgument("settings of an S3 store without objects_s3_endpoint; set it too",
                           "objects_s3_endpoint");
  }
  if (!settings.engine.objects_directory.empty()) {
    return InvalidArgument(
        fmt::format("objects_directory ('{}') and objects_s3_endpoint ('{}') at once; set one of "
                    "them",
                    settings.engine.objects_directory,
                    s3.endpoint),
        "objects_s3_endpoint");
  }
  if (s3.access_key_id.empty() || !has_secret) {
    return InvalidArgument(
        "objects_s3_endpoint without credentials; set objects_s3_access_key_id, and "
        "objects_s3_secret_access_key or objects_s3_secret_access_key_file",
        "objects_s3_access_key_id");
  }
  if (!s3.secret_access_key.empty() && !s3.secret_access_key_file.empty()) {
    return InvalidArgument(
        "objects_s3_secret_access_key and objects_s3_secret_access_key_file at once; set one of "
        "them",
        "objects_s3_secret_access_key_file");
  }
  return {};
}

Status CheckHttpAddress(const Settings& settings) {
  ASSIGN_OR_RETURN(const ListenAddress address, ParseAnyListenAddress(settings.http_address));
  const bool has_keys = !settings.aws_access_keys.empty() || !settings.aws_access_keys_file.empty();
  if (has_keys || IsLoopback(address)) return {};
  return InvalidArgument(
      fmt::format("http_address ('{}') is not on the loopback interface, and there are no access "
                  "keys: set aws_access_keys or aws_access_keys_file, or use 127.0.0.1",
                  settings.http_address),
      "http_address");
}

Status CheckTogether(const Settings& settings) {
  RETURN_IF_ERROR(CheckObjectStore(settings));
  RETURN_IF_ERROR(CheckHttpAddress(settings));
  if (settings.engine.data_dir.empty() && !settings.is_in_memory) {
    return InvalidArgument("no data directory: pass --data-dir DIR, or --in-memory to keep nothing",
                           "data_dir");
  }
  if (!settings.engine.data_dir.empty() && settings.is_in_memory) {
    return InvalidArgument(
        fmt::format("a data directory ('{}') and in_memory at once; set one of them",
                    settings.engine.data_dir),
        "in_memory");
  }
  if (settings.engine.disk_hard_reserve_bytes > settings.engine.disk_soft_reserve_bytes) {
    return InvalidArgument(
        fmt::format("disk_hard_reserve_bytes ({}) is more than disk_soft_reserve_bytes ({})",
                    FormatByteCount(settings.engine.disk_hard_reserve_bytes),
                    FormatByteCount(settings.engine.disk_soft_reserve_bytes)),
        "disk_hard_reserve_bytes");
  }
  return {};
}

}  // namespace

std::string Setting::Flag() const {
  std::string flag = "--";
  for (const char character : key)
    flag += character == '_' ? '-' : character;
  return flag;
}

std::string Setting::EnvironmentName() const {
  std::string name = "PAWL_";
  for (const char character : key) {
    name +=
        character >= 'a' && character <= 'z' ? static_cast<char>(character - 'a' + 'A') : character;
  }
  return name;
}

std::span<const Setting> AllSettings() {
  static const std::vector<Setting> all = [] {
    std::vector<Setting> settings = ServerSettings();
    for (std::vector<Setting> more :
         {ObjectStoreSettingList(), EngineSettings(), LimitSettings()}) {
      std::move(more.begin(), more.end(), std::back_inserter(settings));
    }
    return settings;
  }();
  return all;
}

Result<Settings> LoadSettings(const SettingSources& sources) {
  ASSIGN_OR_RETURN(const FileValues file, ReadFile(sources));
  Settings settings;
  for (const Setting& setting : AllSettings()) {
    // All that is given is checked, also where something else goes before it.
    if (const auto value = file.find(setting.key); value != file.end()) {
      const auto& [line, text] = value->second;
      RETURN_IF_ERROR(SetFrom(
          settings, setting, text, fmt::format("{}:{}: {}", sources.file_name, line, setting.key)));
    }
    for (const std::string& name :
         {std::string(setting.local_variable), setting.EnvironmentName()}) {
      const auto text = name.empty() ? std::nullopt : sources.environment(name);
      if (text) RETURN_IF_ERROR(SetFrom(settings, setting, *text, name));
    }
    if (const auto text = sources.flags.find(setting.key); text != sources.flags.end()) {
      RETURN_IF_ERROR(SetFrom(settings, setting, text->second, setting.Flag()));
    }
  }
  RETURN_IF_ERROR(CheckTogether(settings));
  return settings;
}

}  // namespace pawl::server
