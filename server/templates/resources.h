// The resources of a template as they stand there, and what references to them come to: their
// names and the ARNs that the server gives them.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/asl/problems.h"
#include "engine/asl/source.h"
#include "engine/json/arena.h"
#include "engine/json/value.h"
#include "server/templates/evaluation.h"
#include "server/templates/parameters.h"
#include "server/templates/resource_types.h"
#include "server/templates/template.h"

namespace pawl::templates {

// A resource of the template. Lives as long as Resources.
struct Declared {
  std::string logical_id;
  asl::Place place;
  std::string type_name;
  const ResourceType* type = nullptr;
  // Its condition, if it has one, is true.
  bool is_made = true;

  bool is_sam() const { return type_name.starts_with("AWS::Serverless::"); }
};

// The parts of a template; nullptr where it has none. All outlive Resources.
struct Sections {
  const asl::Place* resources = nullptr;
  const asl::Place* globals = nullptr;
  const asl::Place* mappings = nullptr;
  const asl::Place* conditions = nullptr;
};

class Resources final : public References {
 public:
  // Everything outlives the resources.
  Resources(const Sections& sections,
            const Parameters& parameters,
            const TemplateOptions& options,
            asl::Problems& problems,
            json::Arena& arena);

  const std::deque<Declared>& declared() const { return declared_; }

  Evaluator& evaluator() { return evaluator_; }

  // What Globals says of such resources; nullptr for nothing.
  const asl::Place* GlobalsOf(const Declared& resource) const;

  // References that are followed from now on belong to this resource.
  void SetCurrent(const std::string& logical_id) { current_ = logical_id; }

  // By logical id, what it refers to.
  const std::map<std::string, std::set<std::string>>& dependencies() const { return dependencies_; }

  // Its name property, or what it is called without one; nullopt: reported at `place`.
  std::optional<std::string> NameOf(const Declared& resource, const asl::Place& place);

  // The number of a version, or what stands for it: see TemplateOptions::published.
  std::string NumberOf(const std::string& logical_id) const;

  std::optional<json::Value> Ref(std::string_view name, const asl::Place& place) override;
  std::optional<json::Value> GetAtt(std::string_view logical_id,
                                    std::string_view attribute,
                                    const asl::Place& place) override;

 private:
  void Declare(const asl::Place& place);
  const Declared* Find(std::string_view logical_id) const;
  // As Find; reports at `place` that there is none, and notes the dependency.
  const Declared* Follow(std::string_view logical_id, const asl::Place& place);
  // Its property, "" where it has none; nullopt: reported.
  std::optional<std::string> TextProperty(const Declared& resource,
                                          std::string_view property,
                                          const asl::Place& place);
  std::optional<std::string> AttributeText(const Declared& resource,
                                           std::string_view attribute,
                                           const asl::Place& place);
  std::optional<std::string> ReferenceText(const Declared& resource, const asl::Place& place);
  std::optional<std::string> VersionArn(const Declared& resource, const asl::Place& place);
  std::optional<std::string> AliasArn(const Declared& resource, const asl::Place& place);
  // Attributes that AutoPublishAlias of a SAM resource adds: "Version", "Alias", "Version.Version".
  std::optional<std::string> PublishedAttribute(const Declared& resource,
                                                std::string_view attribute,
                                                const asl::Place& place);
  // Of what SAM makes beside the template's resources, such as "OrdersRole"; nullopt: none.
  std::optional<std::string> ImpliedText(std::string_view logical_id,
                                         std::string_view attribute) const;
  std::string PrefixedName(std::string_view name) const;
  std::optional<json::Value> Keep(const std::optional<std::string>& text);

  const Sections sections_;
  const Parameters& parameters_;
  const TemplateOptions& options_;
  asl::Problems& problems_;
  json::Arena& arena_;
  Evaluator evaluator_;
  std::deque<Declared> declared_;
  std::map<std::string, const Declared*, std::less<>> by_id_;
  std::optional<asl::Place> function_globals_;
  std::optional<asl::Place> state_machine_globals_;
  // Whose properties are being followed, to find circles of names.
  std::set<std::string, std::less<>> followed_;
  std::string current_;
  std::map<std::string, std::set<std::string>> dependencies_;
};

// The function that a name, an ARN or either with a qualifier stands for.
std::string FunctionNameIn(std::string_view text);
// The state machine of its ARN or of that of one of its versions.
std::string StateMachineNameIn(std::string_view arn);
// What stands behind the last ':': a version's number.
std::string NumberIn(std::string_view version);

}  // namespace pawl::templates
