#include "server/templates/template.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/asl/problems.h"
#include "engine/asl/source_reader.h"
#include "engine/json/arena.h"
#include "server/templates/deployment_order.h"
#include "server/templates/parameters.h"
#include "server/templates/problem_codes.h"
#include "server/templates/resource_reader.h"
#include "server/templates/resources.h"

namespace pawl::templates {

using asl::Place;
using asl::Problems;
using asl::Quote;
using asl::SourceMember;
using asl::SourceNode;
using asl::SourceTree;
using json::Type;

namespace {

constexpr std::string_view kServerlessTransform = "AWS::Serverless-2016-10-31";
// Adds Fn::Length, Fn::ToJsonString and defaults of Fn::FindInMap, which are here always.
constexpr std::string_view kLanguageExtensions = "AWS::LanguageExtensions";

bool IsAwsType(const SourceNode& resource) {
  const SourceNode* type = resource.FindValue("Type");
  return type != nullptr && type->is(Type::kString) && type->text.starts_with("AWS::");
}

void CheckTransform(const Place& place, Problems& problems) {
  const SourceNode& node = *place.node;
  if (node.is(Type::kArray)) {
    for (std::size_t i = 0; i < node.items.size(); ++i)
      CheckTransform(place.Item(i), problems);
    return;
  }
  if (node.text == kServerlessTransform || node.text == kLanguageExtensions) return;
  problems.Error(code::kTemplate,
                 place,
                 "the transform is " + Describe(node) +
                     "; macros of an account are not here, only " +
                     std::string(kServerlessTransform));
}

// The sections that are looked into, each an object.
class Document {
 public:
  Document(const SourceNode& root, Problems& problems) : root_(Place::Root(root)) {
    for (const SourceMember& member : root.members) {
      const Place place = root_.Member(member);
      if (member.name == "Transform") CheckTransform(place, problems);
      for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (member.name != kNames[i]) continue;
        if (member.value->is(Type::kObject) && member.value->tag.empty()) {
          places_[i] = place;
        } else {
          problems.Error(
              code::kTemplate,
              place,
              std::string(member.name) + " is an object, not " + Describe(*member.value));
        }
      }
    }
    if (root.Find("Resources") == nullptr) {
      problems.Error(code::kTemplate, root_, "the template has no Resources");
    }
  }

  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  const Place* parameters() const { return At(0); }

  Sections sections() const {
    return {.resources = At(4), .globals = At(3), .mappings = At(1), .conditions = At(2)};
  }

 private:
  static constexpr std::array<std::string_view, 5> kNames = {
      "Parameters", "Mappings", "Conditions", "Globals", "Resources"};

  const Place* At(std::size_t index) const { return places_[index] ? &*places_[index] : nullptr; }

  const Place root_;
  std::array<std::optional<Place>, kNames.size()> places_;
};

void ReportCircle(const std::vector<std::string>& circle,
                  const Resources& resources,
                  Problems& problems) {
  std::string way;
  for (const std::string& name : circle)
    way += name + " -> ";
  for (const Declared& declared : resources.declared()) {
    if (declared.logical_id != circle.front()) continue;
    problems.Error(code::kCycle,
                   declared.place,
                   "the resources refer to each other in a circle: " + way + circle.front());
    return;
  }
}

void ReadDocument(const SourceNode& root,
                  const TemplateOptions& options,
                  Problems& problems,
                  Template& content) {
  json::Arena arena;
  const Document document(root, problems);
  const Sections sections = document.sections();
  if (sections.resources == nullptr) return;
  const Parameters parameters(document.parameters(), options, problems, arena);
  Resources resources(sections, parameters, options, problems, arena);
  ResourceReader(resources, options, problems, content).ReadAll();
  DeploymentOrder order = InOrder(std::move(content.resources), resources.dependencies());
  content.resources = std::move(order.resources);
  if (!order.circle.empty()) ReportCircle(order.circle, resources, problems);
}

// Globals are evaluated for each resource, so that what is wrong with them is found as often.
std::vector<asl::Diagnostic> WithoutRepetitions(std::vector<asl::Diagnostic> diagnostics) {
  std::vector<asl::Diagnostic> kept;
  for (asl::Diagnostic& diagnostic : diagnostics) {
    const bool is_known = std::any_of(kept.rbegin(), kept.rend(), [&](const asl::Diagnostic& k) {
      return k.line == diagnostic.line && k.column == diagnostic.column &&
             k.message == diagnostic.message;
    });
    if (!is_known) kept.push_back(std::move(diagnostic));
  }
  return kept;
}

}  // namespace

bool Reading::ok() const {
  return std::none_of(diagnostics.begin(), diagnostics.end(), [](const asl::Diagnostic& d) {
    return d.severity == asl::Severity::kError;
  });
}

bool IsTemplate(std::string_view text) {
  SourceTree tree;
  Problems problems;
  if (!asl::ReadSource(text, kTemplateBytesMax, tree, problems, asl::TagRule::kKeep)) return false;
  const SourceNode& root = *tree.root();
  const SourceNode* resources = root.FindValue("Resources");
  if (resources == nullptr) return false;
  if (root.Find("AWSTemplateFormatVersion") != nullptr || root.Find("Transform") != nullptr) {
    return true;
  }
  return std::any_of(resources->members.begin(),
                     resources->members.end(),
                     [](const SourceMember& member) { return IsAwsType(*member.value); });
}

Reading ReadTemplate(std::string_view text, const TemplateOptions& options) {
  Reading reading;
  SourceTree tree;
  Problems problems;
  if (asl::ReadSource(text, kTemplateBytesMax, tree, problems, asl::TagRule::kKeep)) {
    if (tree.root()->is(Type::kObject)) {
      ReadDocument(*tree.root(), options, problems, reading.content);
    } else {
      problems.ErrorAt(
          code::kTemplate, {}, "a template is an object, not " + Describe(*tree.root()));
    }
  }
  reading.diagnostics = WithoutRepetitions(problems.Take());
  return reading;
}

}  // namespace pawl::templates
