// yaml-cpp turns the text into events, in time linear in the text; this file turns the events into
// a tree. An alias shares the node of its anchor, so nothing is ever expanded; what the expansion
// would weigh is counted, and refused past kYamlExpansionMax times the text itself.
//
// Plain scalars follow YAML 1.2: `yes`, `on` and dates are strings. What JSON cannot hold (.inf,
// keys that are no scalars, tags of one's own) is refused, and so is what YAML 1.1 and 1.2 read
// differently (012) or only 1.1 knows (<<).
#include "engine/asl/yaml_reader.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cstdint>
#include <istream>
#include <limits>
#include <map>
#include <optional>
#include <streambuf>
#include <string>
#include <utility>
#include <vector>

namespace pawl::asl {

namespace {

// A node's weight before its text: what an empty item costs.
constexpr std::uint64_t kNodeWeight = 16;
// Sums of weights stop growing here.
constexpr std::uint64_t kWeightMax = std::uint64_t{1} << 40;
// yaml-cpp's own message for its limit of recursion is misleading; ours comes first.
static_assert(kDefinitionDepthMax < 400);

// Reads a string_view without copying it.
class ViewBuffer final : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    // A streambuf's get area is not const, but nothing here writes to it.
    char* begin = const_cast<char*>(text.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    setg(begin, begin, begin + text.size());
  }
};

Position ToPosition(const YAML::Mark& mark) {
  if (mark.is_null()) {
    return {};
  }
  return {.line = static_cast<std::uint32_t>(mark.line) + 1,
          .column = static_cast<std::uint32_t>(mark.column) + 1};
}

// What a plain scalar is.
struct Plain {
  json::Type type = json::Type::kString;
  bool boolean = false;
  // A number's JSON text.
  std::string number = {};
  // Why it is refused; empty if it is not.
  std::string refused = {};
};

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

std::string WithoutPlus(std::string_view text) {
  return std::string(text.substr(text.starts_with('+') ? 1 : 0));
}

// 0o17 and 0x1F in decimal; nullopt beyond 64 bits.
std::optional<std::string> ToDecimal(std::string_view digits, unsigned base) {
  std::uint64_t value = 0;
  for (const char c : digits) {
    const bool is_decimal = c >= '0' && c <= '9';
    const auto digit = static_cast<unsigned>(is_decimal ? c - '0' : (c | 0x20) - 'a' + 10);
    if (value > (std::numeric_limits<std::uint64_t>::max() - digit) / base) {
      return std::nullopt;
    }
    value = value * base + digit;
  }
  return std::to_string(value);
}

Plain ReadFloat(std::string_view text) {
  // JSON wants digits on both sides of the point and no leading zeros.
  Plain plain{.type = json::Type::kNumber};
  std::string number = WithoutPlus(text);
  const std::size_t digits = number.starts_with('-') ? 1 : 0;
  if (number[digits] == '.') {
    number.insert(digits, "0");
  }
  const std::size_t point = number.find('.');
  if (point != std::string::npos &&
      (point + 1 == number.size() || number[point + 1] < '0' || number[point + 1] > '9')) {
    number.insert(point + 1, "0");
  }
  if (number[digits] == '0' && digits + 1 < number.size() && number[digits + 1] >= '0' &&
      number[digits + 1] <= '9') {
    plain.refused = "a number begins with 0; remove the leading zero, or quote it to make a string";
  }
  plain.number = std::move(number);
  return plain;
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool IsDecimal(std::string_view text) {
  std::size_t at = 0;
  const auto skip_one_of = [&](std::string_view characters) {
    const bool is_there = at < text.size() && characters.find(text[at]) != std::string_view::npos;
    at += is_there ? 1 : 0;
    return is_there;
  };
  const auto skip_digits = [&] {
    const std::size_t start = at;
    while (skip_one_of("0123456789")) {
    }
    return at - start;
  };
  skip_one_of("+-");
  std::size_t digits = skip_digits();
  if (skip_one_of(".")) {
    digits += skip_digits();
  }
  if (digits == 0) {
    return false;
  }
  if (skip_one_of("eE")) {
    skip_one_of("+-");
    if (skip_digits() == 0) {
      return false;
    }
  }
  return at == text.size();
}

// 0o[0-7]+ | 0x[0-9a-fA-F]+
bool IsBased(std::string_view text) {
  if (text.size() < 3) {
    return false;
  }
  const std::string_view digits = text.substr(2);
  return (text.starts_with("0o") &&
          digits.find_first_not_of("01234567") == std::string_view::npos) ||
         (text.starts_with("0x") &&
          digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos);
}

// YAML 1.2.2, section 10.3.2, the core schema.
Plain ReadPlain(const std::string& text) {
  if (text == "<<") {
    return {.refused = "the merge key '<<' is not part of YAML 1.2; write the members out"};
  }
  if (IsOneOf(text, {"true", "True", "TRUE"})) {
    return {.type = json::Type::kBoolean, .boolean = true};
  }
  if (IsOneOf(text, {"false", "False", "FALSE"})) {
    return {.type = json::Type::kBoolean};
  }
  if (text.empty() ||
      std::string_view("+-.0123456789").find(text.front()) == std::string_view::npos) {
    return {};
  }
  if (IsBased(text)) {
    const auto decimal = ToDecimal(std::string_view(text).substr(2), text[1] == 'o' ? 8 : 16);
    if (!decimal) {
      return {.refused = "the number " + Quote(text) + " needs more than 64 bits; quote it"};
    }
    return {.type = json::Type::kNumber, .number = *decimal};
  }
  if (IsDecimal(text)) {
    return ReadFloat(text);
  }
  if (IsOneOf(text.substr(text.find('.') == std::string::npos ? 0 : text.find('.')),
              {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"})) {
    return {.refused = Quote(text) + " is a number that JSON cannot hold; quote it"};
  }
  return {};
}

class Builder final : public YAML::EventHandler {
 public:
  Builder(SourceTree& tree, Problems& problems, TagRule tags)
      : tree_(tree), problems_(problems), tags_(tags) {}

  bool has_failed() const { return failure_.has_value(); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (has_document_) {
      Fail(code::kInvalidYaml, ToPosition(mark), "a second document begins; keep one per file");
    }
    has_document_ = true;
  }

  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (IsName()) {
      Fail(code::kInvalidYaml, ToPosition(mark), "null stands where a name must; quote it");
    }
    AddScalar(mark, anchor, tree_.NewNode(json::Type::kNull, ToPosition(mark)));
  }

  void OnScalar(const YAML::Mark& mark,
                const std::string& tag,
                YAML::anchor_t anchor,
                const std::string& value) override {
    const bool is_plain = CheckTag(tag, mark) && tag == "?";
    Plain plain = is_plain ? ReadPlain(value) : Plain();
    if (!plain.refused.empty()) {
      Fail(code::kInvalidYaml, ToPosition(mark), std::move(plain.refused));
    }
    SourceNode* node = tree_.NewNode(plain.type, ToPosition(mark));
    if (IsName()) {
      // A name is text, whatever it looks like.
      node->type = json::Type::kString;
    }
    node->boolean = plain.boolean;
    node->text = tree_.Keep(node->is(json::Type::kNumber) ? plain.number : value);
    node->tag = TagOf(tag);
    AddScalar(mark, anchor, node);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (failure_) {
      return;
    }
    const Position position = ToPosition(mark);
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) {
      Fail(code::kInvalidYaml, position, "an alias stands inside the very value that it names");
      return;
    }
    if (++aliases_ > kYamlAliasesMax) {
      Fail(code::kYamlAliases,
           position,
           "more than " + std::to_string(kYamlAliasesMax) + " aliases; write the values out");
      return;
    }
    if (open_.size() + found->second.height > kDefinitionDepthMax) {
      FailDepth(position);
      return;
    }
    if (IsName() && !found->second.node->is(json::Type::kString)) {
      Fail(code::kInvalidYaml, position, "an alias stands where a name must, and is no string");
      return;
    }
    Add(found->second, position);
  }

  void OnSequenceStart(const YAML::Mark& mark,
                       const std::string& tag,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(json::Type::kArray, mark, tag, anchor);
  }

  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(json::Type::kObject, mark, tag, anchor);
  }

  void OnMapEnd() override { Close(); }

  // After the last event; reports what is wrong.
  bool Finish() {
    if (!failure_ && tree_.root() == nullptr) {
      Fail(code::kInvalidYaml, {}, "the definition is empty");
    }
    if (!failure_ &&
        expanded_weight_ >
            std::max<std::uint64_t>(kYamlExpansionFree, kYamlExpansionMax * plain_weight_)) {
      Fail(code::kYamlAliases,
           {},
           "its aliases make it more than " + std::to_string(kYamlExpansionMax) +
               " times as large as it is written; write the values out");
    }
    if (failure_) {
      problems_.ErrorAt(failure_->code,
                        failure_->position,
                        "This YAML cannot be used: " + std::move(failure_->message));
    }
    return !failure_;
  }

 private:
  // A finished value with what it weighs and how deep it nests, aliases expanded.
  struct Finished {
    const SourceNode* node = nullptr;
    std::uint64_t weight = kNodeWeight;
    std::size_t height = 0;
  };

  struct OpenNode {
    Finished so_far;
    SourceNode* node = nullptr;
    YAML::anchor_t anchor = 0;
    // The member whose value comes next.
    std::optional<SourceMember> member = {};
  };

  struct Failure {
    std::string_view code;
    Position position;
    std::string message;
  };

  // The first failure stands, but for nesting: yaml-cpp reads brackets that nest too deep as many
  // other things first.
  void Fail(std::string_view code, Position position, std::string message) {
    if (!failure_ || (code == code::kTooDeep && failure_->code != code)) {
      failure_ = {.code = code, .position = position, .message = std::move(message)};
    }
  }

  void FailDepth(Position position) {
    Fail(code::kTooDeep,
         position,
         "arrays and objects nest deeper than " + std::to_string(kDefinitionDepthMax) +
             " levels here; split the state machine");
  }

  // Whether the next value is the name of a member.
  bool IsName() const {
    return !open_.empty() && open_.back().node->is(json::Type::kObject) && !open_.back().member;
  }

  static bool IsCoreTag(const std::string& tag) {
    return IsOneOf(
        tag,
        {"", "?", "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"});
  }

  // What stands in SourceNode::tag.
  std::string_view TagOf(const std::string& tag) {
    return IsCoreTag(tag) ? std::string_view() : tree_.Keep(tag);
  }

  bool CheckTag(const std::string& tag, const YAML::Mark& mark) {
    if (IsCoreTag(tag) || (tags_ == TagRule::kKeep && !IsName())) return true;
    Fail(code::kInvalidYaml,
         ToPosition(mark),
         "the tag " + Quote(tag) + " is not part of the Amazon States Language; remove it");
    return false;
  }

  void Open(json::Type type,
            const YAML::Mark& mark,
            const std::string& tag,
            YAML::anchor_t anchor) {
    const Position position = ToPosition(mark);
    CheckTag(tag, mark);
    if (IsName()) {
      Fail(code::kInvalidYaml, position, "an array or object stands where a name must");
    }
    if (++depth_ > kDefinitionDepthMax) {
      FailDepth(position);
    }
    if (failure_) {
      return;
    }
    OpenNode& open = open_.emplace_back();
    open.node = tree_.NewNode(type, position);
    open.node->tag = TagOf(tag);
    open.so_far.node = open.node;
    open.so_far.height = 1;
    open.anchor = anchor;
    plain_weight_ += kNodeWeight;
  }

  void Close() {
    --depth_;
    if (failure_) {
      return;
    }
    const OpenNode closed = open_.back();
    open_.pop_back();
    if (closed.anchor != YAML::NullAnchor) {
      anchored_[closed.anchor] = closed.so_far;
    }
    Add(closed.so_far, closed.node->position);
  }

  void AddScalar(const YAML::Mark& mark, YAML::anchor_t anchor, const SourceNode* node) {
    if (failure_) {
      return;
    }
    const Finished scalar{.node = node, .weight = kNodeWeight + node->text.size(), .height = 0};
    plain_weight_ += scalar.weight;
    if (anchor != YAML::NullAnchor) {
      anchored_[anchor] = scalar;
    }
    Add(scalar, ToPosition(mark));
  }

  // Puts a value where it belongs: into the innermost open one, or on top.
  void Add(const Finished& value, Position position) {
    if (open_.empty()) {
      tree_.set_root(value.node);
      expanded_weight_ = value.weight;
      return;
    }
    OpenNode& open = open_.back();
    open.so_far.weight = std::min(kWeightMax, open.so_far.weight + value.weight);
    open.so_far.height = std::max(open.so_far.height, value.height + 1);
    if (open.node->is(json::Type::kArray)) {
      open.node->items.push_back(value.node);
    } else if (!open.member) {
      open.member = SourceMember{.name = value.node->text, .position = position};
    } else {
      open.member->value = value.node;
      open.node->members.push_back(*open.member);
      open.member.reset();
    }
  }

  SourceTree& tree_;
  Problems& problems_;
  const TagRule tags_;
  std::vector<OpenNode> open_;
  std::map<YAML::anchor_t, Finished> anchored_;
  std::size_t aliases_ = 0;
  std::uint64_t plain_weight_ = 0;
  std::uint64_t expanded_weight_ = 0;
  bool has_document_ = false;
  std::optional<Failure> failure_;
  std::size_t depth_ = 0;
};

// yaml-cpp takes some control characters for the end of the text; YAML has none of them.
std::optional<Position> FindControlCharacter(std::string_view text) {
  Position position;
  for (const char c : text) {
    if (c == '\n') {
      ++position.line;
      position.column = 1;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t' && c != '\r') || byte == 0x7F) {
      return position;
    }
    ++position.column;
  }
  return std::nullopt;
}

}  // namespace

bool ReadYaml(std::string_view text, SourceTree& tree, Problems& problems, TagRule tags) {
  if (const auto control = FindControlCharacter(text)) {
    problems.ErrorAt(code::kInvalidYaml,
                     *control,
                     "This YAML cannot be used: it holds a control character; write it escaped in "
                     "double quotes");
    return false;
  }
  Builder builder(tree, problems, tags);
  ViewBuffer buffer(text);
  std::istream stream(&buffer);
  try {
    YAML::Parser parser(stream);
    // The second call is there to find a second document.
    if (parser.HandleNextDocument(builder) && !builder.has_failed()) {
      parser.HandleNextDocument(builder);
    }
  } catch (const YAML::Exception& error) {
    if (!builder.has_failed()) {
      problems.ErrorAt(code::kInvalidYaml, ToPosition(error.mark), "This is no YAML: " + error.msg);
      return false;
    }
  }
  return builder.Finish();
}

}  // namespace pawl::asl
