#include "server/cli/template_files.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "server/cli/code_archive.h"
#include "server/cli/definition_file.h"
#include "server/templates/substitution.h"

namespace pawl::cli {
namespace {

// What AWS calls the only file of a function that stands in its template.
constexpr char kInlineFile[] = "index.py";

}  // namespace

TemplateFiles::TemplateFiles(std::string template_path)
    : template_path_(std::move(template_path)) {}

std::string TemplateFiles::PathOf(const std::string& relative) const {
  const std::filesystem::path folder = std::filesystem::path(template_path_).parent_path();
  return (folder / relative).lexically_normal().string();
}

Result<std::string> TemplateFiles::Archive(const templates::Function& function) {
  if (function.code.path.empty()) return ArchiveOfText(kInlineFile, function.code.text);
  const std::string path = PathOf(function.code.path);
  const auto known = archives_.find(path);
  if (known != archives_.end()) return known->second;
  ASSIGN_OR_RETURN(std::string archive, ArchiveOf(path));
  return archives_.emplace(path, std::move(archive)).first->second;
}

Result<DefinitionText> TemplateFiles::Definition(const std::string& logical_id,
                                                 const templates::StateMachine& machine) {
  DefinitionText definition;
  std::string text = machine.definition.text;
  if (machine.definition.path.empty()) {
    definition.label = template_path_ + " (" + logical_id + ")";
  } else {
    definition.label = PathOf(machine.definition.path);
    const auto known = definitions_.find(definition.label);
    if (known == definitions_.end()) {
      std::error_code error;
      if (std::filesystem::exists(definition.label, error) &&
          !std::filesystem::is_regular_file(definition.label, error)) {
        return InvalidArgument(logical_id + ": '" + definition.label + "' is no file");
      }
      ASSIGN_OR_RETURN(text, ReadDefinition(definition.label));
      definitions_.emplace(definition.label, text);
    } else {
      text = known->second;
    }
  }
  templates::SubstitutedText substituted = templates::Substitute(text, machine.substitutions);
  definition.text = std::move(substituted.text);
  definition.unknown = std::move(substituted.unknown);
  return definition;
}

}  // namespace pawl::cli
