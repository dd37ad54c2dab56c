// Step Functions Developer Guide: "Call HTTPS APIs in Step Functions workflows", "Call API Gateway
// REST APIs with Step Functions", "Create and manage Amazon EKS clusters with Step Functions",
// "Create and manage Amazon EMR clusters with Step Functions".
#include "engine/asl/service_parameters.h"

#include <algorithm>
#include <array>

namespace pawl::asl {

namespace {

constexpr std::array<std::string_view, 7> kMethods = {
    "GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"};
constexpr std::array<std::string_view, 3> kAuthTypes = {"NO_AUTH", "IAM_ROLE", "RESOURCE_POLICY"};

constexpr std::array<WordParameter, 1> kMethodAlone = {{{"Method", kMethods}}};
constexpr std::array<WordParameter, 2> kMethodAndAuthType = {
    {{"Method", kMethods}, {"AuthType", kAuthTypes}}};

constexpr std::array<std::string_view, 8> kHttp = {"ApiEndpoint",
                                                   "Method",
                                                   "Authentication",
                                                   "Headers",
                                                   "InvocationConfig",
                                                   "QueryParameters",
                                                   "RequestBody",
                                                   "Transform"};
constexpr std::array<std::string_view, 9> kApiGateway = {"ApiEndpoint",
                                                         "Method",
                                                         "AllowNullValues",
                                                         "AuthType",
                                                         "Headers",
                                                         "Path",
                                                         "QueryParameters",
                                                         "RequestBody",
                                                         "Stage"};
constexpr std::array<std::string_view, 7> kEksCall = {"ClusterName",
                                                      "CertificateAuthority",
                                                      "Endpoint",
                                                      "Method",
                                                      "Path",
                                                      "QueryParameters",
                                                      "RequestBody"};
constexpr std::array<std::string_view, 6> kEksRunJob = {
    "ClusterName", "CertificateAuthority", "Endpoint", "Job", "LogOptions", "Namespace"};
constexpr std::array<std::string_view, 3> kFleet = {
    "ClusterId", "InstanceFleetName", "InstanceFleet"};
constexpr std::array<std::string_view, 3> kGroup = {
    "ClusterId", "InstanceGroupName", "InstanceGroup"};

constexpr std::array<ServiceParameters, 6> kCalls = {{
    {"http:invoke", kHttp, 2, kMethodAlone},
    {"apigateway:invoke", kApiGateway, 2, kMethodAndAuthType},
    {"eks:call", kEksCall, 5, kMethodAlone},
    {"eks:runJob", kEksRunJob, 4},
    {"elasticmapreduce:modifyInstanceFleetByName", kFleet, kFleet.size()},
    {"elasticmapreduce:modifyInstanceGroupByName", kGroup, kGroup.size()},
}};

}  // namespace

const ServiceParameters* FindServiceParameters(std::string_view call) {
  const auto* found = std::find_if(
      kCalls.begin(), kCalls.end(), [&](const ServiceParameters& one) { return one.call == call; });
  return found == kCalls.end() ? nullptr : found;
}

}  // namespace pawl::asl
