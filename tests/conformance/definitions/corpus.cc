#include "tests/conformance/definitions/corpus.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

namespace pawl::test {

std::filesystem::path ConformanceFolder() {
  return PAWL_CONFORMANCE_FOLDER;
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<json::Document> ReadLines(const std::filesystem::path& path) {
  std::vector<json::Document> documents;
  std::istringstream lines(ReadFile(path));
  for (std::string line; std::getline(lines, line);) {
    auto document = json::Document::Parse(Bytes(std::move(line)));
    PAWL_CHECK_MESSAGE(document.ok(), document.status().message().c_str());
    documents.push_back(std::move(document).value());
  }
  return documents;
}

std::string Text(json::Value object, std::string_view name) {
  const json::Value* value = object.Find(name);
  return value != nullptr && value->is_string() ? std::string(value->string()) : std::string();
}

const asl::Diagnostic* FindRealError(const asl::Compilation& compilation) {
  const auto found = std::find_if(
      compilation.diagnostics.begin(), compilation.diagnostics.end(), [](const auto& diagnostic) {
        return diagnostic.severity == asl::Severity::kError && diagnostic.code != "NOT_SUPPORTED";
      });
  return found == compilation.diagnostics.end() ? nullptr : &*found;
}

std::string Report(const asl::Compilation& compilation) {
  std::string report;
  for (const asl::Diagnostic& diagnostic : compilation.diagnostics) {
    report += "  " + std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column) +
              " " + diagnostic.code + " " + diagnostic.pointer + ": " +
              asl::FullMessage(diagnostic) + "\n";
  }
  return report;
}

}  // namespace pawl::test
