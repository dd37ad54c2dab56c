// Reads the corpora of ../shared that hold definitions.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/asl/compile.h"
#include "engine/json/parse.h"

namespace pawl::test {

std::filesystem::path ConformanceFolder();

std::string ReadFile(const std::filesystem::path& path);

// Each line of a .jsonl file, parsed.
std::vector<json::Document> ReadLines(const std::filesystem::path& path);

// The string member of that name; empty if there is none.
std::string Text(json::Value object, std::string_view name);

// The first error that says the definition is wrong, not merely beyond this engine; nullptr if
// there is none.
const asl::Diagnostic* FindRealError(const asl::Compilation& compilation);

// Everything the compilation says, a line each.
std::string Report(const asl::Compilation& compilation);

}  // namespace pawl::test
