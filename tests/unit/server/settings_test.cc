#include "server/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

namespace pawl::server {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class SettingsTest : public testing::Test {
 protected:
  SettingsTest() {
    sources_.flags["in_memory"] = "true";
    sources_.environment = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = environment_.find(name);
      if (found == environment_.end()) return std::nullopt;
      return found->second;
    };
  }

  void WriteFile(std::string text) {
    sources_.file_name = "pawl.yaml";
    sources_.file_text = std::move(text);
  }

  std::string ErrorOfFile(std::string text) {
    WriteFile(std::move(text));
    return LoadSettings(sources_).status().message();
  }

  SettingSources sources_;
  std::map<std::string, std::string> environment_;
};

// One row for each combination of the places a setting can come from.
struct Precedence {
  const char* file;
  const char* environment;
  const char* flag;
  int expected;
};

class SettingsPrecedenceTest : public SettingsTest,
                               public testing::WithParamInterface<Precedence> {};

TEST_P(SettingsPrecedenceTest, FlagThenEnvironmentThenFileThenDefault) {
  if (GetParam().file != nullptr) WriteFile(std::string("executors: ") + GetParam().file);
  if (GetParam().environment != nullptr) environment_["PAWL_EXECUTORS"] = GetParam().environment;
  if (GetParam().flag != nullptr) sources_.flags["executors"] = GetParam().flag;
  EXPECT_EQ(LoadSettings(sources_).value().engine.executors, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Table,
                         SettingsPrecedenceTest,
                         testing::Values(Precedence{nullptr, nullptr, nullptr, 0},
                                         Precedence{"1", nullptr, nullptr, 1},
                                         Precedence{nullptr, "2", nullptr, 2},
                                         Precedence{"1", "2", nullptr, 2},
                                         Precedence{nullptr, nullptr, "3", 3},
                                         Precedence{"1", nullptr, "3", 3},
                                         Precedence{nullptr, "2", "3", 3},
                                         Precedence{"1", "2", "3", 3}));

TEST_F(SettingsTest, AnS3StoreHasCredentialsAndStandsAlone) {
  const auto error = [this] { return LoadSettings(sources_).status().message(); };
  sources_.flags["objects_s3_access_key_id"] = "AKID";
  EXPECT_THAT(error(), HasSubstr("without objects_s3_endpoint"));
  sources_.flags["objects_s3_endpoint"] = "http://127.0.0.1:9000";
  EXPECT_THAT(error(), HasSubstr("without credentials"));
  sources_.flags["objects_s3_secret_access_key"] = "secret";
  EXPECT_EQ(LoadSettings(sources_).value().objects_s3.region, "us-east-1");
  sources_.flags["objects_s3_secret_access_key_file"] = "/secret";
  EXPECT_THAT(error(), HasSubstr("_file at once"));
  sources_.flags["objects_directory"] = "/srv";
  EXPECT_EQ(error(),
            "objects_directory ('/srv') and objects_s3_endpoint ('http://127.0.0.1:9000') at once; "
            "set one of them");
}

TEST_F(SettingsTest, TheApiIsServedElsewhereThanOnLoopbackOnlyWithAccessKeys) {
  sources_.flags["http_address"] = "0.0.0.0:8083";
  EXPECT_THAT(LoadSettings(sources_).status().message(), HasSubstr("there are no access keys"));
  environment_["PAWL_AWS_ACCESS_KEYS"] = "AKID0123:secretsecret";
  EXPECT_EQ(LoadSettings(sources_).value().http_address, "0.0.0.0:8083");
  environment_.clear();
  sources_.flags["aws_access_keys_file"] = "/etc/pawl/keys";
  EXPECT_TRUE(LoadSettings(sources_).ok());
}

TEST_F(SettingsTest, AWrongAccessKeyIsAnErrorThatShowsNoSecret) {
  environment_["PAWL_AWS_ACCESS_KEYS"] = "AKID0123:hidden!!,AKID0123:hidden??";
  const std::string message = LoadSettings(sources_).status().message();
  EXPECT_EQ(message, "PAWL_AWS_ACCESS_KEYS: access key 'AKID0123' stands twice");
}

TEST_F(SettingsTest, EverySettingTakesWhatItShows) {
  std::set<std::string_view> keys;
  for (const Setting& setting : AllSettings()) {
    EXPECT_TRUE(keys.insert(setting.key).second) << setting.key;
    Settings settings;
    const std::string text = setting.get(settings);
    if (setting.key == "data_dir") continue;
    EXPECT_TRUE(setting.set(settings, text).ok()) << setting.key << " " << text;
    EXPECT_EQ(setting.get(settings), text) << setting.key;
  }
}

TEST_F(SettingsTest, NamesOfFlagAndEnvironmentFollowFromTheKey) {
  const Setting& setting = AllSettings().front();
  EXPECT_EQ(setting.key, "data_dir");
  EXPECT_EQ(setting.Flag(), "--data-dir");
  EXPECT_EQ(setting.EnvironmentName(), "PAWL_DATA_DIR");
}

TEST_F(SettingsTest, AFileSetsEveryKindOfValue) {
  sources_.flags.clear();
  WriteFile(
      "# Pawl\n"
      "data_dir: /var/lib/pawl\n"
      "grpc_address: localhost:7700\n"
      "http_address: localhost:8084\n"
      "log_level: debug\n"
      "executors: 3\n"
      "retention: 30d\n"
      "function_grace: 500ms\n"
      "payload_bytes_max: 1MiB\n"
      "disk_soft_reserve_bytes: 1GiB\n"
      "aws_region: eu-central-1\n");
  const Settings settings = LoadSettings(sources_).value();
  EXPECT_EQ(settings.engine.data_dir, "/var/lib/pawl");
  EXPECT_EQ(settings.grpc_address, "127.0.0.1:7700");
  EXPECT_EQ(settings.http_address, "127.0.0.1:8084");
  EXPECT_EQ(settings.log_level, "debug");
  EXPECT_EQ(settings.engine.executors, 3);
  EXPECT_EQ(settings.engine.retention, std::chrono::hours(24 * 30));
  EXPECT_EQ(settings.engine.function_grace, std::chrono::milliseconds(500));
  EXPECT_EQ(settings.engine.limits.payload_bytes_max, 1U << 20U);
  EXPECT_EQ(settings.engine.disk_soft_reserve_bytes, 1U << 30U);
  EXPECT_EQ(settings.engine.arns.region, "eu-central-1");
}

TEST_F(SettingsTest, AnUnknownKeyIsAnErrorWithItsLine) {
  const std::string message = ErrorOfFile("executors: 1\n\ndata_dri: x\n");
  EXPECT_THAT(message, StartsWith("pawl.yaml:3: unknown setting 'data_dri'"));
  EXPECT_THAT(message, HasSubstr("data_dir, in_memory"));
}

TEST_F(SettingsTest, AWrongValueIsAnErrorWithItsPlace) {
  EXPECT_THAT(ErrorOfFile("\nexecutors: many\n"), StartsWith("pawl.yaml:2: executors: 'many'"));
  WriteFile("");
  environment_["PAWL_RETENTION"] = "90";
  EXPECT_THAT(LoadSettings(sources_).status().message(), StartsWith("PAWL_RETENTION: '90'"));
  environment_.clear();
  sources_.flags["grpc_address"] = "0.0.0.0:7600";
  EXPECT_THAT(LoadSettings(sources_).status().message(),
              StartsWith("--grpc-address: '0.0.0.0:7600' is not on the loopback interface"));
}

TEST_F(SettingsTest, AWrongValueIsAnErrorAlsoWhereAnotherGoesBeforeIt) {
  sources_.flags["executors"] = "1";
  EXPECT_THAT(ErrorOfFile("executors: many"), StartsWith("pawl.yaml:1: executors: 'many'"));
}

TEST_F(SettingsTest, AFileThatIsNoMappingOfScalarsIsAnErrorWithItsLine) {
  EXPECT_THAT(ErrorOfFile("executors: 1\nexecutors: 2\n"),
              StartsWith("pawl.yaml:2: executors is set twice"));
  EXPECT_THAT(ErrorOfFile("executors:\n  - 1\n"),
              StartsWith("pawl.yaml:1: executors: expected one"));
  EXPECT_THAT(ErrorOfFile("- executors\n"), StartsWith("pawl.yaml:1: expected settings such as"));
  EXPECT_THAT(ErrorOfFile("log_level: [open\n"), HasSubstr("not YAML"));
  EXPECT_THAT(ErrorOfFile("executors: 1\n\t- x"), StartsWith("pawl.yaml:2: not YAML"));
}

TEST_F(SettingsTest, AFileOfCommentsOnlySetsNothing) {
  WriteFile("# nothing\n");
  EXPECT_TRUE(LoadSettings(sources_).ok());
}

TEST_F(SettingsTest, SomeStoreMustBeChosen) {
  sources_.flags.clear();
  EXPECT_THAT(LoadSettings(sources_).status().message(), StartsWith("no data directory"));
  sources_.flags = {{"data_dir", "d"}, {"in_memory", "true"}};
  EXPECT_THAT(LoadSettings(sources_).status().message(), HasSubstr("at once"));
  sources_.flags = {{"data_dir", "d"}, {"in_memory", "false"}};
  EXPECT_TRUE(LoadSettings(sources_).ok());
}

// deploy/pawl.yaml: valid as it stands, and all defaults but the data directory.
TEST_F(SettingsTest, TheExampleConfigurationShowsTheDefaults) {
  std::ifstream file(PAWL_SOURCE_DIR "/deploy/pawl.yaml");
  ASSERT_TRUE(file);
  WriteFile({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
  sources_.flags.clear();
  const Settings settings = LoadSettings(sources_).value();
  for (const Setting& setting : AllSettings()) {
    const std::string expected =
        setting.key == "data_dir" ? "/var/lib/pawl" : setting.get(Settings());
    EXPECT_EQ(setting.get(settings), expected) << setting.key;
  }
}

TEST_F(SettingsTest, TheHardReserveIsWithinTheSoftOne) {
  sources_.flags["disk_hard_reserve_bytes"] = "1GiB";
  EXPECT_THAT(LoadSettings(sources_).status().message(),
              HasSubstr("disk_hard_reserve_bytes (1GiB) is more than disk_soft_reserve_bytes"));
}

}  // namespace
}  // namespace pawl::server
