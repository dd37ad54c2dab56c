// Functions that the engine keeps: code, configuration, versions, aliases and limits, as AWS Lambda
// has them (AWS Lambda API Reference, 2015-03-31). Workers that ask for them fetch and run them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/runtime/tags.h"

namespace pawl {

// A zip archive as it is given, and all of its files unpacked. AWS Lambda: 50 MB and 250 MB.
inline constexpr std::size_t kCodeBytesMax = std::size_t{50} * 1024 * 1024;
inline constexpr std::size_t kUnpackedCodeBytesMax = std::size_t{250} * 1024 * 1024;
// Code is read in pieces of this size; the last one is shorter.
inline constexpr std::size_t kCodeChunkBytes = std::size_t{512} * 1024;
// What stands for the code that was deployed last.
inline constexpr std::string_view kLatestVersion = "$LATEST";

// What an update may change. AWS's defaults and bounds.
struct FunctionConfiguration {
  // "module.function", "package.module.function" or "package/module.function"; at most 128
  // characters.
  std::string handler = {};
  // 1 to 900.
  std::uint32_t timeout_seconds = 3;
  // 128 to 10,240.
  std::uint32_t memory_mb = 128;
  // Names and values together at most 4 KiB; none of AWS Lambda's own names.
  std::map<std::string, std::string> environment = {};
  std::string description = {};  // at most 256 characters
  // "python3.12": kept and given back; the worker's interpreter runs whatever it says.
  std::string runtime = {};
  std::string role = {};
  // JSON text: what the engine keeps and does not act on. At most 64 KiB.
  std::string other = {};

  bool operator==(const FunctionConfiguration&) const = default;
};

// A function as one of its versions has it.
struct FunctionInfo {
  std::string name = {};
  // With ":" and the version behind it where it was asked for with a qualifier.
  std::string arn = {};
  // kLatestVersion, or a number from 1.
  std::string version = {};
  FunctionConfiguration configuration = {};
  // 32 bytes of SHA-256 over the archive.
  std::string code_sha256 = {};
  std::uint64_t code_bytes = 0;
  // A UUID; another with each change.
  std::string revision_id = {};
  Timestamp updated_at = {};
  // Of the function, in all versions.
  std::optional<std::uint32_t> reserved_concurrency = {};
};

struct FunctionList {
  // By name; of the versions of one function: kLatestVersion, then ascending.
  std::vector<FunctionInfo> functions = {};
  // Empty: the list is complete. Else pass it as `after`.
  std::string next = {};
};

// A function, or a version or alias of it.
struct FunctionName {
  NamespaceId namespace_id = {};
  // 1 to 64 letters, digits, '-' and '_'.
  std::string name = {};
  // Empty or kLatestVersion: the latest; a number: a version; else an alias.
  std::string qualifier = {};
};

struct CreateFunctionRequest {
  FunctionName name = {};  // without a qualifier
  FunctionConfiguration configuration = {};
  // A zip archive.
  Bytes code = {};
  // Publishes version 1 too.
  bool publish = false;
  // As Engine::TagResource takes them for a ResourceKind::kFunction. They go with the function.
  std::vector<Tag> tags = {};
};

struct UpdateFunctionRequest {
  FunctionName name = {};  // without a qualifier
  // What is not given stays.
  std::optional<Bytes> code = {};
  std::optional<FunctionConfiguration> configuration = {};
  // If set: the function's revision has this id, or nothing changes (reason PreconditionFailed).
  std::optional<std::string> revision_id = {};
  bool publish = false;
  // Checks everything and changes nothing.
  bool dry_run = false;
};

struct PublishFunctionRequest {
  FunctionName name = {};  // without a qualifier
  // Empty: the function's.
  std::string description = {};
  // If set: the latest has them, or nothing is published (InvalidArgument; reason
  // PreconditionFailed).
  std::optional<std::string> code_sha256 = {};
  std::optional<std::string> revision_id = {};
};

struct FunctionAlias {
  FunctionName name = {};  // the qualifier is the alias: 1 to 128 letters, digits, '-' and '_', not
                           // digits alone
  std::string arn = {};
  // A version's number, or kLatestVersion.
  std::string version = {};
  // Another version, and which part of the calls it gets, 0 to 1. Empty: none.
  std::string other_version = {};
  double other_weight = 0;
  std::string description = {};
  std::string revision_id = {};
};

struct FunctionAliasUpdate {
  FunctionName name = {};
  std::optional<std::string> version = {};
  // Set and empty: no other version any more.
  std::optional<std::string> other_version = {};
  double other_weight = 0;
  std::optional<std::string> description = {};
  std::optional<std::string> revision_id = {};
};

struct FunctionAliasList {
  std::vector<FunctionAlias> aliases = {};  // by name
  std::string next = {};
};

// What a worker needs to run one version of a function.
struct RunnableFunction {
  // What its tasks name it by: the function's name, with ":" and the number behind it for a version
  // that has one.
  std::string task_name = {};
  std::string name = {};
  std::string arn = {};
  std::string version = {};
  FunctionConfiguration configuration = {};
  std::string code_sha256 = {};
  std::uint64_t code_bytes = 0;

  bool operator==(const RunnableFunction&) const = default;
};

// The functions of an engine. Everything is durable when it returns. Reasons of errors are AWS
// Lambda's names without "Exception".
//
// Threads: any.
class DeployedFunctions {
 public:
  virtual ~DeployedFunctions() = default;

  // Errors: AlreadyExists (reason ResourceConflict), InvalidArgument (reason InvalidParameterValue:
  // the configuration, an archive that cannot be unpacked safely; see field()), ResourceExhausted
  // (reason CodeStorageExceeded: the disk's reserve).
  virtual Result<FunctionInfo> Create(const CreateFunctionRequest& request) = 0;
  // Errors: as Create; NotFound (reason ResourceNotFound), FailedPrecondition (reason
  // PreconditionFailed).
  virtual Result<FunctionInfo> Update(const UpdateFunctionRequest& request) = 0;
  // NotFound (reason ResourceNotFound), as everywhere below.
  virtual Result<FunctionInfo> Describe(const FunctionName& name) = 0;
  virtual Result<FunctionList> List(NamespaceId namespace_id,
                                    std::size_t page_size,
                                    const std::string& after) = 0;
  // Without a qualifier: all of the function. With a version: that one; an alias of it that is left
  // is AlreadyExists (reason ResourceConflict), kLatestVersion InvalidArgument. Tasks that run end
  // as they would.
  virtual Status Delete(const FunctionName& name) = 0;

  // A new version, or the last one where code and configuration have not changed since.
  virtual Result<FunctionInfo> Publish(const PublishFunctionRequest& request) = 0;
  virtual Result<FunctionList> ListVersions(const FunctionName& name,
                                            std::size_t page_size,
                                            const std::string& after) = 0;

  // `arn` and `revision_id` are not read. AlreadyExists (reason ResourceConflict).
  virtual Result<FunctionAlias> CreateAlias(const FunctionAlias& alias) = 0;
  virtual Result<FunctionAlias> UpdateAlias(const FunctionAliasUpdate& update) = 0;
  virtual Result<FunctionAlias> DescribeAlias(const FunctionName& name) = 0;
  // `version`: only those that lead to it; empty: all.
  virtual Result<FunctionAliasList> ListAliases(const FunctionName& name,
                                                const std::string& version,
                                                std::size_t page_size,
                                                const std::string& after) = 0;
  virtual Status DeleteAlias(const FunctionName& name) = 0;

  // How many tasks of the function, in all versions, workers run at once; 0: none. nullopt: as many
  // as they can. Tasks of executions wait for their turn; a direct call is ResourceExhausted
  // (reason ReservedFunctionConcurrentInvocationLimitExceeded).
  virtual Status SetConcurrency(const FunctionName& name,
                                std::optional<std::uint32_t> concurrency) = 0;

  // Functions that workers brought themselves: announced, and not deployed. By name.
  virtual std::vector<std::string> Announced(NamespaceId namespace_id) = 0;

  // Piece `index`, from 0, of the archive with this hash, kCodeChunkBytes or the rest. NotFound: no
  // function has that code (any more); OutOfRange.
  virtual Result<Bytes> ReadCode(NamespaceId namespace_id,
                                 const std::string& code_sha256,
                                 std::uint64_t index) = 0;
};

}  // namespace pawl
