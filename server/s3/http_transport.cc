#include "server/s3/http_transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <csignal>
#include <ctime>
#include <span>
#include <utility>

#include "engine/base/check.h"

namespace pawl::s3 {
namespace {

constexpr std::size_t kIdleSessionsMax = 8;
constexpr std::size_t kHeadersMax = 100;

// What one transfer reads and writes; the callbacks of curl get it.
struct Transfer {
  const HttpRequest* request = nullptr;
  HttpAnswer answer = {};
  std::uint64_t body_offset = 0;
  bool is_too_long = false;
  Status body_status = {};
};

std::size_t TakeBody(char* data, std::size_t /*one*/, std::size_t size, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  if (transfer.answer.body.size() + size > transfer.request->answer_bytes_max) {
    transfer.is_too_long = true;
    return 0;
  }
  transfer.answer.body.append(data, size);
  return size;
}

std::size_t TakeHeader(char* data, std::size_t /*one*/, std::size_t size, void* context) {
  auto& headers = static_cast<Transfer*>(context)->answer.headers;
  std::string_view line(data, size);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n'))
    line.remove_suffix(1);
  // Of an interim answer (100 Continue), nothing stays.
  if (line.starts_with("HTTP/")) headers.clear();
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || headers.size() == kHeadersMax) return size;
  std::string_view value = line.substr(colon + 1);
  while (value.starts_with(' '))
    value.remove_prefix(1);
  headers.push_back({.name = sigv4::LowerCase(line.substr(0, colon)), .value = std::string(value)});
  return size;
}

std::size_t GiveBody(char* data, std::size_t /*one*/, std::size_t size, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  const Result<std::size_t> count =
      transfer.request->body->Read(transfer.body_offset, std::span(data, size));
  if (!count.ok()) {
    transfer.body_status = count.status();
    return CURL_READFUNC_ABORT;
  }
  transfer.body_offset += *count;
  return *count;
}

int SeekBody(void* context, curl_off_t offset, int origin) {
  if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  static_cast<Transfer*>(context)->body_offset = static_cast<std::uint64_t>(offset);
  return CURL_SEEKFUNC_OK;
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

using HeaderList = std::unique_ptr<curl_slist, FreeList>;

HeaderList ListOf(const std::vector<sigv4::Header>& headers) {
  HeaderList list;
  const auto append = [&](const std::string& line) {
    curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
    PAWL_CHECK(longer != nullptr);
    static_cast<void>(list.release());
    list.reset(longer);
  };
  for (const sigv4::Header& header : headers)
    append(header.name + ": " + header.value);
  // curl would wait a second for a server that does not know it.
  append("Expect:");
  return list;
}

// OpenSSL writes to a connection that the other side has closed without asking for no signal, and
// the process would end by it. Blocks SIGPIPE in this thread for a scope and drops what came.
class BrokenPipesDropped {
 public:
  BrokenPipesDropped() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  }

  ~BrokenPipesDropped() {
    if (sigismember(&before_, SIGPIPE) == 1) return;
    const timespec at_once{};
    sigtimedwait(&signals_, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

  BrokenPipesDropped(const BrokenPipesDropped&) = delete;
  BrokenPipesDropped& operator=(const BrokenPipesDropped&) = delete;

 private:
  sigset_t signals_{};
  sigset_t before_{};
};

bool IsAboutTrust(CURLcode code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
         code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_ISSUER_ERROR;
}

// Of the host alone: a URL holds keys.
std::string HostOf(const std::string& url) {
  const std::size_t begin = url.find("://") + 3;
  return url.substr(begin, url.find_first_of("/?", begin) - begin);
}

Status TransferErrorOf(CURLcode code, const Transfer& transfer) {
  const std::string host = HostOf(transfer.request->url);
  if (!transfer.body_status.ok()) return transfer.body_status;
  if (transfer.is_too_long) {
    return Internal(host + " answers with more than the " +
                    std::to_string(transfer.request->answer_bytes_max) + " bytes asked for");
  }
  std::string message = host + ": " + curl_easy_strerror(code);
  if (IsAboutTrust(code)) return FailedPrecondition(std::move(message));
  if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY ||
      code == CURLE_URL_MALFORMAT) {
    return Internal(std::move(message));
  }
  return Unavailable(std::move(message));
}

}  // namespace

std::string HttpAnswer::Header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const sigv4::Header& header) {
    return header.name == name;
  });
  return found == headers.end() ? "" : found->value;
}

// A handle of curl, with the connections that it keeps. One thread at a time.
class HttpTransport::Session {
 public:
  Session() : handle_(curl_easy_init()) { PAWL_CHECK(handle_ != nullptr); }

  ~Session() { curl_easy_cleanup(handle_); }

  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Result<HttpAnswer> Perform(const HttpRequest& request, const HttpTimeouts& timeouts) {
    Transfer transfer{.request = &request};
    const HeaderList headers = ListOf(request.headers);
    curl_easy_reset(handle_);
    SetUp(request, timeouts, transfer);
    Set(CURLOPT_HTTPHEADER, headers.get());
    const CURLcode code = curl_easy_perform(handle_);
    if (code != CURLE_OK) return TransferErrorOf(code, transfer);
    long status = 0;  // NOLINT(google-runtime-int): curl's type.
    curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    transfer.answer.status = static_cast<int>(status);
    return std::move(transfer.answer);
  }

 private:
  template <typename T>
  void Set(CURLoption option, T value) {
    PAWL_CHECK(curl_easy_setopt(handle_, option, value) == CURLE_OK);
  }

  void SetUp(const HttpRequest& request, const HttpTimeouts& timeouts, Transfer& transfer) {
    Set(CURLOPT_URL, request.url.c_str());
    Set(CURLOPT_PROTOCOLS_STR, "http,https");
    Set(CURLOPT_USERAGENT, "pawl");
    Set(CURLOPT_NOSIGNAL, 1L);
    // A key may have '.' and '..' between its slashes.
    Set(CURLOPT_PATH_AS_IS, 1L);
    Set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<curl_off_t>(timeouts.connect.count()));
    Set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    Set(CURLOPT_LOW_SPEED_TIME, static_cast<curl_off_t>(timeouts.stall.count()));
    Set(CURLOPT_WRITEFUNCTION, &TakeBody);
    Set(CURLOPT_WRITEDATA, &transfer);
    Set(CURLOPT_HEADERFUNCTION, &TakeHeader);
    Set(CURLOPT_HEADERDATA, &transfer);
    if (request.method == "HEAD") Set(CURLOPT_NOBODY, 1L);
    if (request.body == nullptr) return;
    Set(CURLOPT_UPLOAD, 1L);
    Set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.body->size()));
    Set(CURLOPT_READFUNCTION, &GiveBody);
    Set(CURLOPT_READDATA, &transfer);
    Set(CURLOPT_SEEKFUNCTION, &SeekBody);
    Set(CURLOPT_SEEKDATA, &transfer);
  }

  CURL* handle_;
};

HttpTransport::HttpTransport(HttpTimeouts timeouts) : timeouts_(timeouts) {
  static const CURLcode kInitialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  PAWL_CHECK(kInitialized == CURLE_OK);
}

HttpTransport::~HttpTransport() = default;

Result<HttpAnswer> HttpTransport::Perform(const HttpRequest& request) {
  const BrokenPipesDropped broken_pipes_dropped;
  std::unique_ptr<Session> session = Take();
  Result<HttpAnswer> answer = session->Perform(request, timeouts_);
  Keep(std::move(session));
  return answer;
}

std::unique_ptr<HttpTransport::Session> HttpTransport::Take() {
  const MutexLock lock(mutex_);
  if (sessions_.empty()) return std::make_unique<Session>();
  std::unique_ptr<Session> session = std::move(sessions_.back());
  sessions_.pop_back();
  return session;
}

void HttpTransport::Keep(std::unique_ptr<Session> session) {
  const MutexLock lock(mutex_);
  if (sessions_.size() < kIdleSessionsMax) sessions_.push_back(std::move(session));
}

}  // namespace pawl::s3
