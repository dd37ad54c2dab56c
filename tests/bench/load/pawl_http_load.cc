// pawl_http_load: starts executions over the AWS API and prints one JSON object about it.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <optional>
#include <string>

#include "engine/platform/clock.h"
#include "server/sigv4/digest.h"
#include "server/sigv4/signer.h"
#include "tests/bench/load/http_load.h"
#include "tests/bench/load/process_cpu.h"

namespace pawl::bench {
namespace {

constexpr char kDefinition[] =
    R"({\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"End\":true}}})";
constexpr char kName[] = "http-load";

struct Arguments {
  HttpLoadOptions load;
  std::string arn = "arn:aws:states:us-east-1:123456789012:stateMachine:";
  std::size_t payload_bytes = 100;
  int server_pid = 0;
  // "ID:SECRET"; empty: requests are not signed.
  std::string access_key;
};

class Requests {
 public:
  Requests(const Arguments& arguments, platform::Clock& clock) : clock_(clock) {
    const std::size_t colon = arguments.access_key.find(':');
    if (colon == std::string::npos) return;
    signer_.emplace(sigv4::Signer::Options{
        .credentials = {.access_key_id = arguments.access_key.substr(0, colon),
                        .secret_access_key = arguments.access_key.substr(colon + 1)},
        .region = "us-east-1",
        .service = "states"});
  }

  std::string Of(std::string_view operation, std::string_view body) {
    sigv4::Request request{.method = "POST", .path = "/"};
    request.headers = {
        {.name = "Host", .value = "127.0.0.1"},
        {.name = "Content-Type", .value = "application/x-amz-json-1.0"},
        {.name = "X-Amz-Target", .value = fmt::format("AWSStepFunctions.{}", operation)}};
    if (signer_) {
      for (sigv4::Header& header :
           signer_->SignHeaders(request, sigv4::Sha256Hex(body), clock_.WallNow())) {
        request.headers.push_back(std::move(header));
      }
    }
    std::string text = "POST / HTTP/1.1\r\n";
    for (const sigv4::Header& header : request.headers)
      text += header.name + ": " + header.value + "\r\n";
    text += fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
    return text;
  }

 private:
  platform::Clock& clock_;
  std::optional<sigv4::Signer> signer_;
};

Status Deploy(const Arguments& arguments, platform::Clock& clock, Requests& requests) {
  HttpLoadOptions once = arguments.load;
  once.connections = 1;
  once.requests = 1;
  once.request = [&](std::uint64_t) {
    return requests.Of(
        "CreateStateMachine",
        fmt::format(R"({{"name":"{}","roleArn":"arn:aws:iam::1:role/r","definition":"{}"}})",
                    kName,
                    kDefinition));
  };
  ASSIGN_OR_RETURN(const HttpLoadResult result, RunHttpLoad(clock, once));
  return result.refused == 0 ? OkStatus() : Unavailable(result.first_refusal);
}

Result<HttpLoadResult> Start(const Arguments& arguments,
                             platform::Clock& clock,
                             Requests& requests) {
  RETURN_IF_ERROR(Deploy(arguments, clock, requests));
  const std::string body = fmt::format(R"({{"stateMachineArn":"{}{}","input":"\"{}\""}})",
                                       arguments.arn,
                                       kName,
                                       std::string(arguments.payload_bytes, 'x'));
  HttpLoadOptions load = arguments.load;
  load.request = [&](std::uint64_t) { return requests.Of("StartExecution", body); };
  return RunHttpLoad(clock, load);
}

int Run(const Arguments& arguments) {
  platform::SystemClock clock;
  Requests requests(arguments, clock);
  const double server_before = CpuSeconds(arguments.server_pid);
  const double client_before = CpuSeconds(getpid());
  const Result<HttpLoadResult> result = Start(arguments, clock, requests);
  if (!result.ok() || result->refused > 0) {
    fmt::print(stderr,
               "pawl_http_load: {}\n",
               result.ok() ? result->first_refusal : result.status().ToString());
    return 1;
  }
  const auto starts = static_cast<double>(result->answered);
  fmt::print(R"({{"starts": {}, "seconds": {:.3f}, "starts_per_second": {:.0f}, "p50_ms": {:.3f}, )"
             R"("p99_ms": {:.3f}, "server_cpu_us_per_start": {:.2f}, )"
             R"("client_cpu_us_per_start": {:.2f}}})"
             "\n",
             result->answered,
             std::chrono::duration<double>(result->elapsed).count(),
             starts / std::chrono::duration<double>(result->elapsed).count(),
             result->latencies.Quantile(0.5),
             result->latencies.Quantile(0.99),
             (CpuSeconds(arguments.server_pid) - server_before) * 1e6 / starts,
             (CpuSeconds(getpid()) - client_before) * 1e6 / starts);
  return 0;
}

}  // namespace
}  // namespace pawl::bench

int main(int argc, char** argv) {
  CLI::App app("Starts executions over the AWS API of a Pawl server and prints what it measured.",
               "pawl_http_load");
  pawl::bench::Arguments arguments;
  arguments.load.port = 8083;
  arguments.load.requests = 50'000;
  app.add_option("--port", arguments.load.port, "Of the API, on 127.0.0.1")->capture_default_str();
  app.add_option("--connections", arguments.load.connections, "Each with one request under way")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--starts", arguments.load.requests, "Executions in all")
      ->check(CLI::Range(1, 100'000'000))
      ->capture_default_str();
  app.add_option("--payload-bytes", arguments.payload_bytes, "Input of each execution")
      ->check(CLI::Range(0, 1 << 17))
      ->capture_default_str();
  app.add_option("--access-key", arguments.access_key, "ID:SECRET: requests are signed with it");
  app.add_option("--server-pid", arguments.server_pid, "Measure the CPU time of this process too");
  CLI11_PARSE(app, argc, argv);
  return pawl::bench::Run(arguments);
}
