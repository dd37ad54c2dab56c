// Any bytes as a body in signed chunks: what is read is no more than what came, ends with an empty
// chunk, has the length that the request says, and is not believed, for nobody signed it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "server/sigv4/signed_chunks.h"

namespace pawl::sigv4 {
namespace {

void Run(std::string_view body, std::string_view payload) {
  // The first length is wrong for all but one body, so the right one is tried where it is told.
  for (std::size_t length = 0; length <= body.size(); ++length) {
    const Request request{.headers = {{"X-Amz-Content-SHA256", std::string(payload)},
                                      {"X-Amz-Decoded-Content-Length", std::to_string(length)}}};
    const Result<SignedChunks> chunks = ReadSignedChunks(request, body, Dialect::kS3);
    if (!chunks.ok()) {
      PAWL_CHECK(chunks.status().reason() == "IncompleteBody");
      if (chunks.status().message().find("x-amz-decoded-content-length") == std::string::npos) {
        return;
      }
      continue;
    }
    PAWL_CHECK(chunks->Joined().size() == length);
    PAWL_CHECK(chunks->chunks.back().data.empty());
    PAWL_CHECK(chunks->trailer_signature.empty() == (payload == kSignedChunksPayload));
    const Status verified = VerifyChunks(*chunks, {.signing_key = "key", .dialect = Dialect::kS3});
    PAWL_CHECK(verified.reason() == "SignatureDoesNotMatch");
    return;
  }
  PAWL_CHECK(false);
}

}  // namespace
}  // namespace pawl::sigv4

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  pawl::sigv4::Run(body, pawl::sigv4::kSignedChunksPayload);
  pawl::sigv4::Run(body, pawl::sigv4::kSignedChunksTrailerPayload);
  return 0;
}
