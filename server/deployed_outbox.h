// DeployedOutbox: what a Work stream still has to tell its worker about deployed functions: the
// list of them, and the pieces of code that the worker has asked for.
//
// What is bounded: of the list only the newest is kept, and of code only which pieces are wanted.
// They are read when they are sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/runtime/deployed_functions.h"
#include "pawl/v1/worker_service.pb.h"

namespace pawl::server {

// Requests for code that wait for their answer.
inline constexpr std::size_t kCodePieceRequestsMax = 16;
// A part of the list ends when it is larger than this.
inline constexpr std::size_t kProvidedBytesMax = 256 * 1024;

// Threads: its owner's lock.
class DeployedOutbox {
 public:
  // Replaces what was to be told before.
  void Provide(std::vector<RunnableFunction> functions);

  // InvalidArgument: what is no hash, or too many at once.
  Status Ask(const google::protobuf::RepeatedPtrField<v1::CodePieceRequest>& requests);

  // How much room a message needs for what waits here.
  std::size_t bytes_wanted() const;

  bool has_requests() const { return !requests_.empty(); }

  // Puts the next part of the list into `response`. False: there is none.
  bool FillFunctions(v1::WorkResponse& response);

  // The piece that is wanted first, and no longer here.
  std::optional<v1::CodePieceRequest> TakeRequest();

 private:
  std::vector<RunnableFunction> functions_;
  std::size_t next_function_ = 0;
  bool must_provide_ = false;
  std::deque<v1::CodePieceRequest> requests_;
};

// Reads a piece: a disk's time. Whatever stands in the way, the piece is missing.
v1::CodePiece ReadPiece(DeployedFunctions& functions,
                        NamespaceId namespace_id,
                        const v1::CodePieceRequest& request);

}  // namespace pawl::server
