// The operations of AWS Lambda that are served: one table.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/aws/api_shape.h"
#include "server/lambda/lambda_call.h"
#include "server/lambda/uri_template.h"

namespace pawl::lambda {

// Where the members are that are not in the path.
enum class MembersIn : std::uint8_t {
  kBody,   // a JSON object
  kQuery,  // there is no body
  // In the query, and X-Amz-* headers; the body is the operation's own.
  kQueryAndHeaders,
};

struct Operation {
  std::string_view name;
  std::string_view method;
  std::string_view path;
  MembersIn members_in;
  std::span<const aws::MemberShape> input;
  // Of an answer that tells of success.
  int http_status = 200;
  // One of the two: answers at once with JSON, empty for an answer without a body; or later.
  Result<std::string> (*answer)(const LambdaCall& call) = nullptr;
  void (*begin)(const LambdaCall& call, const LambdaReply& reply) = nullptr;
  // Its body may hold a zip archive.
  bool takes_code = false;
};

std::span<const Operation> AllOperations();

struct FoundOperation {
  const Operation& operation;
  // Pointing into the target.
  std::vector<PathParameter> path = {};
};

// nullopt if there is none of that method and path.
std::optional<FoundOperation> FindOperation(std::string_view method, const Target& target);

}  // namespace pawl::lambda
