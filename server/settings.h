// The settings of `pawl server`: one table gives each its flag, its environment variable, its key
// in the configuration file, its help and its default.
//
// A flag goes before the environment, that before the file, that before the default.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/runtime/engine.h"

namespace pawl::server {

// An object store that speaks S3, in place of a directory.
struct ObjectStoreSettings {
  // Empty: there is none.
  std::string endpoint = {};
  std::string region = "us-east-1";
  std::string access_key_id = {};
  std::string secret_access_key = {};
  // Holds the secret, in place of the one above; white space around it is dropped.
  std::string secret_access_key_file = {};
  bool is_path_style = false;
};

struct Settings {
  std::string grpc_address = "127.0.0.1:7600";
  // The port of Step Functions Local.
  std::string http_address = "127.0.0.1:8083";
  // See ParseAccessKeys; the file holds more of them.
  std::string aws_access_keys = {};
  std::string aws_access_keys_file = {};
  // See MockConfiguration; empty: none.
  std::string mock_config = {};
  bool is_in_memory = false;
  // trace, debug, info, warn, error or off.
  std::string log_level = "info";
  ObjectStoreSettings objects_s3;
  EngineOptions engine;
};

struct Setting {
  // As in the file, "data_dir"; --data-dir and PAWL_DATA_DIR follow from it.
  std::string_view key;
  // What kind of value it takes, "DIR"; empty for a switch, whose flag needs no value.
  std::string_view value_name;
  std::string_view help;
  // The error says what was found and what would be right, but not where.
  std::function<Status(Settings&, std::string_view text)> set;
  // In the form that `set` takes.
  std::function<std::string(const Settings&)> get;
  // The variable that Step Functions Local reads it from; read here too, behind EnvironmentName.
  // Empty: none.
  std::string_view local_variable = {};

  std::string Flag() const;
  std::string EnvironmentName() const;
};

std::span<const Setting> AllSettings();

// Where settings come from.
struct SettingSources {
  // By key; those that were given.
  std::map<std::string, std::string, std::less<>> flags;
  // The value of an environment variable.
  std::function<std::optional<std::string>(const std::string& name)> environment;
  // For messages, and the text. No file: both empty.
  std::string file_name;
  std::string file_text;
};

// InvalidArgument for the first wrong value, with the place it came from:
// "pawl.yaml:3: unknown key 'data_dri'; ...".
Result<Settings> LoadSettings(const SettingSources& sources);

}  // namespace pawl::server
