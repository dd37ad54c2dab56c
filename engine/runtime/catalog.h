// Catalog: the state machines of a store, compiled when first used. Every deployment is an
// immutable revision; executions stay on theirs.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "engine/asl/compile.h"
#include "engine/base/mutex.h"
#include "engine/rows/execution_row.h"
#include "engine/runtime/engine.h"
#include "engine/storage/storage.h"

namespace pawl::runtime {

// Threads: safe from any thread. Deployments wait for the disk; finding a revision reads it at most
// once while it stays in memory.
class Catalog {
 public:
  // Compiled revisions kept in memory; those in use live as long as they are used.
  static constexpr std::size_t kRevisionsMax = 1'000;

  Catalog(storage::Storage& storage, const Limits& limits, const ArnScheme& arns);

  // See Engine.
  Result<DeployResponse> Deploy(const DeployRequest& request, Timestamp now);
  Result<StateMachineInfo> Describe(NamespaceId namespace_id,
                                    const std::string& name,
                                    std::uint64_t revision);
  Result<StateMachineList> List(NamespaceId namespace_id,
                                std::size_t page_size,
                                const std::string& after);
  Status Delete(NamespaceId namespace_id, const std::string& name, Timestamp now);

  // Removes the state machines that are being deleted and have no open executions left.
  Status Sweep();

  // Held while a start is on its way: the state machine cannot vanish.
  struct StartPermit {
    std::uint64_t revision = 0;
    std::shared_ptr<const asl::StateMachine> machine = {};
    std::shared_ptr<void> hold = {};
    asl::MachineType type = asl::MachineType::kStandard;
  };

  // The latest revision, for a new execution. NotFound (reason StateMachineDoesNotExist);
  // FailedPrecondition (reason StateMachineDeleting).
  Result<StartPermit> PermitStart(NamespaceId namespace_id, const std::string& name);

  // A stored revision. DataLoss if it is not there or does not compile any more.
  Result<std::shared_ptr<const asl::StateMachine>> FindRevision(NamespaceId namespace_id,
                                                                const std::string& name,
                                                                std::uint64_t revision);

 private:
  using MachineId = std::pair<std::uint32_t, std::string>;
  using RevisionId = std::tuple<std::uint32_t, std::string, std::uint64_t>;

  struct Latest {
    rows::StateMachineRow row;
    std::shared_ptr<const asl::StateMachine> machine = {};
    // Copies of it are held by starts under way.
    std::shared_ptr<void> hold = {};
  };

  // What the deployment says, or else what the state machine is.
  Result<asl::MachineType> TypeFor(const DeployRequest& request);
  Result<std::optional<rows::StateMachineRow>> ReadRow(NamespaceId namespace_id,
                                                       const std::string& name);
  Result<rows::RevisionRow> ReadRevision(NamespaceId namespace_id,
                                         const std::string& name,
                                         std::uint64_t revision);
  Result<std::shared_ptr<const asl::StateMachine>> FindLocked(NamespaceId namespace_id,
                                                              const std::string& name,
                                                              std::uint64_t revision)
      PAWL_REQUIRES(mutex_);
  void Remember(const RevisionId& id, std::shared_ptr<const asl::StateMachine> machine)
      PAWL_REQUIRES(mutex_);
  StateMachineInfo InfoOf(const std::string& name,
                          const rows::StateMachineRow& row,
                          std::string definition) const;

  storage::Storage& storage_;
  const Limits limits_;
  const ArnScheme arns_;

  Mutex mutex_;
  std::map<MachineId, Latest> latest_ PAWL_GUARDED_BY(mutex_);
  std::map<RevisionId, std::shared_ptr<const asl::StateMachine>> revisions_ PAWL_GUARDED_BY(mutex_);
  // The order in which revisions came into memory.
  std::list<RevisionId> order_ PAWL_GUARDED_BY(mutex_);
};

// InvalidArgument unless `name` is 1 to 80 characters that Step Functions allows in the name of a
// state machine or an execution. `what` and `field` go into the message.
Status CheckName(std::string_view name, std::string_view what, const std::string& field);

}  // namespace pawl::runtime
