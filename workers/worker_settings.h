// The settings of `pawl worker`: one table gives each its flag, its environment variable, its key
// in the configuration file and its help. A flag goes before the environment, that before the file,
// that before the default.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::workers {

struct WorkerSettings {
  // Empty: none of its own.
  std::string functions;
  // Whether the worker runs the functions that are deployed to the server.
  bool takes_deployed = true;
  // Where their code is kept; empty: see DefaultCodeCache in worker_command.cc.
  std::string code_cache;
  std::string address = "127.0.0.1:7600";
  // Empty: host and process.
  std::string name;
  // Empty: the default namespace.
  std::string namespace_name;
  // 0: one a processor.
  std::uint32_t concurrency = 0;
  std::string python = "/usr/bin/python3";
  // The directory of the package `pawl`; empty: the one that belongs to the program.
  std::string python_path;
  std::chrono::seconds drain_timeout{30};
  // Whether Task states may call AWS services with this worker's boto3.
  bool calls_aws = true;
  // The file that allows HTTP tasks; empty: none.
  std::string http_tasks;
};

struct WorkerSetting {
  // As in the file, "drain_timeout"; --drain-timeout and PAWL_DRAIN_TIMEOUT follow from it.
  std::string_view key;
  std::string_view value_name;
  std::string_view help;
  // The error says what was found and what would be right, but not where.
  std::function<Status(WorkerSettings&, const std::string& text)> set;
  std::function<std::string(const WorkerSettings&)> get;

  std::string Flag() const;
  std::string EnvironmentName() const;
};

std::span<const WorkerSetting> AllWorkerSettings();

struct WorkerSettingSources {
  // By key; those that were given.
  std::map<std::string, std::string, std::less<>> flags;
  std::function<std::optional<std::string>(const std::string& name)> environment;
  // For messages, and the text. No file: both empty.
  std::string file_name;
  std::string file_text;
};

// InvalidArgument for the first wrong value, with the place it came from.
Result<WorkerSettings> LoadWorkerSettings(const WorkerSettingSources& sources);

}  // namespace pawl::workers
