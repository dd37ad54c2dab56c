// States are numbered in document order as they are met. Inside a scope transitions are resolved to
// ordinals (a state's place in `States`), because later states have no number yet; when all of the
// scope's states are compiled, Renumber replaces ordinals by numbers.
#include "engine/asl/machine_compiler.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "engine/asl/choice.h"
#include "engine/asl/compiled_values.h"
#include "engine/asl/error_handling.h"
#include "engine/asl/fields.h"
#include "engine/asl/map_items.h"
#include "engine/asl/task.h"
#include "engine/asl/template_check.h"
#include "engine/asl/transitions.h"
#include "engine/base/hash.h"
#include "engine/base/uuid.h"
#include "engine/json/write.h"

namespace pawl::asl {

namespace {

constexpr std::array<std::string_view, 8> kTypeNames = {
    "Pass", "Task", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"};

// Where a state stands.
struct Surroundings {
  StateIndex parent = kNoState;
  std::uint32_t branch = 0;
};

StateIndex NumberOf(const std::vector<StateIndex>& numbers, StateIndex ordinal) {
  return ordinal < numbers.size() ? numbers[ordinal] : kNoState;
}

void Renumber(State& state, const std::vector<StateIndex>& numbers) {
  state.next = NumberOf(numbers, state.next);
  for (Catcher& catcher : state.catchers) {
    catcher.next = NumberOf(numbers, catcher.next);
  }
  if (auto* choice = std::get_if<ChoiceState>(&state.details)) {
    choice->default_next = NumberOf(numbers, choice->default_next);
    for (ChoiceRule& rule : choice->rules) {
      rule.next = NumberOf(numbers, rule.next);
    }
  }
}

// Recorded on AWS: 1 to 40 characters, and these are refused.
bool IsLabelCharacter(unsigned char c, unsigned char next) {
  const bool is_control = c < 0x20 || c == 0x7F || (c == 0xC2 && next >= 0x80 && next <= 0x9F);
  return !is_control && std::string_view(" ?*<>{}[]:;,\\|^~$#%&`\"/").find(static_cast<char>(c)) ==
                            std::string_view::npos;
}

// Of labels that no definition gives.
constexpr std::uint64_t kLabelSeed = 0x6c61'6265'6cU;

// As AWS shows it: a control character by its number.
std::string ShownCharacter(std::string_view label, std::size_t place) {
  const auto c = static_cast<unsigned char>(label[place]);
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (c == '\\') return "\\\\";
  if (c == '\n') return "\\n";
  if (c == '\r') return "\\r";
  if (c == '\t') return "\\t";
  if (c >= 0x20 && c < 0x7F) return std::string(1, label[place]);
  // U+0080 to U+009F have their number in the second of two bytes.
  const unsigned number = c == 0xC2 ? static_cast<unsigned char>(label[place + 1]) : c;
  return std::string("\\x") + kDigits[number >> 4U] + kDigits[number & 0xFU];
}

// In AWS's words; nothing is wrong: empty.
std::string LabelProblem(std::string_view label) {
  std::size_t characters = 0;
  for (const char c : label)
    characters += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1U : 0U;
  if (characters == 0) return "Label cannot be empty";
  if (characters > 40) return "Label cannot exceed 40 characters";
  for (std::size_t i = 0; i < label.size(); ++i) {
    const auto c = static_cast<unsigned char>(label[i]);
    const auto next = static_cast<unsigned char>(i + 1 < label.size() ? label[i + 1] : '\0');
    if (!IsLabelCharacter(c, next)) {
      return "Label contains invalid character: '" + ShownCharacter(label, i) + "'";
    }
  }
  return "";
}

void CheckLabel(const Place& place, Problems& problems) {
  std::string problem = LabelProblem(place.node->text);
  if (!problem.empty()) problems.Error(code::kLabel, place, std::move(problem));
}

class Compiler {
 public:
  Compiler(const Place& root, MachineType type, Problems& problems)
      : root_(root), problems_(problems), names_(root, problems), type_(type) {}

  StateMachine Run() {
    const SourceNode* language = root_.node->FindValue("QueryLanguage");
    if (language != nullptr && language->text == "JSONata") {
      language_ = Language::kJsonata;
    }
    const Fields fields = CheckFields(root_, kMachineObject, language_, problems_);
    StateMachine machine;
    machine.comment = CompileText(fields.Get("Comment")).value_or("");
    machine.timeout = CompileSeconds(fields.Get("TimeoutSeconds"));
    machine.start = CompileScope(fields, {});
    machine.states = std::move(states_);
    machine.states.shrink_to_fit();
    return machine;
  }

 private:
  // Returns the scope's first state.
  StateIndex CompileScope(const Fields& fields, const Surroundings& surroundings) {
    const Place* states = fields.Get("States");
    if (states == nullptr) {
      return kNoState;
    }
    Transitions transitions(*states, names_, problems_);
    std::vector<StateIndex> numbers;
    for (const SourceMember& member : states->node->members) {
      transitions.Enter(numbers.size());
      numbers.push_back(CompileState(states->Member(member), transitions, surroundings));
    }
    const Place* start_at = fields.Get("StartAt");
    const StateIndex start = start_at == nullptr ? kNoState : transitions.Start(*start_at);
    transitions.Check(fields.object(), start);
    for (const StateIndex number : numbers) {
      Renumber(states_[number], numbers);
    }
    return NumberOf(numbers, start);
  }

  // A state's own language, and the machine's where it has none.
  Language StateLanguage(const Place& place) {
    const SourceMember* member = place.node->Find("QueryLanguage");
    if (member == nullptr || !member->value->is(json::Type::kString)) {
      return language_;
    }
    if (member->value->text == "JSONata") {
      return Language::kJsonata;
    }
    if (member->value->text == "JSONPath" && language_ == Language::kJsonata) {
      problems_.Error(code::kSchema,
                      place,
                      "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state "
                      "machine");
      return Language::kJsonPath;
    }
    return language_;
  }

  // Returns the state's number.
  StateIndex CompileState(const Place& place,
                          Transitions& transitions,
                          const Surroundings& surroundings) {
    const auto number = static_cast<StateIndex>(states_.size());
    State& added = states_.emplace_back();
    added.name = std::string(place.name);
    added.parent = surroundings.parent;
    added.branch = surroundings.branch;
    const SourceNode* type = place.node->FindValue("Type");
    const auto found = type == nullptr || !type->is(json::Type::kString)
                           ? kTypeNames.end()
                           : std::find(kTypeNames.begin(), kTypeNames.end(), type->text);
    if (found == kTypeNames.end()) {
      transitions.MayEnd();
      ReportType(place, type);
      return number;
    }
    added.type = static_cast<StateType>(found - kTypeNames.begin());
    State state = added;
    CompileFields(place, transitions, number, state);
    states_[number] = std::move(state);
    return number;
  }

  void ReportType(const Place& place, const SourceNode* type) {
    if (!place.node->is(json::Type::kObject)) {
      problems_.Error(
          code::kSchema, place, "expected an object, a state; found " + Describe(*place.node));
    } else if (type == nullptr) {
      problems_.Error(code::kSchema, place, "These fields are required: [Type]");
    } else {
      std::vector<std::string_view> names(kTypeNames.begin(), kTypeNames.end());
      problems_.Error(code::kSchema,
                      place.Member(*place.node->Find("Type")),
                      "The field 'Type' should have one of these values: [Task, Wait, Pass, "
                      "Succeed, Fail, Choice, Parallel, Map]",
                      "found " + Describe(*type) + DidYouMean(type->text, names));
    }
  }

  void CompileFields(const Place& place,
                     Transitions& transitions,
                     StateIndex number,
                     State& state) {
    const Language language = StateLanguage(place);
    const auto object = static_cast<Object>(1U << static_cast<unsigned>(state.type));
    const Fields fields = CheckFields(place, object, language, problems_);
    CompileNext(fields, transitions, state);
    state.input_path = CompilePathOrNull(fields.Get("InputPath"));
    state.output_path = CompilePathOrNull(fields.Get("OutputPath"));
    state.result_selector = CompileTemplate(fields.Get("ResultSelector"));
    state.result_path = CompileResultPath(fields.Get("ResultPath"));
    if (state.type != StateType::kMap) {
      state.parameters = CompileTemplate(fields.Get("Parameters"));
    }
    state.is_jsonata = language == Language::kJsonata;
    state.arguments = CompileJsonata(fields.Get("Arguments"));
    state.output = CompileJsonata(fields.Get("Output"));
    state.assign = CompileValue(fields.Get("Assign"), language);
    state.retriers = CompileRetriers(fields, language, problems_);
    state.catchers = CompileCatchers(fields, language, transitions, problems_);
    CompileDetails(fields, language, transitions, number, state);
  }

  static void CompileNext(const Fields& fields, Transitions& transitions, State& state) {
    const Place* end = fields.Get("End");
    const bool is_last = end != nullptr && end->node->boolean;
    if (const Place* next = fields.Get("Next")) {
      state.next = transitions.To(*next);
    }
    const bool is_choice = state.type == StateType::kChoice;
    const bool ends_always = state.type == StateType::kSucceed || state.type == StateType::kFail;
    // Neither Next nor End: reported already, and that is enough.
    if (is_last || ends_always || (!is_choice && !fields.Has("Next"))) {
      transitions.MayEnd();
    }
  }

  void CompileDetails(const Fields& fields,
                      Language language,
                      Transitions& transitions,
                      StateIndex number,
                      State& state) {
    switch (state.type) {
      case StateType::kPass:
        state.details = CompilePass(fields);
        break;
      case StateType::kTask:
        state.details = CompileTask(fields, language, type_, problems_);
        break;
      case StateType::kChoice:
        state.details = CompileChoice(fields, language, transitions, problems_);
        break;
      case StateType::kWait:
        state.details = CompileWait(fields);
        break;
      case StateType::kSucceed:
        state.details = SucceedState();
        break;
      case StateType::kFail:
        state.details = CompileFail(fields, language);
        break;
      case StateType::kParallel:
        state.details = CompileParallel(fields, number);
        break;
      case StateType::kMap:
        state.details = CompileMap(fields, language, number);
        break;
    }
  }

  PassState CompilePass(const Fields& fields) {
    PassState pass;
    if (const Place* result = fields.Get("Result")) {
      json::Arena arena;
      pass.result = Bytes(json::Write(ToValue(*result->node, arena)));
      const std::string_view text = result->node->text;
      if (text.starts_with("$.") || text.starts_with("$$.")) {
        problems_.Warning(
            code::kStaticResult,
            *result,
            Describe(*result->node) + " is the result as it is; to evaluate it, use Parameters");
      }
    }
    return pass;
  }

  static WaitState CompileWait(const Fields& fields) {
    if (const Place* path = fields.Get("SecondsPath")) {
      return {.until = SecondsPath{.path = CompilePath(path)}};
    }
    if (const Place* path = fields.Get("TimestampPath")) {
      return {.until = TimestampPath{.path = CompilePath(path)}};
    }
    if (const Place* seconds = fields.Get("Seconds"); seconds && IsExpression(*seconds)) {
      if (auto compiled = CompileJsonata(seconds)) {
        return {.until = SecondsExpression{.expression = *std::move(compiled)}};
      }
    }
    if (const Place* timestamp = fields.Get("Timestamp")) {
      if (IsExpression(*timestamp)) {
        if (auto compiled = CompileJsonata(timestamp)) {
          return {.until = TimestampExpression{.expression = *std::move(compiled)}};
        }
      }
      return {.until = ParseTimestamp(timestamp->node->text).value_or(Timestamp())};
    }
    return {.until = CompileSeconds(fields.Get("Seconds")).value_or(Duration())};
  }

  static FailState CompileFail(const Fields& fields, Language language) {
    FailState fail;
    const Place* error = fields.Get("Error");
    const Place* cause = fields.Get("Cause");
    if (language == Language::kJsonata) {
      fail.error_expression = CompileJsonata(error);
      fail.cause_expression = CompileJsonata(cause);
      return fail;
    }
    fail.error = CompileText(error);
    fail.cause = CompileText(cause);
    if (const Place* path = fields.Get("ErrorPath")) {
      fail.error_path = CompilePathOrCall(*path);
    }
    if (const Place* path = fields.Get("CausePath")) {
      fail.cause_path = CompilePathOrCall(*path);
    }
    return fail;
  }

  ParallelState CompileParallel(const Fields& fields, StateIndex number) {
    ParallelState parallel;
    const Place* branches = fields.Get("Branches");
    for (std::size_t i = 0; branches != nullptr && i < branches->node->items.size(); ++i) {
      const Place branch = branches->Item(i);
      const Fields branch_fields = CheckFields(branch, kBranchObject, language_, problems_);
      parallel.branches.push_back(
          CompileScope(branch_fields, {.parent = number, .branch = static_cast<std::uint32_t>(i)}));
    }
    return parallel;
  }

  MapState CompileMap(const Fields& fields, Language language, StateIndex number) {
    MapState map;
    map.items_path = CompilePath(fields.Get("ItemsPath"));
    const Place* selector = fields.Get("ItemSelector");
    map.items = CompileJsonata(fields.Get("Items"));
    map.item_selector =
        CompileValue(selector == nullptr ? fields.Get("Parameters") : selector, language);
    map.max_concurrency = CompileNumber(fields, "MaxConcurrency", "MaxConcurrencyPath")
                              .value_or(ComputedNumber(std::int64_t{0}));
    const Place* processor = fields.Get("ItemProcessor");
    processor = processor == nullptr ? fields.Get("Iterator") : processor;
    std::optional<DistributedMap> distributed;
    if (processor != nullptr) {
      const Fields processor_fields =
          CheckFields(*processor, kProcessorObject, language_, problems_);
      distributed = CompileProcessorConfig(processor_fields);
      const MachineType outer = type_;
      if (distributed && distributed->is_express) type_ = MachineType::kExpress;
      map.processor = CompileScope(processor_fields, {.parent = number, .branch = 0});
      type_ = outer;
    }
    CompileItems(fields, language, distributed);
    if (distributed) {
      CompileDistributed(fields, number, *distributed);
      map.distributed = std::make_shared<const DistributedMap>(*std::move(distributed));
    }
    return map;
  }

  std::optional<DistributedMap> CompileProcessorConfig(const Fields& processor) {
    const Place* config = processor.Get("ProcessorConfig");
    if (config == nullptr) {
      return std::nullopt;
    }
    const Fields fields = CheckFields(*config, kProcessorConfigObject, language_, problems_);
    const Place* mode = fields.Get("Mode");
    if (mode == nullptr || mode->node->text != "DISTRIBUTED") {
      return std::nullopt;
    }
    DistributedMap map;
    if (type_ == MachineType::kExpress) {
      problems_.Error(code::kSchema,
                      *mode,
                      "Express state machine does not support a distributed Map",
                      "make the state machine STANDARD, or the Map's Mode INLINE");
    }
    const Place* type = fields.Get("ExecutionType");
    if (type == nullptr) {
      problems_.Error(code::kSchema, *config, "These fields are required: [ExecutionType]");
    } else {
      map.is_express = type->node->text == "EXPRESS";
    }
    return map;
  }

  static void CompileDistributed(const Fields& fields, StateIndex number, DistributedMap& map) {
    map.tolerated_failure_count =
        CompileNumber(fields, "ToleratedFailureCount", "ToleratedFailureCountPath");
    map.tolerated_failure_percentage =
        CompileFraction(fields, "ToleratedFailurePercentage", "ToleratedFailurePercentagePath");
    const Place* label = fields.Get("Label");
    // Unique among the Maps of a definition, and the same for every compilation of it.
    map.label = label != nullptr ? std::string(label->node->text)
                                 : UuidOf(HashCombine(kLabelSeed, number), number);
  }

  // Checks what belongs to a distributed Map, and compiles it for one.
  void CompileItems(const Fields& fields, Language language, std::optional<DistributedMap>& map) {
    if (const Place* label = fields.Get("Label")) {
      CheckLabel(*label, problems_);
      const auto [first, is_new] = labels_.emplace(label->node->text, label->Pointer());
      if (!is_new) {
        problems_.Error(code::kSchema,
                        *label,
                        "the Label '" + std::string(label->node->text) + "' is that of " +
                            first->second + " too: Labels are unique in a definition");
      }
    }
    auto reader = CompileItemReader(fields.Get("ItemReader"), language, problems_);
    auto batcher = CompileItemBatcher(fields.Get("ItemBatcher"), language, problems_);
    auto writer = CompileResultWriter(fields.Get("ResultWriter"), language, problems_);
    if (!map) {
      return RefuseOnInlineMap(fields, problems_);
    }
    map->reader = std::move(reader);
    map->batcher = std::move(batcher);
    map->writer = std::move(writer);
  }

  const Place& root_;
  Problems& problems_;
  StateNames names_;
  // Of distributed Maps, and where each stands.
  std::map<std::string, std::string, std::less<>> labels_;
  Language language_ = Language::kJsonPath;
  // Of the executions that run the states at hand: those of a distributed Map have their own.
  MachineType type_;
  std::vector<State> states_;
};

// Recursion: as deep as the tree.
void CheckDuplicatesBelow(const Place& place, Problems& problems) {
  std::unordered_set<std::string_view> names;
  for (const SourceMember& member : place.node->members) {
    const Place child = place.Member(member);
    if (!names.insert(member.name).second) {
      const Position first = place.node->Find(member.name)->position;
      problems.ErrorAtName(code::kDuplicateField,
                           child,
                           "the field " + Quote(member.name) + " stands here already, in line " +
                               std::to_string(first.line) + "; keep one of them");
    }
    CheckDuplicatesBelow(child, problems);
  }
  for (std::size_t i = 0; i < place.node->items.size(); ++i) {
    CheckDuplicatesBelow(place.Item(i), problems);
  }
}

}  // namespace

StateMachine CompileMachine(const SourceNode& root, MachineType type, Problems& problems) {
  const Place place = Place::Root(root);
  return Compiler(place, type, problems).Run();
}

void CheckDuplicates(const SourceNode& root, Problems& problems) {
  CheckDuplicatesBelow(Place::Root(root), problems);
}

}  // namespace pawl::asl
