#include "engine/asl/problems.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

namespace pawl::asl {

namespace {

constexpr std::size_t kCandidatesMax = 1000;
constexpr std::size_t kNameBytesMax = 80;

// Levenshtein's distance.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    row[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string FullMessage(const Diagnostic& diagnostic) {
  if (diagnostic.detail.empty()) return diagnostic.message;
  return diagnostic.message + ": " + diagnostic.detail;
}

void Problems::Error(std::string_view code,
                     const Place& place,
                     std::string message,
                     std::string detail) {
  Add(code,
      Severity::kError,
      place.Pointer(),
      place.position(),
      std::move(message),
      std::move(detail));
}

void Problems::ErrorInObject(std::string_view code,
                             const Place& member,
                             std::string message,
                             std::string detail) {
  Add(code,
      Severity::kError,
      member.parent == nullptr ? "" : member.parent->Pointer(),
      member.position(),
      std::move(message),
      std::move(detail));
}

void Problems::ErrorAtName(std::string_view code, const Place& place, std::string message) {
  Add(code, Severity::kError, place.Pointer(), place.name_position, std::move(message));
}

void Problems::Warning(std::string_view code, const Place& place, std::string message) {
  Add(code, Severity::kWarning, place.Pointer(), place.position(), std::move(message));
}

void Problems::ErrorAt(std::string_view code, Position position, std::string message) {
  Add(code, Severity::kError, "", position, std::move(message));
}

void Problems::NotSupported(const Place& place, std::string_view what) {
  Error(code::kNotSupported, place, std::string(what) + " is not supported yet");
}

void Problems::NotRunnable(const Place& place, std::string_view what) {
  if (purpose_ == Purpose::kRun) NotSupported(place, what);
}

void Problems::Add(std::string_view code,
                   Severity severity,
                   std::string pointer,
                   Position position,
                   std::string message,
                   std::string detail) {
  has_errors_ = has_errors_ || severity == Severity::kError;
  bytes_ += pointer.size() + message.size() + detail.size();
  if (is_truncated_) {
    return;
  }
  if (diagnostics_.size() + 1 >= kProblemsMax || bytes_ > kProblemBytesMax) {
    is_truncated_ = true;
    code = code::kTruncated;
    severity = Severity::kError;
    pointer.clear();
    message = "there are more problems; mend these first and check again";
    detail.clear();
  }
  diagnostics_.push_back({.code = std::string(code),
                          .severity = severity,
                          .pointer = std::move(pointer),
                          .line = position.line,
                          .column = position.column,
                          .message = std::move(message),
                          .detail = std::move(detail)});
}

std::vector<Diagnostic> Problems::Take() {
  // Not stable_sort: clang 19 warns of what GCC's library does in it.
  std::vector<std::size_t> order(diagnostics_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
    return std::tuple(diagnostics_[a].line, diagnostics_[a].column, a) <
           std::tuple(diagnostics_[b].line, diagnostics_[b].column, b);
  });
  std::vector<Diagnostic> sorted;
  sorted.reserve(order.size());
  for (const std::size_t index : order) {
    sorted.push_back(std::move(diagnostics_[index]));
  }
  return sorted;
}

std::string DidYouMean(std::string_view name, const std::vector<std::string_view>& candidates) {
  if (name.size() > kNameBytesMax) {
    return "";
  }
  // A third of the name may be wrong, but never more than three characters.
  std::size_t best_distance = std::min<std::size_t>(3, name.size() / 3) + 1;
  std::string_view best;
  for (std::size_t i = 0; i < std::min(candidates.size(), kCandidatesMax); ++i) {
    const std::string_view candidate = candidates[i];
    const std::size_t longer = std::max(candidate.size(), name.size());
    if (longer - std::min(candidate.size(), name.size()) >= best_distance) {
      continue;
    }
    if (const std::size_t distance = EditDistance(name, candidate); distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best.empty() ? "" : " (did you mean " + Quote(best) + "?)";
}

}  // namespace pawl::asl
