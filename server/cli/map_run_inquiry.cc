#include "server/cli/map_run_inquiry.h"

namespace pawl::cli {
namespace {

constexpr std::chrono::seconds kAskEvery(1);

}  // namespace

std::vector<v1::MapRun> MapRunInquiry::AskIfDue(const std::vector<std::string>& arns) {
  const Timestamp now = client_.clock().WallNow();
  if (now >= asked_at_ && now - asked_at_ < Duration(kAskEvery)) return {};
  asked_at_ = now;
  return Ask(arns);
}

std::vector<v1::MapRun> MapRunInquiry::Ask(const std::vector<std::string>& arns) {
  std::vector<v1::MapRun> runs;
  for (const std::string& arn : arns) {
    v1::DescribeMapRunRequest request;
    request.set_map_run(arn);
    Result<v1::DescribeMapRunResponse> response =
        client_.Call(&Client::Stub::DescribeMapRun, request, kAskEvery);
    // Whoever shows them goes on with what it knows.
    if (!response.ok()) break;
    runs.push_back(std::move(*response->mutable_map_run()));
  }
  return runs;
}

}  // namespace pawl::cli
