// Catalog: the state machines of a store, compiled when first used, with their versions, aliases
// and tags. Every deployment is an immutable revision; executions stay on theirs.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/asl/compile.h"
#include "engine/base/mutex.h"
#include "engine/platform/random.h"
#include "engine/rows/state_machine_row.h"
#include "engine/rows/tags_row.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/revision_cache.h"
#include "engine/storage/storage.h"

namespace pawl::runtime {

// Threads: safe from any thread. Deployments wait for the disk; finding a revision reads it at most
// once while it stays in memory.
class Catalog {
 public:
  // State machines whose rows are kept in memory, beside those that starts under way hold.
  static constexpr std::size_t kMachinesMax = 1'000;

  // `random` gives the ids of revisions, and draws where an alias leads to two versions.
  Catalog(storage::Storage& storage,
          platform::Random& random,
          const Limits& limits,
          const ArnScheme& arns);

  // See Engine.
  Result<DeployResponse> Deploy(const DeployRequest& request, Timestamp now);
  Result<StateMachineInfo> Describe(NamespaceId namespace_id,
                                    const std::string& name,
                                    std::uint64_t revision);
  Result<StateMachineInfo> DescribeQualified(NamespaceId namespace_id,
                                             const std::string& name,
                                             const std::string& qualifier);
  Result<StateMachineList> List(NamespaceId namespace_id,
                                std::size_t page_size,
                                const std::string& after);
  Status Delete(NamespaceId namespace_id, const std::string& name, Timestamp now);

  // --- Versions (catalog_versions.cc) ---
  Result<VersionInfo> Publish(const PublishRequest& request, Timestamp now);
  Result<VersionList> ListVersions(NamespaceId namespace_id,
                                   const std::string& name,
                                   std::size_t page_size,
                                   const std::string& after);
  Status DeleteVersion(NamespaceId namespace_id, const std::string& name, std::uint64_t version);

  // --- Aliases (catalog_aliases.cc) ---
  Result<AliasInfo> CreateAlias(const AliasRequest& request, Timestamp now);
  Result<AliasInfo> UpdateAlias(const AliasRequest& request, Timestamp now);
  Result<AliasInfo> DescribeAlias(NamespaceId namespace_id,
                                  const std::string& name,
                                  const std::string& alias);
  Result<AliasList> ListAliases(const ListAliasesRequest& request);
  Status DeleteAlias(NamespaceId namespace_id, const std::string& name, const std::string& alias);

  // --- Tags (catalog_tags.cc) ---
  Status Tag(const ResourceName& resource, const std::vector<pawl::Tag>& tags);
  Status Untag(const ResourceName& resource, const std::vector<std::string>& keys);
  Result<std::vector<pawl::Tag>> ListTags(const ResourceName& resource);

  // Removes the state machines that are being deleted and have no open executions left.
  Status Sweep();

  // Held while a start is on its way: the state machine cannot vanish.
  struct StartPermit {
    std::uint64_t revision = 0;
    std::shared_ptr<const asl::StateMachine> machine = {};
    std::shared_ptr<void> hold = {};
    asl::MachineType type = asl::MachineType::kStandard;
    // What the qualifier led to: see rows::ExecutionRow.
    std::uint64_t version = 0;
    std::string alias = {};
  };

  // For a new execution: the latest revision, or what `qualifier` leads to (see StartRequest).
  // NotFound (reason StateMachineDoesNotExist); FailedPrecondition (reason StateMachineDeleting).
  Result<StartPermit> PermitStart(NamespaceId namespace_id,
                                  const std::string& name,
                                  const std::string& qualifier);

  // A stored revision. DataLoss if it is not there or does not compile any more.
  Result<std::shared_ptr<const asl::StateMachine>> FindRevision(NamespaceId namespace_id,
                                                                const std::string& name,
                                                                std::uint64_t revision);
  // A stored revision as it is described. DataLoss if it is not there.
  Result<StateMachineInfo> DescribeRevision(NamespaceId namespace_id,
                                            const std::string& name,
                                            std::uint64_t revision);

 private:
  using MachineId = std::pair<std::uint32_t, std::string>;

  struct Latest {
    rows::StateMachineRow row;
    // Copies of it are held by starts under way.
    std::shared_ptr<void> hold = std::make_shared<int>();
  };

  // What a deployment comes to, compared with what is there.
  struct Deployment {
    std::optional<rows::StateMachineRow> before = {};
    rows::StateMachineRow machine = {};
    rows::RevisionRow revision = {};
    std::shared_ptr<const asl::StateMachine> compiled = {};
    bool is_changed = true;
  };

  // --- Deployments (catalog_deploy.cc) ---
  // What the deployment says, or else what the state machine is.
  Result<asl::MachineType> TypeFor(const DeployRequest& request);
  Result<Deployment> Compare(const DeployRequest& request,
                             asl::MachineType type,
                             std::shared_ptr<const asl::StateMachine> compiled,
                             Timestamp now) PAWL_REQUIRES(mutex_);
  Result<std::uint64_t> LastRevision(NamespaceId namespace_id, const std::string& name);
  using Machines = std::map<MachineId, Latest>;

  Machines::iterator SetLatest(NamespaceId namespace_id,
                               const std::string& name,
                               const rows::StateMachineRow& row) PAWL_REQUIRES(mutex_);

  // A state machine that can be changed.
  Result<rows::StateMachineRow> ReadLive(NamespaceId namespace_id, const std::string& name);
  Result<std::optional<rows::VersionRow>> ReadVersion(NamespaceId namespace_id,
                                                      const std::string& name,
                                                      std::uint64_t version);
  // The version of the latest revision: the one that is there, or a new one, put into `batch` with
  // its number in `machine`.
  Result<VersionInfo> StageVersion(NamespaceId namespace_id,
                                   const std::string& name,
                                   const std::optional<std::string>& description,
                                   Timestamp now,
                                   rows::StateMachineRow& machine,
                                   storage::WriteBatch& batch) PAWL_REQUIRES(mutex_);
  VersionInfo InfoOf(const std::string& name, std::uint64_t version, rows::VersionRow row) const;
  Result<std::optional<rows::AliasRow>> ReadAlias(NamespaceId namespace_id,
                                                  const std::string& name,
                                                  const std::string& alias);
  // Every alias of a state machine by name; there are few.
  Result<std::map<std::string, rows::AliasRow>> ReadAliases(NamespaceId namespace_id,
                                                            const std::string& name);
  Status CheckRoutes(const AliasRequest& request);
  AliasInfo InfoOf(const std::string& name, const std::string& alias, rows::AliasRow row) const;

  // The version that a qualifier leads to.
  struct Resolved {
    std::uint64_t version = 0;
    std::string alias = {};
    rows::VersionRow row = {};
  };

  // Which of an alias's versions.
  enum class Choice : std::uint8_t { kByWeight, kHeaviest };

  Result<Resolved> Resolve(NamespaceId namespace_id,
                           const std::string& name,
                           const std::string& qualifier,
                           Choice choice) PAWL_REQUIRES(mutex_);
  Result<rows::TagsRow> ReadTags(const ResourceName& resource);
  Result<std::optional<rows::StateMachineRow>> ReadRow(NamespaceId namespace_id,
                                                       const std::string& name);
  Result<rows::RevisionRow> ReadRevision(NamespaceId namespace_id,
                                         const std::string& name,
                                         std::uint64_t revision);
  // `machine`, with the role that its revision has.
  static std::shared_ptr<const asl::StateMachine> WithRole(
      std::shared_ptr<const asl::StateMachine> machine, const std::string& role_arn);
  Result<std::shared_ptr<const asl::StateMachine>> FindLocked(NamespaceId namespace_id,
                                                              const std::string& name,
                                                              std::uint64_t revision)
      PAWL_REQUIRES(mutex_);
  StateMachineInfo InfoOf(const std::string& name,
                          const rows::StateMachineRow& row,
                          std::optional<rows::RevisionRow> revision) const;

  storage::Storage& storage_;
  platform::Random& random_;
  const Limits limits_;
  const ArnScheme arns_;

  Mutex mutex_;
  Machines latest_ PAWL_GUARDED_BY(mutex_);
  RevisionCache revisions_ PAWL_GUARDED_BY(mutex_);
};

}  // namespace pawl::runtime
