// Functionless: a fake of the engine's deployed functions that has none and takes none.
#pragma once

#include <string>
#include <vector>

#include "engine/runtime/deployed_functions.h"

namespace pawl::test {

class Functionless : public DeployedFunctions {
 public:
  Result<FunctionInfo> Create(const CreateFunctionRequest&) override { return None(); }

  Result<FunctionInfo> Update(const UpdateFunctionRequest&) override { return None(); }

  Result<FunctionInfo> Describe(const FunctionName&) override { return None(); }

  Result<FunctionList> List(NamespaceId, std::size_t, const std::string&) override {
    return FunctionList();
  }

  Status Delete(const FunctionName&) override { return None(); }

  Result<FunctionInfo> Publish(const PublishFunctionRequest&) override { return None(); }

  Result<FunctionList> ListVersions(const FunctionName&, std::size_t, const std::string&) override {
    return None();
  }

  Result<FunctionAlias> CreateAlias(const FunctionAlias&) override { return None(); }

  Result<FunctionAlias> UpdateAlias(const FunctionAliasUpdate&) override { return None(); }

  Result<FunctionAlias> DescribeAlias(const FunctionName&) override { return None(); }

  Result<FunctionAliasList> ListAliases(const FunctionName&,
                                        const std::string&,
                                        std::size_t,
                                        const std::string&) override {
    return None();
  }

  Status DeleteAlias(const FunctionName&) override { return None(); }

  Status SetConcurrency(const FunctionName&, std::optional<std::uint32_t>) override {
    return None();
  }

  std::vector<std::string> Announced(NamespaceId) override { return {}; }

  Result<Bytes> ReadCode(NamespaceId, const std::string&, std::uint64_t) override { return None(); }

 private:
  static Status None() {
    return NotFound("this engine has no functions").WithReason("ResourceNotFound");
  }
};

}  // namespace pawl::test
