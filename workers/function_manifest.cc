#include "workers/function_manifest.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "workers/child_pool.h"

namespace pawl::workers {
namespace {

constexpr std::size_t kManifestBytesMax = std::size_t{1024} * 1024;
constexpr std::size_t kFunctionsMax = 1'000;
constexpr double kTimeoutSecondsMax = 366.0 * 24 * 3600;
constexpr std::uint32_t kMemoryMbMax = 1'048'576;

std::string Describe(const YAML::Node& node) {
  if (!node.IsDefined()) return "nothing";
  switch (node.Type()) {
    case YAML::NodeType::Map:
      return "a mapping";
    case YAML::NodeType::Sequence:
      return "a list";
    case YAML::NodeType::Scalar:
      return "'" + node.Scalar().substr(0, 80) + "'";
    case YAML::NodeType::Null:
    case YAML::NodeType::Undefined:
      break;
  }
  return "nothing";
}

class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  ManifestFunctions Read(const YAML::Node& root) {
    if (!root.IsMap()) {
      Report(root, "expected a mapping with the member 'functions', found " + Describe(root));
      return std::move(result_);
    }
    CheckNames(root, "the manifest", {"functions"});
    const YAML::Node functions = root["functions"];
    if (!functions.IsMap()) {
      Report(functions.IsDefined() ? functions : root,
             "'functions' must map function names to their settings, found " + Describe(functions));
      return std::move(result_);
    }
    if (functions.size() > kFunctionsMax) {
      Report(functions, "there are more than 1,000 functions");
      return std::move(result_);
    }
    std::set<std::string> names;
    for (const auto& entry : functions) {
      if (!entry.first.IsScalar()) {
        Report(entry.first, "a function's name must be text, found " + Describe(entry.first));
      } else if (!names.insert(entry.first.Scalar()).second) {
        Report(entry.first, "the function '" + entry.first.Scalar() + "' is there twice");
      } else {
        ReadFunction(entry.first, entry.second);
      }
    }
    return std::move(result_);
  }

  void Report(const YAML::Mark& mark, std::string message) {
    result_.problems.push_back(FunctionProblem{
        .file = file_, .line = std::max(1, mark.line + 1), .message = std::move(message)});
  }

  ManifestFunctions Take() { return std::move(result_); }

 private:
  void Report(const YAML::Node& node, std::string message) {
    Report(node.Mark(), std::move(message));
  }

  // Reports members that `what` does not have, and members that are there twice.
  void CheckNames(const YAML::Node& map,
                  const std::string& what,
                  const std::vector<std::string>& known) {
    std::set<std::string> seen;
    for (const auto& entry : map) {
      const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
      std::string allowed;
      bool is_known = false;
      for (const std::string& one : known) {
        allowed.append(allowed.empty() ? "'" : ", '").append(one).append("'");
        is_known = is_known || one == name;
      }
      if (!is_known) {
        std::string message = what;
        message.append(" has no member ").append(Describe(entry.first));
        Report(entry.first, message.append("; it may have ").append(allowed));
      } else if (!seen.insert(name).second) {
        Report(entry.first, what + " has '" + name + "' twice");
      }
    }
  }

  void ReadFunction(const YAML::Node& name, const YAML::Node& settings) {
    const std::size_t problems = result_.problems.size();
    const std::string what = "function '" + name.Scalar() + "'";
    FunctionSpec spec;
    spec.name = name.Scalar();
    if (!settings.IsMap()) {
      Report(settings.IsNull() ? name : settings,
             what + " must be a mapping with 'handler', found " + Describe(settings));
      return;
    }
    CheckNames(settings, what, {"handler", "timeout", "memory", "concurrency", "environment"});
    const YAML::Node handler = settings["handler"];
    if (!handler.IsDefined() || !handler.IsScalar() ||
        handler.Scalar().find('.') == std::string::npos) {
      Report(handler.IsDefined() ? handler : name,
             what + " needs a handler of the form 'module.function', found " + Describe(handler));
    } else {
      spec.handler = handler.Scalar();
    }
    if (const auto seconds =
            Number(settings["timeout"],
                   what + ": the timeout must be seconds above 0, at most 366 days",
                   0.001,
                   kTimeoutSecondsMax)) {
      spec.timeout = std::chrono::milliseconds(std::llround(*seconds * 1000));
    }
    spec.memory_mb = Whole(settings["memory"],
                           what + ": the memory must be whole MB from 64 to 1,048,576",
                           64,
                           kMemoryMbMax);
    spec.concurrency = Whole(settings["concurrency"],
                             what + ": the concurrency must be a whole number from 1 to 4,096",
                             1,
                             kConcurrencyMax);
    ReadEnvironment(settings["environment"], what, spec);
    if (problems != result_.problems.size()) return;
    FunctionSpec complete = spec;
    complete.code_directory = "/";
    if (const Status status = CheckFunctionSpec(complete); !status.ok()) {
      Report(name, status.message());
      return;
    }
    result_.functions.push_back(std::move(spec));
  }

  std::optional<double> Number(const YAML::Node& node,
                               const std::string& expected,
                               double least,
                               double most) {
    if (!node.IsDefined()) return std::nullopt;
    double number = 0;
    if (node.IsScalar() && YAML::convert<double>::decode(node, number) && number >= least &&
        number <= most) {
      return number;
    }
    Report(node, expected + ", found " + Describe(node));
    return std::nullopt;
  }

  // 0 where the node is not there.
  std::uint32_t Whole(const YAML::Node& node,
                      const std::string& expected,
                      std::uint32_t least,
                      std::uint32_t most) {
    const auto number = Number(node, expected, least, most);
    if (!number) return 0;
    if (std::floor(*number) != *number) Report(node, expected + ", found " + Describe(node));
    return static_cast<std::uint32_t>(*number);
  }

  void ReadEnvironment(const YAML::Node& node, const std::string& what, FunctionSpec& spec) {
    if (!node.IsDefined() || node.IsNull()) return;
    if (!node.IsMap()) {
      Report(node, what + ": the environment must map names to text, found " + Describe(node));
      return;
    }
    for (const auto& entry : node) {
      if (!entry.first.IsScalar() || !entry.second.IsScalar()) {
        Report(entry.first,
               what + ": the environment variable " + Describe(entry.first) +
                   " must be text, found " + Describe(entry.second));
        continue;
      }
      if (!spec.environment.emplace(entry.first.Scalar(), entry.second.Scalar()).second) {
        Report(entry.first,
               what + " has the environment variable " + Describe(entry.first) + " twice");
      }
    }
  }

  const std::string file_;
  ManifestFunctions result_;
};

}  // namespace

std::string FunctionProblem::ToString() const {
  return file + (line > 0 ? ":" + std::to_string(line) : "") + ": " + message;
}

ManifestFunctions ReadManifest(std::string_view text, const std::string& file) {
  Reader reader(file);
  if (text.size() > kManifestBytesMax) {
    reader.Report(YAML::Mark::null_mark(), "the manifest has more than 1 MiB");
    return reader.Take();
  }
  try {
    return reader.Read(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& error) {
    reader.Report(error.mark, "no valid YAML: " + error.msg);
  }
  return reader.Take();
}

}  // namespace pawl::workers
