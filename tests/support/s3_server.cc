#include "tests/support/s3_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "engine/base/check.h"
#include "server/sigv4/digest.h"
#include "server/sigv4/uri_encoding.h"
#include "tests/support/etag.h"

namespace pawl::test {
namespace {

using sigv4::FindHeader;
using sigv4::Header;

constexpr std::string_view kLastModified = "Wed, 12 Oct 2022 17:50:00 GMT";

// Reads until `text` ends with what `is_whole` wants; false where the connection ends before.
template <typename IsWhole>
bool ReadUntil(int connection, std::string& text, IsWhole is_whole) {
  std::array<char, 65536> buffer{};
  while (!is_whole()) {
    const ssize_t count = recv(connection, buffer.data(), buffer.size(), 0);
    if (count <= 0) return false;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return true;
}

void SendAll(int connection, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = send(connection, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

// The lines of a request's head.
sigv4::Request ParseHead(std::string_view text) {
  sigv4::Request request;
  const std::string_view line = text.substr(0, text.find("\r\n"));
  const std::size_t target = line.find(' ') + 1;
  request.method = line.substr(0, target - 1);
  const std::string_view url = line.substr(target, line.rfind(' ') - target);
  request.path = url.substr(0, url.find('?'));
  if (request.path.size() < url.size()) request.query = url.substr(request.path.size() + 1);
  text.remove_prefix(line.size() + 2);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\r\n"), text.size());
    const std::string_view header = text.substr(0, end);
    const std::size_t colon = header.find(": ");
    if (colon != std::string_view::npos) {
      request.headers.push_back(
          {std::string(header.substr(0, colon)), std::string(header.substr(colon + 2))});
    }
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return request;
}

std::string ErrorXml(std::string_view code) {
  return "<?xml version=\"1.0\"?>\n<Error><Code>" + std::string(code) +
         "</Code><Message>so it is</Message></Error>";
}

// "bytes=0-9".
std::pair<std::size_t, std::size_t> ParseRange(const std::string& text) {
  const std::size_t dash = text.find('-');
  return {std::stoul(text.substr(text.find('=') + 1)), std::stoul(text.substr(dash + 1))};
}

std::string ParameterOf(const std::vector<sigv4::QueryParameter>& query, std::string_view name) {
  for (const sigv4::QueryParameter& parameter : query)
    if (parameter.name == name) return parameter.value;
  return "";
}

}  // namespace

S3Server::S3Server(platform::Clock& clock) : clock_(clock) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof(address);
  PAWL_CHECK(bind(listener_, raw, size) == 0);
  PAWL_CHECK(listen(listener_, 16) == 0);
  PAWL_CHECK(getsockname(listener_, raw, &size) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::make_unique<platform::Thread>("s3-server", [this] { Serve(); });
}

S3Server::~S3Server() {
  shutdown(listener_, SHUT_RDWR);
  thread_->Join();
  close(listener_);
}

void S3Server::AddBucket(const std::string& bucket) {
  const MutexLock lock(mutex_);
  buckets_[bucket];
}

void S3Server::Put(const std::string& bucket, const std::string& key, std::string text) {
  const MutexLock lock(mutex_);
  buckets_[bucket][key] = {.text = std::move(text), .version = version_++};
}

std::optional<std::string> S3Server::Get(const std::string& bucket, const std::string& key) {
  const MutexLock lock(mutex_);
  const auto found = buckets_[bucket].find(key);
  if (found == buckets_[bucket].end()) return std::nullopt;
  return found->second.text;
}

void S3Server::FailNext(Fault fault, int count) {
  const MutexLock lock(mutex_);
  faults_.insert(faults_.end(), static_cast<std::size_t>(count), fault);
}

int S3Server::request_count() {
  const MutexLock lock(mutex_);
  return request_count_;
}

void S3Server::Serve() {
  for (;;) {
    const int connection = accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    ServeOne(connection);
    close(connection);
  }
}

void S3Server::ServeOne(int connection) {
  std::string text;
  const auto head_end = [&] { return text.find("\r\n\r\n"); };
  if (!ReadUntil(connection, text, [&] { return head_end() != std::string::npos; })) return;
  Request request{.head = ParseHead(std::string_view(text).substr(0, head_end() + 2))};
  const std::string* const length = FindHeader(request.head, "content-length");
  const std::size_t body_size = length == nullptr ? 0 : std::stoul(*length);
  const std::size_t body_begin = head_end() + 4;
  if (!ReadUntil(connection, text, [&] { return text.size() >= body_begin + body_size; })) return;
  request.body = text.substr(body_begin);

  const std::optional<Fault> fault = TakeFault();
  if (fault == Fault::kDropped) return;
  if (fault == Fault::kSilent) {
    ReadUntil(connection, text, [] { return false; });
    return;
  }
  const Answer answer = Handle(request, fault);
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " Status\r\n";
  for (const Header& header : answer.headers)
    head += header.name + ": " + header.value + "\r\n";
  head += "Content-Length: " + std::to_string(answer.body.size()) + "\r\nConnection: close\r\n\r\n";
  std::string_view body = answer.is_head ? "" : std::string_view(answer.body);
  if (fault == Fault::kTruncated) body = body.substr(0, body.size() / 2);
  SendAll(connection, head);
  SendAll(connection, body);
}

std::optional<S3Server::Fault> S3Server::TakeFault() {
  const MutexLock lock(mutex_);
  ++request_count_;
  if (faults_.empty()) return std::nullopt;
  const Fault fault = faults_.front();
  faults_.erase(faults_.begin());
  return fault;
}

S3Server::Answer S3Server::Handle(const Request& request, std::optional<Fault> fault) {
  const bool is_head = request.head.method == "HEAD";
  const auto error = [&](int status, std::string_view code) {
    return Answer{.status = status, .body = ErrorXml(code), .is_head = is_head};
  };
  const sigv4::Verifier verifier(
      {.service = "s3", .region = "eu-west-1", .dialect = sigv4::Dialect::kS3},
      [](std::string_view id) -> std::optional<sigv4::KnownKey> {
        if (id != "AKID") return std::nullopt;
        return sigv4::KnownKey{.secret_access_key = "secret"};
      });
  const auto signatory =
      verifier.Verify(request.head, sigv4::Sha256Hex(request.body), clock_.WallNow());
  if (!signatory.ok()) return error(403, signatory.status().reason());
  if (fault == Fault::kSlowDown) return error(503, "SlowDown");
  if (fault == Fault::kDenied) return error(403, "AccessDenied");

  const std::string path = sigv4::UriDecode(request.head.path).substr(1);
  const std::size_t slash = std::min(path.find('/'), path.size());
  const MutexLock lock(mutex_);
  const auto bucket = buckets_.find(path.substr(0, slash));
  if (bucket == buckets_.end()) return error(404, "NoSuchBucket");
  if (slash == path.size()) return List(bucket->second, request.head.query);
  Answer answer = HandleObject(request, bucket->second, path.substr(slash + 1));
  answer.is_head = is_head;
  if (fault == Fault::kOtherEtag) {
    for (Header& header : answer.headers)
      if (header.name == "ETag") header.value = "\"other\"";
  }
  if (fault == Fault::kIgnoresRange) answer.status = 200;
  return answer;
}

S3Server::Answer S3Server::HandleObject(const Request& request,
                                        Bucket& bucket,
                                        const std::string& key) {
  if (request.head.method == "PUT") {
    bucket[key] = {.text = request.body, .version = version_++};
    return {.headers = {{"ETag", EtagOf(bucket[key].version)}}};
  }
  const auto found = bucket.find(key);
  if (found == bucket.end()) return {.status = 404, .body = ErrorXml("NoSuchKey")};
  const std::string& text = found->second.text;
  const std::string etag = EtagOf(found->second.version);
  const std::string* const if_match = FindHeader(request.head, "if-match");
  if (if_match != nullptr && *if_match != etag) {
    return {.status = 412, .body = ErrorXml("PreconditionFailed")};
  }
  Answer answer{.headers = {{"ETag", etag}, {"Last-Modified", std::string(kLastModified)}},
                .body = text};
  const std::string* const range = FindHeader(request.head, "range");
  if (range == nullptr) return answer;
  const auto [first, last] = ParseRange(*range);
  if (first >= text.size()) return {.status = 416, .body = ErrorXml("InvalidRange")};
  answer.status = 206;
  answer.body = text.substr(first, last - first + 1);
  answer.headers.push_back({"Content-Range",
                            "bytes " + std::to_string(first) + "-" +
                                std::to_string(first + answer.body.size() - 1) + "/" +
                                std::to_string(text.size())});
  return answer;
}

S3Server::Answer S3Server::List(const Bucket& bucket, const std::string& query_text) {
  const std::vector<sigv4::QueryParameter> query = sigv4::ParseQuery(query_text);
  const std::string prefix = ParameterOf(query, "prefix");
  const std::string start_after = ParameterOf(query, "start-after");
  const std::size_t count_max = std::stoul(ParameterOf(query, "max-keys"));
  std::string contents;
  std::size_t count = 0;
  bool is_truncated = false;
  for (const auto& [key, object] : bucket) {
    if (key <= start_after || !key.starts_with(prefix)) continue;
    is_truncated = count == count_max;
    if (is_truncated) break;
    ++count;
    contents += "<Contents><Key>" + sigv4::UriEncode(key, sigv4::Slash::kStays) +
                "</Key><LastModified>2022-10-12T17:50:00.000Z</LastModified><ETag>&quot;" +
                std::to_string(object.version) + "&quot;</ETag><Size>" +
                std::to_string(object.text.size()) +
                "</Size><StorageClass>STANDARD</StorageClass></Contents>";
  }
  return {.body =
              "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
              "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>" +
              std::string(is_truncated ? "true" : "false") + "</IsTruncated>" + contents +
              "<EncodingType>url</EncodingType></ListBucketResult>"};
}

}  // namespace pawl::test
