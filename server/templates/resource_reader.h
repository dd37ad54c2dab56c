// ResourceReader: makes what is deployed of the resources that a template declares, and lists what
// is left out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/asl/problems.h"
#include "engine/json/value.h"
#include "server/templates/properties.h"
#include "server/templates/resources.h"
#include "server/templates/template.h"

namespace pawl::templates {

class ResourceReader {
 public:
  // Everything outlives the reader.
  ResourceReader(Resources& resources,
                 const TemplateOptions& options,
                 asl::Problems& problems,
                 Template& content)
      : resources_(resources), options_(options), problems_(problems), content_(content) {}

  // All of the template's, in its order.
  void ReadAll();

 private:
  void Read(const Declared& resource);

  // function_reader.cc
  void ReadFunction(const Declared& resource);
  FunctionConfiguration ReadConfiguration(const Declared& resource, Properties& properties);
  void CheckRuntime(Properties& properties, FunctionConfiguration& configuration);
  // nullopt: there is none here, and `why_not` says why; or it is wrong, which is reported.
  std::optional<Content> ReadCode(const Declared& resource,
                                  Properties& properties,
                                  std::string& why_not);
  void ReadFunctionVersion(const Declared& resource);
  void ReadFunctionAlias(const Declared& resource);
  void ReadRouting(Properties& properties, FunctionAlias& alias);

  // state_machine_reader.cc
  void ReadActivity(const Declared& resource);
  void ReadStateMachine(const Declared& resource);
  std::optional<Content> ReadDefinition(Properties& properties, std::string& why_not);
  void ReadStateMachineVersion(const Declared& resource);
  void ReadStateMachineAlias(const Declared& resource);
  void ReadRoutes(Properties& properties, StateMachineAlias& alias);

  void Add(const Declared& resource, std::string_view part, ResourceDetails details);
  void LeaveOut(const Declared& resource, std::string_view why);
  // The properties that nobody took, and the events one by one.
  void LeaveOutRest(const Declared& resource, const Properties& properties);

  Resources& resources_;
  const TemplateOptions& options_;
  asl::Problems& problems_;
  Template& content_;
};

}  // namespace pawl::templates
