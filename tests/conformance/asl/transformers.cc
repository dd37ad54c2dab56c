#include "tests/conformance/asl/transformers.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "tests/conformance/asl/key_values.h"
#include "tests/conformance/asl/parallel_events.h"
#include "tests/conformance/asl/replacements.h"
#include "tests/conformance/asl/tree_path.h"

namespace pawl::test {
namespace {

constexpr std::string_view kDateTime =
    R"([1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)"
    R"((?:\.\d{1,9})?(?:Z|[+-][01]\d:?(?:[0-5]\d)?))";

bool IsTrue(const Tree& transformer, std::string_view name) {
  const Tree* member = Member(transformer, name);
  return member != nullptr && member->is_bool() && member->get_bool();
}

// Strings that hold a JSON object become that object; not inside what was parsed so.
void ParseObjectsInStrings(Tree& tree) {
  auto* object = tree.if_object();
  if (object == nullptr) return;
  for (auto& entry : *object) {
    Tree& value = entry.value();
    if (auto* items = value.if_array()) {
      for (Tree& item : *items)
        ParseObjectsInStrings(item);
    } else if (value.is_object()) {
      ParseObjectsInStrings(value);
    } else if (TextOf(value).starts_with('{')) {
      if (auto parsed = ParseTree(TextOf(value))) value = *std::move(parsed);
    }
  }
}

class Transformation {
 public:
  Transformation(Tree& answers, const TransformerScope& scope) : answers_(answers), scope_(scope) {}

  Status Apply(const Tree& transformer) {
    const std::string type = StringMember(transformer, "type");
    const std::string replacement = StringMember(transformer, "replacement");
    const bool is_reference = IsTrue(transformer, "reference");
    if (type == "group") return ApplyGroup(StringMember(transformer, "name"));
    if (type == "regex") {
      replacements_.AddRegex(StringMember(transformer, "regex"), replacement);
      return OkStatus();
    }
    if (type == "jsonpath") {
      return ApplyPath(StringMember(transformer, "jsonpath"), replacement, is_reference);
    }
    if (type == "key_value") return ApplyKeyValue(transformer, {replacement, is_reference});
    if (type == "basic") return ApplyBasic();
    if (type == "map_run_arns") return ApplyMapRuns(StringMember(transformer, "from"));
    if (type == "parallel_events") return SortParallelEvents(answers_);
    if (type == "sort_variable_references") return SortVariableReferences();
    if (type == "generic") return ParseOutputs();
    return InvalidArgument("a transformer that is not known: " + type);
  }

  const Replacements& replacements() const { return replacements_; }

 private:
  Status ApplyGroup(const std::string& name) {
    const Tree* group = Member(scope_.groups, name);
    if (group == nullptr) return InvalidArgument("no group of transformers is called " + name);
    for (const Tree& transformer : group->get_array())
      RETURN_IF_ERROR(Apply(transformer));
    return OkStatus();
  }

  Status ApplyPath(const std::string& path, const std::string& replacement, bool is_reference) {
    ASSIGN_OR_RETURN(const std::vector<Tree*> found, FindAll(path, answers_));
    for (Tree* value : found) {
      if (!is_reference) {
        *value = replacement;
      } else if (value->is_string()) {
        replacements_.AddReference(TextOf(*value), replacement);
      }
    }
    return OkStatus();
  }

  Status ApplyKeyValue(const Tree& transformer, const KeyValueReplacement& replacement) {
    const std::string key = StringMember(transformer, "key");
    if (!key.empty()) {
      ReplaceKeyValues(answers_, ValuesUnder(key), replacement, replacements_);
      return OkStatus();
    }
    ASSIGN_OR_RETURN(const KeyValueFunction function,
                     FindKeyValueFunction(StringMember(transformer, "fn")));
    ReplaceKeyValues(answers_, function, replacement, replacements_);
    return OkStatus();
  }

  Status ApplyBasic() {
    ReplaceKeyValues(answers_, UuidsUnderId(), {"uuid", true}, replacements_);
    replacements_.AddRegex(kDateTime, "date");
    ReplaceKeyValues(answers_, DateTimes(), {"datetime", false}, replacements_);
    ReplaceKeyValues(answers_, Timestamps(kDateTime), {"timestamp", false}, replacements_);
    return OkStatus();
  }

  Status ApplyMapRuns(const std::string& from) {
    Tree answer = scope_.look_up(from);
    ASSIGN_OR_RETURN(const std::vector<Tree*> found, FindAll("$..mapRunArn", answer));
    std::vector<std::string> arns;
    for (const Tree* arn : found) {
      const std::string text(TextOf(*arn));
      if (std::find(arns.begin(), arns.end(), text) == arns.end()) arns.push_back(text);
    }
    for (std::size_t i = 0; i < arns.size(); ++i) {
      const std::string last = arns[i].substr(arns[i].rfind('/') + 1);
      const std::size_t colon = last.find(':');
      const std::string number = std::to_string(i) + "idx>";
      if (colon != std::string::npos && colon + 1 < last.size()) {
        replacements_.AddRegex(last.substr(colon + 1), "<MapRunArnPart1_" + number);
      }
      if (IsUuid(last.substr(0, colon))) {
        replacements_.AddRegex(last.substr(0, colon), "<MapRunArnPart0_" + number);
      }
    }
    return OkStatus();
  }

  Status SortVariableReferences() {
    ASSIGN_OR_RETURN(const std::vector<Tree*> found, FindAll("$..variableReferences", answers_));
    for (Tree* references : found) {
      if (!references->is_object()) continue;
      for (auto& entry : references->get_object()) {
        auto* names = entry.value().if_array();
        if (names == nullptr) continue;
        std::sort(names->begin(), names->end(), [](const Tree& a, const Tree& b) {
          return TextOf(a) < TextOf(b);
        });
      }
    }
    return OkStatus();
  }

  // "convert_output_to_json".
  Status ParseOutputs() {
    ASSIGN_OR_RETURN(const std::vector<Tree*> found, FindAll("$..output", answers_));
    for (Tree* output : found) {
      if (!output->is_string()) continue;
      if (auto parsed = ParseTree(TextOf(*output))) *output = *std::move(parsed);
    }
    return OkStatus();
  }

  Tree& answers_;
  const TransformerScope& scope_;
  Replacements replacements_;
};

std::int64_t PriorityOf(const Tree& transformer) {
  const Tree* priority = Member(transformer, "priority");
  return priority != nullptr && priority->is_int64() ? priority->get_int64() : 0;
}

}  // namespace

Result<Tree> Normalise(const Tree& answers,
                       std::vector<Tree> transformers,
                       const TransformerScope& scope) {
  Tree data = Sorted(answers);
  ParseObjectsInStrings(data);
  std::stable_sort(transformers.begin(), transformers.end(), [](const Tree& a, const Tree& b) {
    return PriorityOf(a) < PriorityOf(b);
  });
  Transformation transformation(data, scope);
  for (const Tree& transformer : transformers)
    RETURN_IF_ERROR(transformation.Apply(transformer));
  for (auto& entry : data.get_object()) {
    const std::string text = transformation.replacements().Apply(PythonText(entry.value()));
    // A wrong answer can make replacements that leave no JSON: then it is compared without them.
    if (auto parsed = ParseTree(text)) entry.value() = *std::move(parsed);
  }
  return data;
}

}  // namespace pawl::test
