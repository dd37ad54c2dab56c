#include "server/sigv4/signed_chunks.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "server/sigv4/amz_date.h"
#include "server/sigv4/digest.h"
#include "server/sigv4/refusal.h"

namespace pawl::sigv4 {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kSignatureMark = ";chunk-signature=";
constexpr std::string_view kTrailerSignature = "x-amz-trailer-signature";
constexpr std::size_t kTrailersMax = 16;

// The whole of `text` as a number.
std::optional<std::uint64_t> Number(std::string_view text, int base) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Reads a body from its front to its end.
class ChunkReader {
 public:
  ChunkReader(std::string_view body, Dialect dialect) : rest_(body), dialect_(dialect) {}

  Result<SignedChunks> Read(bool has_trailers) {
    SignedChunks body;
    do {
      ASSIGN_OR_RETURN(SignedChunks::Chunk chunk, ReadChunk(has_trailers));
      body.chunks.push_back(chunk);
    } while (!body.chunks.back().data.empty());
    if (has_trailers) RETURN_IF_ERROR(ReadTrailers(body));
    if (!rest_.empty()) return Broken("something stands behind the last chunk");
    return body;
  }

  Status Broken(const std::string& what) const {
    return Refuse(Refusal::kBrokenChunks, dialect_, "The body is not in signed chunks: " + what);
  }

 private:
  // Without its end, which is taken away too.
  Result<std::string_view> TakeLine() {
    const std::size_t end = rest_.find(kLineEnd);
    if (end == std::string_view::npos) return Broken("a line has no end");
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + kLineEnd.size());
    return line;
  }

  Result<SignedChunks::Chunk> ReadChunk(bool has_trailers) {
    ASSIGN_OR_RETURN(const std::string_view head, TakeLine());
    const std::size_t mark = head.find(kSignatureMark);
    if (mark == std::string_view::npos) return Broken("a chunk has no chunk-signature");
    const std::optional<std::uint64_t> size = Number(head.substr(0, mark), 16);
    if (!size) return Broken("a chunk's size is no hexadecimal number");
    SignedChunks::Chunk chunk{.signature = head.substr(mark + kSignatureMark.size())};
    if (chunk.signature.size() != kSignatureDigits) {
      return Broken("a chunk-signature has 64 hexadecimal digits");
    }
    // Trailers stand where the data of the last chunk would end.
    if (*size == 0 && has_trailers) return chunk;
    if (rest_.size() < kLineEnd.size() || *size > rest_.size() - kLineEnd.size()) {
      return Broken("a chunk is shorter than it says");
    }
    chunk.data = rest_.substr(0, *size);
    rest_.remove_prefix(*size);
    if (!rest_.starts_with(kLineEnd)) return Broken("a chunk is longer than it says");
    rest_.remove_prefix(kLineEnd.size());
    return chunk;
  }

  Status ReadTrailers(SignedChunks& body) {
    for (std::size_t i = 0; i < kTrailersMax; ++i) {
      ASSIGN_OR_RETURN(std::string_view line, TakeLine());
      // Some clients end a trailer as it is signed, and then its line.
      if (line.ends_with('\n')) line.remove_suffix(1);
      const std::size_t colon = line.find(':');
      if (colon == std::string_view::npos) return Broken("a trailer has no value");
      const std::string name = LowerCase(line.substr(0, colon));
      const std::string_view value = line.substr(colon + 1);
      if (name == kTrailerSignature) {
        if (value.size() != kSignatureDigits) return Broken("a signature has 64 digits");
        body.trailer_signature = value;
        if (!rest_.empty()) RETURN_IF_ERROR(TakeLine().status());
        return OkStatus();
      }
      body.trailers += name + ":" + std::string(value) + "\n";
    }
    return Broken("there are more trailers than " + std::to_string(kTrailersMax));
  }

  std::string_view rest_;
  const Dialect dialect_;
};

std::string LinkSignature(const ChunkChain& chain,
                          std::string_view algorithm,
                          const std::string& previous,
                          const std::string& hashes) {
  std::string text(algorithm);
  text += "\n" + FormatAmzDate(chain.signed_at) + "\n" + chain.scope.ToString() + "\n";
  text += previous + "\n" + hashes;
  return Signature(chain.signing_key, text);
}

Status Mismatch(const ChunkChain& chain, std::string_view what) {
  return Refuse(Refusal::kMismatch,
                chain.dialect,
                "The " + std::string(what) +
                    " signature we calculated does not match the signature you provided. Check "
                    "your AWS Secret Access Key and signing method.");
}

}  // namespace

std::string SignedChunks::Joined() const {
  std::string joined;
  for (const Chunk& chunk : chunks)
    joined += chunk.data;
  return joined;
}

bool HasSignedChunks(const Request& request) {
  const std::string* const payload = FindHeader(request, "x-amz-content-sha256");
  return payload != nullptr &&
         (*payload == kSignedChunksPayload || *payload == kSignedChunksTrailerPayload);
}

Result<SignedChunks> ReadSignedChunks(const Request& request,
                                      std::string_view body,
                                      Dialect dialect) {
  const std::string* const payload = FindHeader(request, "x-amz-content-sha256");
  ChunkReader reader(body, dialect);
  ASSIGN_OR_RETURN(SignedChunks chunks,
                   reader.Read(payload != nullptr && *payload == kSignedChunksTrailerPayload));
  std::uint64_t bytes = 0;
  for (const SignedChunks::Chunk& chunk : chunks.chunks)
    bytes += chunk.data.size();
  const std::string* const length = FindHeader(request, "x-amz-decoded-content-length");
  if (length == nullptr || Number(*length, 10) != bytes) {
    return reader.Broken("x-amz-decoded-content-length is to say " + std::to_string(bytes));
  }
  return chunks;
}

Status VerifyChunks(const SignedChunks& body, const ChunkChain& chain) {
  std::string previous = chain.seed_signature;
  for (const SignedChunks::Chunk& chunk : body.chunks) {
    std::string expected = LinkSignature(chain,
                                         "AWS4-HMAC-SHA256-PAYLOAD",
                                         previous,
                                         std::string(kEmptySha256) + "\n" + Sha256Hex(chunk.data));
    if (!AreEqualInConstantTime(expected, chunk.signature)) return Mismatch(chain, "chunk");
    previous = std::move(expected);
  }
  if (body.trailer_signature.empty()) return OkStatus();
  const std::string expected =
      LinkSignature(chain, "AWS4-HMAC-SHA256-TRAILER", previous, Sha256Hex(body.trailers));
  if (!AreEqualInConstantTime(expected, body.trailer_signature)) return Mismatch(chain, "trailer");
  return OkStatus();
}

}  // namespace pawl::sigv4
