// What each operation does with a request that was checked against its shape: it translates, calls
// the engine, and translates back. A group a file; the table stands in operations.cc.
#pragma once

#include <string>

#include "engine/base/status.h"
#include "server/lambda/lambda_call.h"

namespace pawl::lambda {

// --- invoke_operation.cc ---
void Invoke(const LambdaCall& call, const LambdaReply& reply);

// --- function_operations.cc ---
Result<std::string> CreateFunction(const LambdaCall& call);
Result<std::string> UpdateFunctionCode(const LambdaCall& call);
Result<std::string> UpdateFunctionConfiguration(const LambdaCall& call);
Result<std::string> GetFunction(const LambdaCall& call);
Result<std::string> GetFunctionConfiguration(const LambdaCall& call);
Result<std::string> ListFunctions(const LambdaCall& call);
Result<std::string> DeleteFunction(const LambdaCall& call);

// --- version_operations.cc ---
Result<std::string> PublishVersion(const LambdaCall& call);
Result<std::string> ListVersionsByFunction(const LambdaCall& call);

// --- alias_operations.cc ---
Result<std::string> CreateAlias(const LambdaCall& call);
Result<std::string> GetAlias(const LambdaCall& call);
Result<std::string> UpdateAlias(const LambdaCall& call);
Result<std::string> ListAliases(const LambdaCall& call);
Result<std::string> DeleteAlias(const LambdaCall& call);

// --- concurrency_operations.cc ---
Result<std::string> PutFunctionConcurrency(const LambdaCall& call);
Result<std::string> GetFunctionConcurrency(const LambdaCall& call);
Result<std::string> DeleteFunctionConcurrency(const LambdaCall& call);

// --- tag_operations.cc ---
Result<std::string> TagResource(const LambdaCall& call);
Result<std::string> UntagResource(const LambdaCall& call);
Result<std::string> ListTags(const LambdaCall& call);

// --- account_operations.cc ---
Result<std::string> GetAccountSettings(const LambdaCall& call);

}  // namespace pawl::lambda
