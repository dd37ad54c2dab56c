#include "server/lambda/lambda_call.h"

#include <algorithm>
#include <utility>

#include "server/lambda/lambda_error.h"

namespace pawl::lambda {
namespace {

constexpr std::string_view kRequestIdHeader = "x-amzn-RequestId";

}  // namespace

Result<FunctionName> LambdaCall::Function() const {
  return ResolveFunction(arns(),
                         caller.namespace_id,
                         input.Required("FunctionName"),
                         input.Text("Qualifier").value_or(""));
}

Result<FunctionName> LambdaCall::PlainFunction() const {
  ASSIGN_OR_RETURN(FunctionName name, Function());
  if (!name.qualifier.empty() && name.qualifier != kLatestVersion) {
    return InvalidValue(std::string(operation) + " takes no version or alias; found '" +
                        name.qualifier + "' behind the function's name");
  }
  name.qualifier.clear();
  return name;
}

http::HttpResponse LambdaReply::WithId(http::HttpResponse response) const {
  const bool has_id = std::any_of(
      response.headers.begin(), response.headers.end(), [](const http::HttpHeader& header) {
        return header.name == kRequestIdHeader;
      });
  if (!has_id) {
    response.headers.push_back({.name = std::string(kRequestIdHeader), .value = request_id_});
  }
  return response;
}

void LambdaReply::Send(http::HttpResponse response) const {
  responder_->Respond(WithId(std::move(response)));
}

void LambdaReply::SendError(const Status& status) const {
  Send(ErrorResponse(ToLambdaError(status)));
}

void LambdaReply::SendErrorAfter(Duration wait, const Status& status) const {
  responder_->RespondAfter(wait, WithId(ErrorResponse(ToLambdaError(status))));
}

}  // namespace pawl::lambda
