// GetAccountSettings of the AWS Lambda API.
#include <string>

#include "server/aws/json_fields.h"
#include "server/lambda/operation_functions.h"

namespace pawl::lambda {
namespace {

struct Usage {
  std::uint64_t functions = 0;
  // Archives that several versions share count for each, as on AWS.
  std::uint64_t code_bytes = 0;
};

constexpr std::size_t kPage = 100;

Result<std::uint64_t> CodeBytesOf(const LambdaCall& call, const FunctionName& name) {
  std::uint64_t bytes = 0;
  std::string after;
  do {
    ASSIGN_OR_RETURN(const FunctionList list, call.functions().ListVersions(name, kPage, after));
    for (const FunctionInfo& version : list.functions)
      bytes += version.code_bytes;
    after = list.next;
  } while (!after.empty());
  return bytes;
}

Result<Usage> UsageOf(const LambdaCall& call) {
  Usage usage;
  std::string after;
  do {
    ASSIGN_OR_RETURN(const FunctionList list,
                     call.functions().List(call.caller.namespace_id, kPage, after));
    for (const FunctionInfo& function : list.functions) {
      // One that was deleted meanwhile is not counted.
      const auto bytes =
          CodeBytesOf(call, {.namespace_id = call.caller.namespace_id, .name = function.name});
      if (!bytes.ok()) continue;
      ++usage.functions;
      usage.code_bytes += *bytes;
    }
    after = list.next;
  } while (!after.empty());
  return usage;
}

}  // namespace

// There is no bound on all code together but the disk, and none on invocations but the workers:
// TotalCodeSize, ConcurrentExecutions and UnreservedConcurrentExecutions are left out.
Result<std::string> GetAccountSettings(const LambdaCall& call) {
  ASSIGN_OR_RETURN(const Usage usage, UsageOf(call));
  std::string out;
  {
    aws::JsonFields fields(out);
    fields.Begin("AccountLimit");
    {
      aws::JsonFields limit(out);
      limit.Number("CodeSizeUnzipped", static_cast<std::int64_t>(kUnpackedCodeBytesMax));
      limit.Number("CodeSizeZipped", static_cast<std::int64_t>(kCodeBytesMax));
    }
    fields.Begin("AccountUsage");
    aws::JsonFields used(out);
    used.Number("TotalCodeSize", static_cast<std::int64_t>(usage.code_bytes));
    used.Number("FunctionCount", static_cast<std::int64_t>(usage.functions));
  }
  return out;
}

}  // namespace pawl::lambda
