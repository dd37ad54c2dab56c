#include "engine/rows/state_machine_row.h"

#include <gtest/gtest.h>

#include "engine/base/coding.h"

namespace pawl::rows {
namespace {

template <typename Row, typename Decode>
void ExpectComesBack(const Row& row, const std::string& value, const Decode& decode) {
  const Result<Row> read = decode(value);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, row);
}

TEST(StateMachineRowTest, RowsComeBack) {
  const StateMachineRow machine{.revision = 4,
                                .created_at = FromMicros(1),
                                .updated_at = FromMicros(2),
                                .is_deleting = true,
                                .last_version = 300};
  ExpectComesBack(machine, EncodeStateMachine(machine), DecodeStateMachine);
  const RevisionRow revision{.created_at = FromMicros(1),
                             .definition = "{}",
                             .id = "id",
                             .role_arn = "arn:aws:iam::1:role/r",
                             .configuration = R"({"a":1})"};
  ExpectComesBack(revision, EncodeRevision(revision), DecodeRevision);
  const VersionRow version{.revision = 7, .created_at = FromMicros(3), .description = "d"};
  ExpectComesBack(version, EncodeVersion(version), DecodeVersion);
  const AliasRow alias{.created_at = FromMicros(3),
                       .updated_at = FromMicros(4),
                       .description = "d",
                       .routes = {{.version = 1, .weight = 99}, {.version = 2, .weight = 1}}};
  ExpectComesBack(alias, EncodeAlias(alias), DecodeAlias);
}

// As they were stored before there were versions.
TEST(StateMachineRowTest, RowsWithoutDetailsAreRead) {
  std::string machine;
  Encoder encoder(machine);
  encoder.Byte(1);
  encoder.Varint(4);
  encoder.SignedVarint(1);
  encoder.SignedVarint(2);
  encoder.Byte(2);
  ExpectComesBack(StateMachineRow{.revision = 4,
                                  .created_at = FromMicros(1),
                                  .updated_at = FromMicros(2),
                                  .type = asl::MachineType::kExpress},
                  machine,
                  DecodeStateMachine);
  std::string revision;
  Encoder(revision).Byte(1);
  Encoder(revision).SignedVarint(1);
  revision += "{}";
  ExpectComesBack(
      RevisionRow{.created_at = FromMicros(1), .definition = "{}"}, revision, DecodeRevision);
}

TEST(StateMachineRowTest, AnAliasThatIsNoneIsDataLoss) {
  AliasRow alias{.routes = {{.version = 1, .weight = 99}}};
  EXPECT_EQ(DecodeAlias(EncodeAlias(alias)).status().code(), StatusCode::kDataLoss);
  alias.routes.clear();
  EXPECT_EQ(DecodeAlias(EncodeAlias(alias)).status().code(), StatusCode::kDataLoss);
}

TEST(StateMachineRowTest, EveryCutIsDataLoss) {
  const std::string machine = EncodeStateMachine({.revision = 4, .last_version = 300});
  const std::string version = EncodeVersion({.revision = 300, .description = "d"});
  const std::string alias = EncodeAlias({.routes = {{.version = 300, .weight = 100}}});
  for (std::size_t size = 0; size < machine.size(); ++size)
    EXPECT_FALSE(DecodeStateMachine(machine.substr(0, size)).ok()) << size;
  for (std::size_t size = 0; size < version.size(); ++size)
    EXPECT_FALSE(DecodeVersion(version.substr(0, size)).ok()) << size;
  for (std::size_t size = 0; size < alias.size(); ++size)
    EXPECT_FALSE(DecodeAlias(alias.substr(0, size)).ok()) << size;
}

}  // namespace
}  // namespace pawl::rows
