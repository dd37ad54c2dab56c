#include "workers/code_fetch.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace pawl::workers {

void CodeFetch::Open() {
  asked_ = 0;
  gathered_.clear();
  if (current_) {
    current_->next_index = static_cast<std::uint32_t>(current_->archive.size() / kCodePieceBytes);
  }
}

// --- From the server ---

void CodeFetch::Take(v1::WorkResponse& response, SteadyTime now) {
  if (response.has_provided()) TakeFunctions(*response.mutable_provided());
  for (const v1::CodePiece& piece : response.code_pieces())
    TakePiece(piece, now);
}

void CodeFetch::TakeFunctions(v1::ProvidedFunctions& provided) {
  if (provided.is_first()) gathered_.clear();
  for (v1::ProvidedFunction& function : *provided.mutable_functions()) {
    if (gathered_.size() < kProvidedFunctionsMax) gathered_.push_back(std::move(function));
  }
  if (!provided.is_last()) return;
  functions_ = std::exchange(gathered_, {});
  has_new_functions_ = true;
}

void CodeFetch::TakePiece(const v1::CodePiece& piece, SteadyTime now) {
  if (asked_ > 0) --asked_;
  // Of an archive that is no longer wanted, or of what was given up meanwhile.
  if (!current_ || piece.code_sha256() != current_->code.sha256 ||
      std::size_t{piece.index()} * kCodePieceBytes != current_->archive.size()) {
    return;
  }
  const std::size_t missing = current_->code.bytes - current_->archive.size();
  if (piece.is_missing() || piece.data().size() != std::min(missing, kCodePieceBytes)) {
    Postpone(current_->code.sha256, now);
    return;
  }
  current_->archive += piece.data();
}

// --- The worker ---

std::optional<std::vector<v1::ProvidedFunction>> CodeFetch::TakeFunctions() {
  if (!std::exchange(has_new_functions_, false)) return std::nullopt;
  return std::move(functions_);
}

std::optional<FetchedCode> CodeFetch::TakeFetched() {
  if (!is_complete()) return std::nullopt;
  FetchedCode fetched{.sha256 = current_->code.sha256, .archive = std::move(current_->archive)};
  std::erase_if(wanted_, [&](const WantedCode& code) { return code.sha256 == fetched.sha256; });
  current_.reset();
  return fetched;
}

void CodeFetch::Want(std::vector<WantedCode> wanted) {
  wanted_ = std::move(wanted);
  const auto is_wanted = [this](const std::string& sha256) {
    return std::any_of(wanted_.begin(), wanted_.end(), [&](const WantedCode& code) {
      return code.sha256 == sha256;
    });
  };
  if (current_ && !is_wanted(current_->code.sha256)) current_.reset();
  std::erase_if(postponed_, [&](const auto& entry) { return !is_wanted(entry.first); });
}

void CodeFetch::Postpone(const std::string& sha256, SteadyTime now) {
  postponed_[sha256] = now + kCodeRetry;
  if (current_ && current_->code.sha256 == sha256) current_.reset();
}

// --- To the server ---

void CodeFetch::Choose(SteadyTime now) {
  if (current_) return;
  const auto due = std::find_if(wanted_.begin(), wanted_.end(), [&](const WantedCode& code) {
    const auto postponed = postponed_.find(code.sha256);
    return code.bytes > 0 && code.bytes <= kCodeBytesMax &&
           (postponed == postponed_.end() || postponed->second <= now);
  });
  if (due != wanted_.end()) current_ = Current{.code = *due, .archive = {}, .next_index = 0};
}

void CodeFetch::Fill(v1::WorkRequest& request, SteadyTime now) {
  Choose(now);
  if (!current_) return;
  for (; asked_ < kCodePiecesAhead &&
         std::size_t{current_->next_index} * kCodePieceBytes < current_->code.bytes;
       ++asked_) {
    v1::CodePieceRequest& piece = *request.add_code_piece_requests();
    piece.set_code_sha256(current_->code.sha256);
    piece.set_index(current_->next_index++);
  }
}

std::optional<SteadyTime> CodeFetch::NextDue() const {
  if (current_) return std::nullopt;
  std::optional<SteadyTime> due;
  for (const auto& [sha256, time] : postponed_) {
    if (!due || time < *due) due = time;
  }
  return due;
}

}  // namespace pawl::workers
