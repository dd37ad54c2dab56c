// FunctionCatalog: the deployed functions of a store. They are all in memory, but for their code;
// a change is one batch, made of what differs between a function before and after it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/mutex.h"
#include "engine/interpreter/turn.h"
#include "engine/platform/random.h"
#include "engine/rows/function_row.h"
#include "engine/runtime/deployed_functions.h"
#include "engine/runtime/function_routes.h"
#include "engine/storage/storage.h"

namespace pawl::runtime {

// What the catalogue needs of the engine.
struct FunctionCatalogSeams {
  std::function<Timestamp()> now;
  // ResourceExhausted if so many bytes more are not to be stored.
  std::function<Status(std::uint64_t bytes)> check_disk;
  // The names of what workers have announced.
  std::function<std::vector<std::string>(NamespaceId)> announced;
  // What a function is from now on; nullopt: it is gone. Called with the catalogue's lock, once the
  // change is durable; also with all there are when it is opened.
  std::function<void(NamespaceId, const std::string& name, std::optional<FunctionRoutes>)> changed;
};

// A function as it is stored.
struct StoredFunction {
  rows::FunctionRow row = {};
  std::map<std::uint64_t, rows::FunctionVersionRow> versions = {};
  std::map<std::string, rows::FunctionAliasRow> aliases = {};
};

// Threads: safe from any thread. Changes wait for the disk and for each other.
class FunctionCatalog final : public DeployedFunctions {
 public:
  // All arguments outlive this. `random` gives the ids of revisions.
  FunctionCatalog(storage::Storage& storage,
                  platform::Random& random,
                  const interpreter::ArnScheme& arns,
                  FunctionCatalogSeams seams);

  // Reads what is stored; before anything else, and once. DataLoss.
  Status Open();

  Result<FunctionInfo> Describe(const FunctionName& name) override;
  Result<FunctionList> List(NamespaceId namespace_id,
                            std::size_t page_size,
                            const std::string& after) override;
  Result<FunctionList> ListVersions(const FunctionName& name,
                                    std::size_t page_size,
                                    const std::string& after) override;
  std::vector<std::string> Announced(NamespaceId namespace_id) override;

  // --- Changes (function_catalog_deploy.cc) ---
  Result<FunctionInfo> Create(const CreateFunctionRequest& request) override;
  Result<FunctionInfo> Update(const UpdateFunctionRequest& request) override;
  Result<FunctionInfo> Publish(const PublishFunctionRequest& request) override;
  Status Delete(const FunctionName& name) override;
  Status SetConcurrency(const FunctionName& name,
                        std::optional<std::uint32_t> concurrency) override;

  // --- Aliases (function_catalog_aliases.cc) ---
  Result<FunctionAlias> CreateAlias(const FunctionAlias& alias) override;
  Result<FunctionAlias> UpdateAlias(const FunctionAliasUpdate& update) override;
  Result<FunctionAlias> DescribeAlias(const FunctionName& name) override;
  Result<FunctionAliasList> ListAliases(const FunctionName& name,
                                        const std::string& version,
                                        std::size_t page_size,
                                        const std::string& after) override;
  Status DeleteAlias(const FunctionName& name) override;

  // --- Rows (function_catalog_rows.cc) ---
  Result<Bytes> ReadCode(NamespaceId namespace_id,
                         const std::string& code_sha256,
                         std::uint64_t index) override;

 private:
  using FunctionId = std::pair<std::uint32_t, std::string>;

  // A change of one function, decided and not yet made.
  struct Change {
    NamespaceId namespace_id = {};
    std::string name = {};
    // nullopt: the function goes.
    std::optional<StoredFunction> after = {};
    // What `after` refers to and may not be stored yet; else absent.
    Bytes code = {};
    // Of a new function.
    std::vector<Tag> tags = {};
  };

  static FunctionId IdOf(const FunctionName& name) { return {name.namespace_id.value, name.name}; }

  // nullptr: no such function.
  const StoredFunction* Find(const FunctionName& name) const PAWL_REQUIRES(mutex_);
  // What an alias or version leads to; nullptr: nothing.
  static const rows::FunctionVersionRow* FindVersion(const StoredFunction& function,
                                                     std::uint64_t version);
  FunctionRoutes RoutesOf(const std::string& name, const StoredFunction& function) const;
  FunctionInfo InfoOf(const std::string& name,
                      const std::string& qualifier,
                      const StoredFunction& function,
                      std::uint64_t version) const;

  // --- function_catalog_deploy.cc ---
  // The number of the version that `function` has of its latest now.
  std::uint64_t StageVersion(StoredFunction& function, const std::string& description);

  // --- function_catalog_aliases.cc ---
  FunctionAlias AliasInfoOf(const FunctionName& name, const rows::FunctionAliasRow& row) const;
  Status CheckRoutes(const FunctionName& name,
                     const StoredFunction& function,
                     const rows::FunctionAliasRow& row) const;

  // --- function_catalog_rows.cc ---
  Result<std::map<FunctionId, StoredFunction>> ReadAll();
  // Makes the change durable, then known.
  Status Make(Change change) PAWL_REQUIRES(mutex_);
  // Makes known what a function is now; nullopt: it is gone.
  void Keep(const FunctionId& id, std::optional<StoredFunction> function) PAWL_REQUIRES(mutex_);
  // A change may or may not be stored: reads what is.
  Status Reread(const FunctionId& id) PAWL_REQUIRES(mutex_);
  void StageRows(const Change& change,
                 const StoredFunction& before,
                 storage::WriteBatch& batch) const;
  void StageCode(const Change& change,
                 const StoredFunction& before,
                 storage::WriteBatch& batch) const PAWL_REQUIRES(mutex_);
  // The size of the archive, if a function other than `except` refers to it.
  std::optional<std::uint64_t> CodeBytes(NamespaceId namespace_id,
                                         const std::string& code_sha256,
                                         const std::string& except) const PAWL_REQUIRES(mutex_);

  storage::Storage& storage_;
  platform::Random& random_;
  const interpreter::ArnScheme& arns_;
  const FunctionCatalogSeams seams_;
  Mutex mutex_;
  std::map<FunctionId, StoredFunction> functions_ PAWL_GUARDED_BY(mutex_);
};

}  // namespace pawl::runtime
