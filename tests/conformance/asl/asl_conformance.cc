// asl_conformance: replays what AWS Step Functions was recorded to do, on an engine in this
// process.
//
//   asl_conformance                   the table, what misses, what is not supported yet
//   asl_conformance --check           ... and fails if a level is below its minimum (minimum.h)
//   asl_conformance --write-readme    ... and puts it into tests/conformance/README.md
//   asl_conformance --match TEXT      only cases whose id contains TEXT, with all differences
//
// Exit codes: 0 done; 1 below a minimum; 2 wrong arguments; 77 the recordings are not there.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/check.h"
#include "tests/conformance/asl/minimum.h"
#include "tests/conformance/asl/replay.h"
#include "tests/conformance/asl/report.h"

namespace pawl::test {
namespace {

constexpr int kBelowMinimum = 1;
constexpr int kUsage = 2;
constexpr int kSkipped = 77;

// What is replayed here.
const std::set<std::string>& ReplayedKinds() {
  static const std::set<std::string> kinds = {
      "execution", "multi_execution", "sync_execution", "create_error", "test_state", "validate"};
  return kinds;
}

// Core cases, and those that need nothing more than buckets.
bool IsInReach(const Tree& test_case) {
  static const std::set<std::string_view> beside_buckets = {
      "activity", "callback", "distributed_map", "lambda", "nested_sfn", "s3"};
  if (test_case.at("core").as_bool()) return true;
  const boost::json::array& requires_all = test_case.at("requires").get_array();
  return std::all_of(requires_all.begin(), requires_all.end(), [](const Tree& one) {
    return beside_buckets.contains(TextOf(one));
  });
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::filesystem::path> CaseFiles(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() == ".jsonl") files.push_back(file.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void PrintDifferences(const std::string& id, const Verdict& verdict, const Tree& expected) {
  std::cout << id << "\n";
  if (verdict.not_supported) std::cout << "  not supported: " << *verdict.not_supported << "\n";
  for (const std::string& difference : verdict.differences.history)
    std::cout << "  " << difference << "\n";
  std::cout << "  recorded " << PythonText(expected) << "\n  live     " << PythonText(verdict.live)
            << "\n";
}

Report ReplayAll(const std::filesystem::path& folder, std::string_view match) {
  const Tree normalisation =
      ParseTree(ReadFile(folder / "normalisation.json")).value_or(Tree(boost::json::object()));
  const Tree& groups = normalisation.at("groups");
  Report report;
  for (const std::filesystem::path& file : CaseFiles(folder)) {
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
      const auto test_case = ParseTree(line);
      PAWL_CHECK_MESSAGE(test_case.has_value(), file.c_str());
      const std::string id = StringMember(*test_case, "id");
      const bool is_replayed = ReplayedKinds().contains(StringMember(*test_case, "kind"));
      if (!is_replayed || id.find(match) == std::string::npos) continue;
      CaseReport entry{
          .area = StringMember(*test_case, "area"), .id = id, .is_in_reach = IsInReach(*test_case)};
      if (entry.is_in_reach) entry.verdict = Replay(*test_case, groups);
      if (entry.is_in_reach && !match.empty()) {
        PrintDifferences(id, entry.verdict, test_case->at("expected"));
      }
      report.Add(std::move(entry));
    }
  }
  return report;
}

// Puts `text` between the two marks of the file.
void WriteReadme(const std::filesystem::path& path, const std::string& text) {
  constexpr std::string_view kBegin = "<!-- asl_conformance begins -->\n";
  constexpr std::string_view kEnd = "<!-- asl_conformance ends -->";
  std::string readme = ReadFile(path);
  const std::size_t begin = readme.find(kBegin);
  const std::size_t end = readme.find(kEnd);
  PAWL_CHECK(begin != std::string::npos && end != std::string::npos);
  const std::size_t from = begin + kBegin.size();
  readme.replace(from, end - from, "\n" + text + "\n");
  std::ofstream(path, std::ios::binary) << readme;
}

bool IsAtLeast(const char* what, int count, int minimum) {
  if (count >= minimum) return true;
  std::cerr << what << ": " << count << " cases, but there have been " << minimum << "\n";
  return false;
}

int Main(const std::vector<std::string>& arguments) {
  bool is_check = false;
  bool is_writing = false;
  std::string match;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--check") {
      is_check = true;
    } else if (arguments[i] == "--write-readme") {
      is_writing = true;
    } else if (arguments[i] == "--match" && i + 1 < arguments.size()) {
      match = arguments[++i];
    } else {
      std::cerr << "usage: asl_conformance [--check] [--write-readme] [--match TEXT]\n";
      return kUsage;
    }
  }
  const std::filesystem::path folder = PAWL_CONFORMANCE_FOLDER "/asl";
  if (!std::filesystem::exists(folder)) {
    std::cerr << "skipped: " << folder << " is not there\n";
    return kSkipped;
  }
  const Report report = ReplayAll(folder, match);
  const std::string text = report.ToMarkdown();
  std::cout << text;
  if (is_writing) WriteReadme(PAWL_SOURCE_FOLDER "/tests/conformance/README.md", text);
  if (!is_check) return 0;
  const Counts& total = report.total();
  // Each of them says what it misses.
  const std::array are_good = {IsAtLeast("run", total.run, kRunMin),
                               IsAtLeast("outcome", total.outcome, kOutcomeMin),
                               IsAtLeast("causal", total.causal, kCausalMin),
                               IsAtLeast("history", total.history, kHistoryMin)};
  const bool is_good = std::find(are_good.begin(), are_good.end(), false) == are_good.end();
  return is_good ? 0 : kBelowMinimum;
}

}  // namespace
}  // namespace pawl::test

int main(int argc, char** argv) {
  return pawl::test::Main(std::vector<std::string>(argv + 1, argv + argc));
}
