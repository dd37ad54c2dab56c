// CodeFetch: which functions the server has deployed, and how the worker comes by their code: one
// archive after the other, a few pieces asked for at a time. What has come of an archive outlives
// the stream it came over.
//
// Everything here is decided without a clock, a thread or a socket; worker_core.h provides them.
// What is bounded: one archive is in memory here, and one more with whoever stores it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pawl/v1/worker_service.pb.h"
#include "workers/invocation.h"

namespace pawl::workers {

// CodePieceRequest.index: a piece's size.
inline constexpr std::size_t kCodePieceBytes = std::size_t{512} * 1024;
// Requests for pieces without an answer.
inline constexpr std::size_t kCodePiecesAhead = 4;
// AWS Lambda's bound of an archive; a larger one is never asked for.
inline constexpr std::size_t kCodeBytesMax = std::size_t{50} * 1024 * 1024;
// The server takes as many functions on one stream; the worker has some of its own.
inline constexpr std::size_t kProvidedFunctionsMax = 9'000;
// Code that is missing, or could not be stored, is asked for again after this.
inline constexpr std::chrono::seconds kCodeRetry{10};

struct WantedCode {
  std::string sha256;
  std::size_t bytes = 0;
};

struct FetchedCode {
  std::string sha256;
  std::string archive;
};

// Threads: its owner's lock.
class CodeFetch {
 public:
  // A stream begins: nothing is asked for on it yet.
  void Open();

  // Takes what a message of the server says about deployed functions.
  void Take(v1::WorkResponse& response, SteadyTime now);

  // The newest list, in the server's order, once; nullopt where there is none since the last call.
  std::optional<std::vector<v1::ProvidedFunction>> TakeFunctions();
  // An archive that is complete, once. The next one is asked for from now on. Not checked.
  std::optional<FetchedCode> TakeFetched();

  bool has_news() const { return has_new_functions_ || is_complete(); }

  // Which archives are still missing, the first first. Replaces what was wanted before.
  void Want(std::vector<WantedCode> wanted);
  // The archive could not be stored: it is fetched anew, later.
  void Postpone(const std::string& sha256, SteadyTime now);

  // Asks for pieces.
  void Fill(v1::WorkRequest& request, SteadyTime now);
  // When Fill will have something though nothing happens; nullopt for never.
  std::optional<SteadyTime> NextDue() const;

 private:
  struct Current {
    WantedCode code;
    std::string archive;
    std::uint32_t next_index = 0;
  };

  bool is_complete() const { return current_ && current_->archive.size() == current_->code.bytes; }

  void TakeFunctions(v1::ProvidedFunctions& provided);
  void TakePiece(const v1::CodePiece& piece, SteadyTime now);
  // Begins with the first archive that is due.
  void Choose(SteadyTime now);

  // Of a list that is not complete yet.
  std::vector<v1::ProvidedFunction> gathered_;
  std::vector<v1::ProvidedFunction> functions_;
  bool has_new_functions_ = false;

  std::vector<WantedCode> wanted_;
  // Archives that are not asked for before a time.
  std::map<std::string, SteadyTime> postponed_;
  std::optional<Current> current_;
  // Pieces that were asked for on this stream and have not come, of whatever archive.
  std::size_t asked_ = 0;
};

}  // namespace pawl::workers
