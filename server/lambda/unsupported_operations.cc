#include "server/lambda/unsupported_operations.h"

#include <array>

namespace pawl::lambda {
namespace {

struct UnsupportedOperation {
  std::string_view name;
  std::string_view method;
  std::string_view path;
};

// In the order of the API model. Where a query alone tells two apart, one stands for both.
constexpr std::array kUnsupportedOperations = {
    UnsupportedOperation{"AddLayerVersionPermission",
                         "POST",
                         "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy"},
    UnsupportedOperation{"AddPermission", "POST", "/2015-03-31/functions/{FunctionName}/policy"},
    UnsupportedOperation{"CheckpointDurableExecution",
                         "POST",
                         "/2025-12-01/durable-executions/{DurableExecutionArn}/checkpoint"},
    UnsupportedOperation{"CreateCapacityProvider", "POST", "/2025-11-30/capacity-providers"},
    UnsupportedOperation{"CreateCodeSigningConfig", "POST", "/2020-04-22/code-signing-configs"},
    UnsupportedOperation{"CreateEventSourceMapping", "POST", "/2015-03-31/event-source-mappings"},
    UnsupportedOperation{
        "CreateFunctionUrlConfig", "POST", "/2021-10-31/functions/{FunctionName}/url"},
    UnsupportedOperation{"DeleteCapacityProvider",
                         "DELETE",
                         "/2025-11-30/capacity-providers/{CapacityProviderName}"},
    UnsupportedOperation{"DeleteCodeSigningConfig",
                         "DELETE",
                         "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}"},
    UnsupportedOperation{
        "DeleteEventSourceMapping", "DELETE", "/2015-03-31/event-source-mappings/{UUID}"},
    UnsupportedOperation{"DeleteFunctionCodeSigningConfig",
                         "DELETE",
                         "/2020-06-30/functions/{FunctionName}/code-signing-config"},
    UnsupportedOperation{"DeleteFunctionEventInvokeConfig",
                         "DELETE",
                         "/2019-09-25/functions/{FunctionName}/event-invoke-config"},
    UnsupportedOperation{
        "DeleteFunctionUrlConfig", "DELETE", "/2021-10-31/functions/{FunctionName}/url"},
    UnsupportedOperation{
        "DeleteLayerVersion", "DELETE", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}"},
    UnsupportedOperation{"DeleteProvisionedConcurrencyConfig",
                         "DELETE",
                         "/2019-09-30/functions/{FunctionName}/provisioned-concurrency"},
    UnsupportedOperation{
        "GetCapacityProvider", "GET", "/2025-11-30/capacity-providers/{CapacityProviderName}"},
    UnsupportedOperation{
        "GetCodeSigningConfig", "GET", "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}"},
    UnsupportedOperation{
        "GetDurableExecution", "GET", "/2025-12-01/durable-executions/{DurableExecutionArn}"},
    UnsupportedOperation{"GetDurableExecutionHistory",
                         "GET",
                         "/2025-12-01/durable-executions/{DurableExecutionArn}/history"},
    UnsupportedOperation{"GetDurableExecutionState",
                         "GET",
                         "/2025-12-01/durable-executions/{DurableExecutionArn}/state"},
    UnsupportedOperation{
        "GetEventSourceMapping", "GET", "/2015-03-31/event-source-mappings/{UUID}"},
    UnsupportedOperation{"GetFunctionCodeSigningConfig",
                         "GET",
                         "/2020-06-30/functions/{FunctionName}/code-signing-config"},
    UnsupportedOperation{"GetFunctionEventInvokeConfig",
                         "GET",
                         "/2019-09-25/functions/{FunctionName}/event-invoke-config"},
    UnsupportedOperation{"GetFunctionRecursionConfig",
                         "GET",
                         "/2024-08-31/functions/{FunctionName}/recursion-config"},
    UnsupportedOperation{"GetFunctionScalingConfig",
                         "GET",
                         "/2025-11-30/functions/{FunctionName}/function-scaling-config"},
    UnsupportedOperation{"GetFunctionUrlConfig", "GET", "/2021-10-31/functions/{FunctionName}/url"},
    UnsupportedOperation{
        "GetLayerVersion", "GET", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}"},
    UnsupportedOperation{"GetLayerVersionPolicy",
                         "GET",
                         "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy"},
    UnsupportedOperation{"GetPolicy", "GET", "/2015-03-31/functions/{FunctionName}/policy"},
    UnsupportedOperation{"GetProvisionedConcurrencyConfig",
                         "GET",
                         "/2019-09-30/functions/{FunctionName}/provisioned-concurrency"},
    UnsupportedOperation{"GetRuntimeManagementConfig",
                         "GET",
                         "/2021-07-20/functions/{FunctionName}/runtime-management-config"},
    UnsupportedOperation{
        "InvokeAsync", "POST", "/2014-11-13/functions/{FunctionName}/invoke-async"},
    UnsupportedOperation{"InvokeWithResponseStream",
                         "POST",
                         "/2021-11-15/functions/{FunctionName}/response-streaming-invocations"},
    UnsupportedOperation{"ListCapacityProviders", "GET", "/2025-11-30/capacity-providers"},
    UnsupportedOperation{"ListCodeSigningConfigs", "GET", "/2020-04-22/code-signing-configs"},
    UnsupportedOperation{"ListDurableExecutionsByFunction",
                         "GET",
                         "/2025-12-01/functions/{FunctionName}/durable-executions"},
    UnsupportedOperation{"ListEventSourceMappings", "GET", "/2015-03-31/event-source-mappings"},
    UnsupportedOperation{"ListFunctionEventInvokeConfigs",
                         "GET",
                         "/2019-09-25/functions/{FunctionName}/event-invoke-config/list"},
    UnsupportedOperation{
        "ListFunctionUrlConfigs", "GET", "/2021-10-31/functions/{FunctionName}/urls"},
    UnsupportedOperation{"ListFunctionVersionsByCapacityProvider",
                         "GET",
                         "/2025-11-30/capacity-providers/{CapacityProviderName}/function-versions"},
    UnsupportedOperation{"ListFunctionsByCodeSigningConfig",
                         "GET",
                         "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}/functions"},
    UnsupportedOperation{"ListLayerVersions", "GET", "/2018-10-31/layers/{LayerName}/versions"},
    UnsupportedOperation{"ListLayers", "GET", "/2018-10-31/layers"},
    UnsupportedOperation{"PublishLayerVersion", "POST", "/2018-10-31/layers/{LayerName}/versions"},
    UnsupportedOperation{"PutFunctionCodeSigningConfig",
                         "PUT",
                         "/2020-06-30/functions/{FunctionName}/code-signing-config"},
    UnsupportedOperation{"PutFunctionEventInvokeConfig",
                         "PUT",
                         "/2019-09-25/functions/{FunctionName}/event-invoke-config"},
    UnsupportedOperation{"PutFunctionRecursionConfig",
                         "PUT",
                         "/2024-08-31/functions/{FunctionName}/recursion-config"},
    UnsupportedOperation{"PutFunctionScalingConfig",
                         "PUT",
                         "/2025-11-30/functions/{FunctionName}/function-scaling-config"},
    UnsupportedOperation{"PutProvisionedConcurrencyConfig",
                         "PUT",
                         "/2019-09-30/functions/{FunctionName}/provisioned-concurrency"},
    UnsupportedOperation{"PutRuntimeManagementConfig",
                         "PUT",
                         "/2021-07-20/functions/{FunctionName}/runtime-management-config"},
    UnsupportedOperation{
        "RemoveLayerVersionPermission",
        "DELETE",
        "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy/{StatementId}"},
    UnsupportedOperation{
        "RemovePermission", "DELETE", "/2015-03-31/functions/{FunctionName}/policy/{StatementId}"},
    UnsupportedOperation{"SendDurableExecutionCallbackFailure",
                         "POST",
                         "/2025-12-01/durable-execution-callbacks/{CallbackId}/fail"},
    UnsupportedOperation{"SendDurableExecutionCallbackHeartbeat",
                         "POST",
                         "/2025-12-01/durable-execution-callbacks/{CallbackId}/heartbeat"},
    UnsupportedOperation{"SendDurableExecutionCallbackSuccess",
                         "POST",
                         "/2025-12-01/durable-execution-callbacks/{CallbackId}/succeed"},
    UnsupportedOperation{"StopDurableExecution",
                         "POST",
                         "/2025-12-01/durable-executions/{DurableExecutionArn}/stop"},
    UnsupportedOperation{
        "UpdateCapacityProvider", "PUT", "/2025-11-30/capacity-providers/{CapacityProviderName}"},
    UnsupportedOperation{"UpdateCodeSigningConfig",
                         "PUT",
                         "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}"},
    UnsupportedOperation{
        "UpdateEventSourceMapping", "PUT", "/2015-03-31/event-source-mappings/{UUID}"},
    UnsupportedOperation{"UpdateFunctionEventInvokeConfig",
                         "POST",
                         "/2019-09-25/functions/{FunctionName}/event-invoke-config"},
    UnsupportedOperation{
        "UpdateFunctionUrlConfig", "PUT", "/2021-10-31/functions/{FunctionName}/url"}};

}  // namespace

std::string_view UnsupportedOperationName(std::string_view method, const Target& target) {
  for (const UnsupportedOperation& operation : kUnsupportedOperations) {
    if (operation.method == method && MatchPath(operation.path, target)) return operation.name;
  }
  return "";
}

}  // namespace pawl::lambda
