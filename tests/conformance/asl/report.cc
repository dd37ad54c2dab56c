#include "tests/conformance/asl/report.h"

#include <array>
#include <utility>

namespace pawl::test {
namespace {

constexpr std::size_t kReasonCharactersMax = 220;

std::string Row(const std::string& name, const Counts& counts) {
  std::string row = "| " + name + " |";
  for (const int count : {counts.cases,
                          counts.in_reach,
                          counts.run,
                          counts.outcome,
                          counts.causal,
                          counts.history,
                          counts.not_supported}) {
    row += " " + std::to_string(count) + " |";
  }
  return row + "\n";
}

// The last part of an id: test and parameters.
std::string ShortId(const std::string& id) {
  const std::size_t at = id.rfind("::", id.find('['));
  return at == std::string::npos ? id : id.substr(at + 2);
}

// One line of Markdown code.
std::string Code(std::string text) {
  if (text.size() > kReasonCharactersMax) text = text.substr(0, kReasonCharactersMax) + "...";
  for (char& c : text) {
    if (c == '`') c = '\'';
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return "`" + text + "`";
}

// The deepest level that holds, and the first difference below it.
std::string MissLine(const CaseReport& report) {
  const Differences& differences = report.verdict.differences;
  std::string level = "no level holds";
  const std::vector<std::string>* below = &differences.outcome;
  if (differences.outcome.empty()) {
    level = "outcome holds";
    below = &differences.history;
    if (differences.causal.empty()) level = "outcome and causal hold";
  }
  return "- " + report.area + ": " + ShortId(report.id) + " (" + level + ")\n  " +
         Code(below->empty() ? "" : below->front()) + "\n";
}

}  // namespace

void Counts::Add(const Counts& other) {
  cases += other.cases;
  in_reach += other.in_reach;
  run += other.run;
  outcome += other.outcome;
  causal += other.causal;
  history += other.history;
  not_supported += other.not_supported;
}

void Report::Add(CaseReport report) {
  Counts counts{.cases = 1, .in_reach = report.is_in_reach ? 1 : 0};
  const Differences& differences = report.verdict.differences;
  const bool is_supported = !report.verdict.not_supported.has_value();
  if (report.is_in_reach) {
    counts.run = is_supported ? 1 : 0;
    counts.not_supported = is_supported ? 0 : 1;
  }
  if (counts.run == 1) {
    counts.outcome = differences.outcome.empty() ? 1 : 0;
    counts.causal = differences.causal.empty() ? 1 : 0;
    counts.history = differences.history.empty() ? 1 : 0;
  }
  areas_[report.area].Add(counts);
  total_.Add(counts);
  if (!report.is_in_reach) return;
  if (!is_supported) {
    not_supported_.push_back(std::move(report));
  } else if (counts.outcome + counts.causal + counts.history < 3) {
    misses_.push_back(std::move(report));
  }
}

std::string Report::ToMarkdown() const {
  std::string text =
      "| area | cases | in reach | run | outcome | causal | history | not supported yet |\n"
      "|---|---|---|---|---|---|---|---|\n";
  for (const auto& [area, counts] : areas_)
    text += Row(area, counts);
  text += Row("**total**", total_);
  text += "\n### What misses\n\n";
  if (misses_.empty()) text += "Nothing that runs.\n";
  for (const CaseReport& report : misses_)
    text += MissLine(report);
  text += "\n### Not supported yet\n\n";
  if (not_supported_.empty()) text += "Nothing.\n";
  // By what is missing: one line each.
  std::map<std::string, int> counts;
  for (const CaseReport& report : not_supported_) {
    const std::string& what = *report.verdict.not_supported;
    // "/States/X: message": the message alone.
    const std::size_t colon = what.starts_with('/') ? what.find(": ") : std::string::npos;
    ++counts[colon == std::string::npos ? what : what.substr(colon + 2)];
  }
  for (const auto& [what, count] : counts)
    text += "- " + std::to_string(count) + " × " + Code(what) + "\n";
  return text;
}

}  // namespace pawl::test
