#include "workers/worker_settings.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace pawl::workers {
namespace {

class WorkerSettingsTest : public testing::Test {
 protected:
  Result<WorkerSettings> Load() {
    sources_.environment = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = environment_.find(name);
      if (found == environment_.end()) return std::nullopt;
      return found->second;
    };
    return LoadWorkerSettings(sources_);
  }

  std::string Error() { return Load().status().message(); }

  WorkerSettingSources sources_;
  std::map<std::string, std::string> environment_;
};

TEST_F(WorkerSettingsTest, AFlagGoesBeforeTheEnvironmentAndThatBeforeTheFile) {
  sources_.file_name = "worker.yaml";
  sources_.file_text = "functions: file\nname: file\naddress: file:1\n";
  environment_ = {{"PAWL_FUNCTIONS", "environment"}, {"PAWL_NAME", "environment"}};
  sources_.flags["functions"] = "flag";
  const Result<WorkerSettings> settings = Load();
  ASSERT_TRUE(settings.ok()) << settings.status().message();
  EXPECT_EQ(settings->functions, "flag");
  EXPECT_EQ(settings->name, "environment");
  EXPECT_EQ(settings->address, "file:1");
}

TEST_F(WorkerSettingsTest, FunctionsAreItsOwnOrDeployedOrBoth) {
  EXPECT_TRUE(Load()->takes_deployed);
  environment_ = {{"PAWL_DEPLOYED_FUNCTIONS", "off"}};
  EXPECT_EQ(Error(),
            "no functions: pass --functions DIR, a directory of Python files, or leave "
            "--deployed-functions on");
  sources_.flags["functions"] = "here";
  EXPECT_FALSE(Load()->takes_deployed);
  sources_.flags["deployed_functions"] = "maybe";
  EXPECT_EQ(Error(), "--deployed-functions: 'maybe' is neither 'on' nor 'off'");
}

TEST_F(WorkerSettingsTest, AWrongValueIsNamedWithItsPlace) {
  sources_.file_name = "worker.yaml";
  sources_.file_text = "functions: here\nconcurrency: many\n";
  EXPECT_EQ(Error(), "worker.yaml:2: concurrency: 'many' is not a whole number from 0 to 4096");
}

TEST_F(WorkerSettingsTest, AwsIsCalledUnlessItIsOff) {
  sources_.flags = {{"functions", "here"}};
  EXPECT_TRUE(Load()->calls_aws);
  EXPECT_EQ(Load()->http_tasks, "");
  environment_ = {{"PAWL_AWS", "off"}, {"PAWL_HTTP_TASKS", "http.json"}};
  EXPECT_FALSE(Load()->calls_aws);
  EXPECT_EQ(Load()->http_tasks, "http.json");
  sources_.flags["aws"] = "maybe";
  EXPECT_EQ(Error(), "--aws: 'maybe' is neither 'auto' nor 'off'");
}

TEST_F(WorkerSettingsTest, AnUnknownSettingIsRefused) {
  sources_.file_name = "worker.yaml";
  sources_.file_text = "function: here\n";
  EXPECT_EQ(Error().substr(0, 42), "worker.yaml:1: unknown setting 'function';");
}

TEST_F(WorkerSettingsTest, AnAddressNeedsAPort) {
  sources_.flags["functions"] = "here";
  environment_["PAWL_ADDRESS"] = "localhost";
  EXPECT_EQ(Error(), "PAWL_ADDRESS: 'localhost' is not HOST:PORT, such as 127.0.0.1:7600");
}

TEST_F(WorkerSettingsTest, AFileThatIsNoYamlIsRefusedWithItsLine) {
  sources_.file_name = "worker.yaml";
  sources_.file_text = "functions: [\n";
  EXPECT_EQ(Error().substr(0, 12), "worker.yaml:");
}

}  // namespace
}  // namespace pawl::workers
