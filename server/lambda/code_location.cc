#include "server/lambda/code_location.h"

#include <chrono>
#include <utility>

#include "engine/base/coding.h"
#include "server/lambda/lambda_error.h"

namespace pawl::lambda {
namespace {

constexpr std::string_view kPattern = "/2015-03-31/code/{Token}";
constexpr std::string_view kPrefix = "/2015-03-31/code/";
constexpr std::chrono::minutes kLifetime(10);

// Any caller's: the content names the namespace.
constexpr runtime::TokenScope kScope{.namespace_id = {}, .kind = "lambda:code", .request = {}};

struct CodeGrant {
  NamespaceId namespace_id = {};
  std::string code_sha256 = {};
  std::uint64_t code_bytes = 0;
  Timestamp expires_at = {};
};

std::string Encode(const CodeGrant& grant) {
  std::string text;
  Encoder encoder(text);
  encoder.Varint(grant.namespace_id.value);
  encoder.String(grant.code_sha256);
  encoder.Varint(grant.code_bytes);
  encoder.SignedVarint(ToMicros(grant.expires_at));
  return text;
}

// The seal vouches for the content.
Result<CodeGrant> Open(const LambdaContext& context, std::string_view token) {
  const Status refused =
      Refusal("AccessDeniedException",
              "the URL is none of this server or has expired; GetFunction gives another one");
  const auto text = context.tokens.Open(kScope, token);
  if (!text.ok()) return refused;
  Decoder decoder(*text);
  CodeGrant grant;
  grant.namespace_id = {decoder.Varint32()};
  grant.code_sha256 = std::string(decoder.String());
  grant.code_bytes = decoder.Varint();
  grant.expires_at = FromMicros(decoder.SignedVarint());
  if (!decoder.Finished() || grant.expires_at < context.clock.WallNow()) return refused;
  return grant;
}

Result<std::string> ReadAll(DeployedFunctions& functions, const CodeGrant& grant) {
  std::string code;
  code.reserve(grant.code_bytes);
  for (std::uint64_t index = 0; code.size() < grant.code_bytes; ++index) {
    ASSIGN_OR_RETURN(const Bytes piece,
                     functions.ReadCode(grant.namespace_id, grant.code_sha256, index));
    if (piece.size() == 0) break;
    code += piece.view();
  }
  if (code.size() == grant.code_bytes) return code;
  return DataLoss("the archive has " + std::to_string(code.size()) + " bytes; it had " +
                  std::to_string(grant.code_bytes));
}

}  // namespace

std::string CodeLocation(const LambdaCall& call, const FunctionInfo& function) {
  const CodeGrant grant{.namespace_id = call.caller.namespace_id,
                        .code_sha256 = function.code_sha256,
                        .code_bytes = function.code_bytes,
                        .expires_at = call.context.clock.WallNow() + kLifetime};
  return "http://" + std::string(call.host) + std::string(kPrefix) +
         call.context.tokens.Seal(kScope, Encode(grant));
}

bool IsCodeTarget(std::string_view method, const Target& target) {
  return (method == "GET" || method == "HEAD") && MatchPath(kPattern, target).has_value();
}

http::HttpResponse ServeCode(const LambdaContext& context, const Target& target) {
  const auto grant = Open(context, target.segments.back());
  if (!grant.ok()) return ErrorResponse(ToLambdaError(grant.status()));
  auto code = ReadAll(context.engine.Functions(), *grant);
  if (!code.ok()) return ErrorResponse(ToLambdaError(code.status()));
  return {.status = 200, .content_type = "application/zip", .body = *std::move(code)};
}

}  // namespace pawl::lambda
