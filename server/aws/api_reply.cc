#include <string_view>
#include <utility>

#include "server/aws/api_call.h"
#include "server/aws/api_error.h"

namespace pawl::aws {
namespace {

constexpr int kOk = 200;

}  // namespace

http::HttpResponse ApiResponse(int status, std::string request_id, std::string body) {
  return {.status = status,
          .content_type = std::string(kApiContentType),
          .headers = {{.name = "x-amzn-RequestId", .value = std::move(request_id)}},
          .body = std::move(body)};
}

void ApiReply::Send(const Result<std::string>& answer) const {
  if (answer.ok()) return responder_->Respond(ApiResponse(kOk, request_id_, *answer));
  const ApiError error = ToApiError(answer.status());
  responder_->Respond(ApiResponse(HttpStatusOf(error), request_id_, ErrorJson(error)));
}

void ApiReply::SendAfter(Duration wait, std::string answer) const {
  responder_->RespondAfter(wait, ApiResponse(kOk, request_id_, std::move(answer)));
}

void ApiReply::OnAbandoned(std::function<void()> abandoned) const {
  responder_->OnAbandoned(std::move(abandoned));
}

}  // namespace pawl::aws
