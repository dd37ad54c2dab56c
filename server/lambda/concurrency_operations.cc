// Reserved concurrency of the AWS Lambda API.
#include <optional>
#include <string>

#include "server/aws/json_fields.h"
#include "server/lambda/operation_functions.h"

namespace pawl::lambda {
namespace {

std::string ConcurrencyJson(std::optional<std::uint32_t> concurrency) {
  std::string out;
  aws::JsonFields(out).Number("ReservedConcurrentExecutions", concurrency);
  return out;
}

}  // namespace

Result<std::string> PutFunctionConcurrency(const LambdaCall& call) {
  ASSIGN_OR_RETURN(const FunctionName name, call.PlainFunction());
  const auto concurrency =
      static_cast<std::uint32_t>(call.input.Integer("ReservedConcurrentExecutions").value_or(0));
  RETURN_IF_ERROR(call.functions().SetConcurrency(name, concurrency));
  return ConcurrencyJson(concurrency);
}

Result<std::string> GetFunctionConcurrency(const LambdaCall& call) {
  ASSIGN_OR_RETURN(const FunctionName name, call.PlainFunction());
  ASSIGN_OR_RETURN(const FunctionInfo function, call.functions().Describe(name));
  return ConcurrencyJson(function.reserved_concurrency);
}

Result<std::string> DeleteFunctionConcurrency(const LambdaCall& call) {
  ASSIGN_OR_RETURN(const FunctionName name, call.PlainFunction());
  RETURN_IF_ERROR(call.functions().SetConcurrency(name, std::nullopt));
  return std::string();
}

}  // namespace pawl::lambda
