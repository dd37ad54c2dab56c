// A Pratt parser: a token stands at the start of an expression (Prefix) or behind an operand
// (Infix), and its binding power decides which operator an operand belongs to. Vaughan Pratt, "Top
// down operator precedence", 1973.
//
// Errors travel as nullptr; the first one is kept.
#include "engine/expression/jsonata/parser.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "engine/expression/jsonata/lexer.h"
#include "engine/json/number.h"
#include "engine/json/write.h"

namespace pawl::expression::jsonata {
namespace {

constexpr int kPrefixPower = 70;
constexpr std::string_view kLambdaLetter = "\u03BB";

class Parser final {
 public:
  Parser(std::string_view text, bool has_default_operators, Tree& tree)
      : text_(text), lexer_(text, has_default_operators, tree.arena()), tree_(tree) {}

  std::variant<Node*, Error> Parse() {
    if (!Advance(/*is_infix=*/false)) return error_;
    Node* const root = Expression(0);
    if (root == nullptr) return error_;
    if (current_.type != TokenType::kEnd) {
      return Error{.code = "S0201", .token = current_.ForError(), .position = current_.position};
    }
    tree_.has_lone_surrogate = lexer_.met_lone_surrogate();
    return root;
  }

 private:
  // Errors.

  std::nullptr_t Fail(std::string_view code,
                      std::size_t position,
                      std::optional<ErrorText> token = std::nullopt) {
    return Fail(Error{.code = code, .token = std::move(token), .position = position});
  }

  std::nullptr_t Fail(Error error) {
    if (error_.code.empty()) error_ = std::move(error);
    return nullptr;
  }

  // Tokens.

  bool Advance(bool is_infix) {
    std::optional<Token> token = lexer_.Next(is_infix);
    if (!token) {
      Fail(lexer_.error());
      return false;
    }
    if (token->symbol == Symbol::kUnknown) {
      Fail("S0204", token->position, token->ForError());
      return false;
    }
    current_ = *token;
    return true;
  }

  // Goes past `symbol`, which must be there.
  bool Expect(Symbol symbol, bool is_infix = false) {
    if (current_.symbol == symbol) return Advance(is_infix);
    const bool is_end = current_.type == TokenType::kEnd;
    Error error{.code = is_end ? "S0203" : "S0202",
                .token = current_.ForError(),
                .position = is_end ? text_.size() : current_.position};
    json::WriteStringTo(error.value, SymbolText(symbol));
    Fail(std::move(error));
    return false;
  }

  bool At(Symbol symbol) const { return current_.symbol == symbol; }

  // Nodes.

  Node* Make(NodeType type, const Token& token) {
    Node* const node = tree_.Make(type, token.position);
    node->symbol = token.symbol;
    node->text = token.text;
    node->value = token.value;
    return node;
  }

  // `node` after `child` became part of it; nullptr if the tree gets too deep or `child` is none.
  Node* With(Node* node, const Node* child) {
    if (child == nullptr) return nullptr;
    const int depth = std::max<int>(node->depth, child->depth + 1);
    if (depth > kSyntaxDepthMax) return Fail(TooDeep());
    node->depth = static_cast<std::uint16_t>(depth);
    return node;
  }

  Node* Operand(Node* node, Node* Node::*place, int power) {
    node->*place = Expression(power);
    return With(node, node->*place);
  }

  Node* Expression(int power) {
    if (nesting_ >= kSyntaxDepthMax) {
      Error error = TooDeep();
      error.position = current_.position;
      return Fail(std::move(error));
    }
    ++nesting_;
    Node* const result = OperatorsFrom(power);
    --nesting_;
    return result;
  }

  Node* OperatorsFrom(int power) {
    const Token first = current_;
    if (!Advance(/*is_infix=*/true)) return nullptr;
    Node* left = Prefix(first);
    while (left != nullptr && power < BindingPower(current_.symbol)) {
      const Token token = current_;
      if (!Advance(/*is_infix=*/false)) return nullptr;
      left = Infix(left, token);
    }
    return left;
  }

  // At the start of an expression.
  Node* Prefix(const Token& token) {
    switch (token.symbol) {
      case Symbol::kEnd:
        return Make(NodeType::kEnd, token);
      case Symbol::kName:
      case Symbol::kLiteral:
        return Operand(token);
      case Symbol::kRegex:
        return RegularExpression(token);
      case Symbol::kAnd:
      case Symbol::kOr:
      case Symbol::kIn:
        return Make(NodeType::kKeyword, token);
      case Symbol::kSubtract:
        return Operand(Make(NodeType::kNegation, token), &Node::first, kPrefixPower);
      case Symbol::kMultiply:
        return Make(NodeType::kWildcard, token);
      case Symbol::kDescendant:
        return Make(NodeType::kDescendant, token);
      case Symbol::kModulo:
        return Make(NodeType::kParent, token);
      case Symbol::kOpenParenthesis:
        return Block(token);
      case Symbol::kOpenBracket:
        return ArrayConstructor(token);
      case Symbol::kOpenBrace:
        return Pairs(Make(NodeType::kObject, token));
      case Symbol::kBar:
        return Transform(token);
      default:
        return Fail("S0211", token.position, token.ForError());
    }
  }

  // Behind an operand.
  Node* Infix(Node* left, const Token& token) {
    switch (token.symbol) {
      case Symbol::kOpenParenthesis:
        return Call(left, token);
      case Symbol::kOpenBracket:
        return Predicate(left, token);
      case Symbol::kOrderBy:
        return OrderBy(left, token);
      case Symbol::kOpenBrace: {
        Node* const node = Make(NodeType::kGroupBy, token);
        node->first = left;
        return With(node, left) == nullptr ? nullptr : Pairs(node);
      }
      case Symbol::kAssign:
        return Assign(left, token);
      case Symbol::kFocus:
      case Symbol::kIndex:
        return Focus(left, token);
      case Symbol::kQuestion:
        return Condition(left, token);
      default:
        return Binary(left, token);
    }
  }

  Node* Operand(const Token& token) {
    switch (token.type) {
      case TokenType::kVariable: {
        Node* const node = Make(NodeType::kVariable, token);
        node->name = tree_.IdOf(token.text);
        return node;
      }
      case TokenType::kString: {
        Node* const node = Make(NodeType::kString, token);
        node->value = Value::String(token.text);
        return node;
      }
      case TokenType::kNumber:
        return Make(NodeType::kNumber, token);
      case TokenType::kValue:
        return Make(NodeType::kValue, token);
      default:
        return Make(NodeType::kName, token);
    }
  }

  Node* RegularExpression(const Token& token) {
    Node* const node = Make(NodeType::kRegex, token);
    Result<Regex> regex = Regex::Compile(token.text, token.ignores_case, token.is_multiline);
    if (!regex.ok()) {
      Error error{.code = "S0303", .position = token.position};
      error.status = regex.status();
      return Fail(std::move(error));
    }
    node->regex = tree_.Keep(std::move(*regex));
    return node;
  }

  // (a; b; c)
  Node* Block(const Token& token) {
    Node* const node = Make(NodeType::kBlock, token);
    while (!At(Symbol::kCloseParenthesis)) {
      Node* const expression = Expression(0);
      if (With(node, expression) == nullptr) return nullptr;
      node->items.push_back(expression);
      if (!At(Symbol::kSemicolon)) break;
      if (!Advance(/*is_infix=*/false)) return nullptr;
    }
    return Expect(Symbol::kCloseParenthesis, /*is_infix=*/true) ? node : nullptr;
  }

  // [a, b..c]
  Node* ArrayConstructor(const Token& token) {
    Node* const node = Make(NodeType::kArray, token);
    while (!At(Symbol::kCloseBracket)) {
      Node* item = Expression(0);
      if (item == nullptr) return nullptr;
      if (At(Symbol::kRange)) {
        Node* const range = Make(NodeType::kBinary, current_);
        range->first = item;
        if (With(range, item) == nullptr || !Advance(/*is_infix=*/false)) return nullptr;
        item = Operand(range, &Node::second, 0);
      }
      if (With(node, item) == nullptr) return nullptr;
      node->items.push_back(item);
      if (!At(Symbol::kComma)) break;
      if (!Advance(/*is_infix=*/false)) return nullptr;
      // A comma needs an item behind it.
      if (At(Symbol::kCloseBracket)) {
        return Fail("S0211", current_.position, current_.ForError());
      }
    }
    return Expect(Symbol::kCloseBracket, /*is_infix=*/true) ? node : nullptr;
  }

  // {a: b, c: d}, alone or behind a step.
  Node* Pairs(Node* node) {
    while (!At(Symbol::kCloseBrace)) {
      Pair pair;
      pair.key = Expression(0);
      if (With(node, pair.key) == nullptr || !Expect(Symbol::kColon)) return nullptr;
      pair.value = Expression(0);
      if (With(node, pair.value) == nullptr) return nullptr;
      node->pairs.push_back(pair);
      if (!At(Symbol::kComma)) break;
      if (!Advance(/*is_infix=*/false)) return nullptr;
      if (At(Symbol::kCloseBrace)) {
        return Fail("S0211", current_.position, current_.ForError());
      }
    }
    return Expect(Symbol::kCloseBrace, /*is_infix=*/true) ? node : nullptr;
  }

  // |pattern|update, delete|
  Node* Transform(const Token& token) {
    Node* const node = Make(NodeType::kTransform, token);
    if (Operand(node, &Node::first, 0) == nullptr || !Expect(Symbol::kBar)) return nullptr;
    if (Operand(node, &Node::second, 0) == nullptr) return nullptr;
    if (At(Symbol::kComma)) {
      if (!Advance(/*is_infix=*/false)) return nullptr;
      if (Operand(node, &Node::third, 0) == nullptr) return nullptr;
    }
    return Expect(Symbol::kBar) ? node : nullptr;
  }

  // a(b, ?), function($x){...}
  Node* Call(Node* left, const Token& token) {
    Node* const node = Make(NodeType::kFunction, token);
    node->first = left;
    if (With(node, left) == nullptr) return nullptr;
    while (!At(Symbol::kCloseParenthesis)) {
      if (At(Symbol::kQuestion)) {
        node->type = NodeType::kPartial;
        node->items.push_back(Make(NodeType::kPlaceholder, current_));
        if (!Advance(/*is_infix=*/false)) return nullptr;
      } else {
        Node* const argument = Expression(0);
        if (With(node, argument) == nullptr) return nullptr;
        node->items.push_back(argument);
      }
      if (!At(Symbol::kComma)) break;
      if (!Advance(/*is_infix=*/false)) return nullptr;
      if (At(Symbol::kCloseParenthesis)) {
        return Fail("S0211", current_.position, current_.ForError());
      }
    }
    if (!Expect(Symbol::kCloseParenthesis, /*is_infix=*/true)) return nullptr;
    const bool is_definition =
        left->type == NodeType::kName && (left->text == "function" || left->text == kLambdaLetter);
    return is_definition ? Lambda(node) : node;
  }

  Node* Lambda(Node* node) {
    node->type = NodeType::kLambda;
    node->first = nullptr;
    for (std::size_t i = 0; i < node->items.size(); ++i) {
      const Node& parameter = *node->items[i];
      if (parameter.type == NodeType::kVariable) {
        node->parameters.push_back(parameter.name);
        continue;
      }
      Error error{.code = "S0208",
                  .token = TextOf(parameter),
                  .position = parameter.position,
                  .value = std::to_string(i + 1)};
      return Fail(std::move(error));
    }
    node->items.clear();
    if (At(Symbol::kLess) && !ReadSignature(node)) return nullptr;
    if (!Expect(Symbol::kOpenBrace)) return nullptr;
    if (Operand(node, &Node::first, 0) == nullptr) return nullptr;
    return Expect(Symbol::kCloseBrace) ? node : nullptr;
  }

  // Reads tokens up to the closing bracket: the signature is what they spell.
  bool ReadSignature(Node* node) {
    const std::size_t position = current_.position;
    std::string text = "<";
    for (int depth = 1; depth > 0 && !At(Symbol::kOpenBrace) && current_.type != TokenType::kEnd;) {
      if (!Advance(/*is_infix=*/false)) return false;
      if (At(Symbol::kGreater)) --depth;
      if (At(Symbol::kLess)) ++depth;
      text += current_.type == TokenType::kEnd ? SymbolText(Symbol::kEnd) : current_.text;
    }
    if (!Expect(Symbol::kGreater)) return false;
    auto parsed = Signature::Parse(text);
    if (auto* const wrong = std::get_if<Signature::ParseError>(&parsed); wrong != nullptr) {
      wrong->error.position = position + wrong->offset;
      Fail(std::move(wrong->error));
      return false;
    }
    node->signature = tree_.Keep(std::get<Signature>(std::move(parsed)));
    return true;
  }

  // a[b], a[]
  Node* Predicate(Node* left, const Token& token) {
    if (At(Symbol::kCloseBracket)) {
      Node* step = left;
      while (step->type == NodeType::kPredicate) {
        step = step->first;
      }
      step->keeps_array = true;
      return Advance(/*is_infix=*/false) ? left : nullptr;
    }
    Node* const node = Make(NodeType::kPredicate, token);
    node->first = left;
    if (With(node, left) == nullptr || Operand(node, &Node::second, 0) == nullptr) return nullptr;
    return Expect(Symbol::kCloseBracket, /*is_infix=*/true) ? node : nullptr;
  }

  // a^(b, >c)
  Node* OrderBy(Node* left, const Token& token) {
    Node* const node = Make(NodeType::kOrderBy, token);
    node->first = left;
    if (With(node, left) == nullptr || !Expect(Symbol::kOpenParenthesis)) return nullptr;
    while (true) {
      SortTerm term;
      if (At(Symbol::kLess) || At(Symbol::kGreater)) {
        term.is_descending = At(Symbol::kGreater);
        if (!Advance(/*is_infix=*/false)) return nullptr;
      }
      term.expression = Expression(0);
      if (With(node, term.expression) == nullptr) return nullptr;
      node->terms.push_back(term);
      if (!At(Symbol::kComma)) break;
      if (!Advance(/*is_infix=*/false)) return nullptr;
    }
    return Expect(Symbol::kCloseParenthesis) ? node : nullptr;
  }

  // $a := b
  Node* Assign(Node* left, const Token& token) {
    if (left->type != NodeType::kVariable) {
      return Fail("S0212", left->position, TextOf(*left));
    }
    Node* const node = Make(NodeType::kBind, token);
    node->first = left;
    return Operand(node, &Node::second, BindingPower(Symbol::kAssign) - 1);
  }

  // a@$b, a#$b
  Node* Focus(Node* left, const Token& token) {
    Node* const node =
        Make(token.symbol == Symbol::kFocus ? NodeType::kFocus : NodeType::kIndex, token);
    node->first = left;
    if (With(node, left) == nullptr) return nullptr;
    if (Operand(node, &Node::second, BindingPower(token.symbol)) == nullptr) return nullptr;
    if (node->second->type != NodeType::kVariable) {
      return Fail("S0214", node->second->position, token.ForError());
    }
    return node;
  }

  // a ? b : c
  Node* Condition(Node* left, const Token& token) {
    Node* const node = Make(NodeType::kCondition, token);
    node->first = left;
    if (With(node, left) == nullptr || Operand(node, &Node::second, 0) == nullptr) return nullptr;
    if (!At(Symbol::kColon)) return node;
    if (!Advance(/*is_infix=*/false)) return nullptr;
    return Operand(node, &Node::third, 0);
  }

  Node* Binary(Node* left, const Token& token) {
    NodeType type = NodeType::kBinary;
    if (token.symbol == Symbol::kDot) type = NodeType::kDot;
    if (token.symbol == Symbol::kApply) type = NodeType::kApply;
    Node* const node = Make(type, token);
    node->first = left;
    if (With(node, left) == nullptr) return nullptr;
    const bool is_default = token.symbol == Symbol::kDefault || token.symbol == Symbol::kCoalesce;
    return Operand(node, &Node::second, is_default ? 0 : BindingPower(token.symbol));
  }

  static ErrorText TextOf(const Node& node) {
    if (node.type == NodeType::kEnd) return {std::string(SymbolText(Symbol::kEnd))};
    if (node.type == NodeType::kNumber) return {json::NumberFromDouble(node.value.number()), false};
    return {std::string(node.text), node.type != NodeType::kValue};
  }

  std::string_view text_;
  Lexer lexer_;
  Tree& tree_;
  Token current_;
  int nesting_ = 0;
  Error error_;
};

}  // namespace

std::variant<Node*, Error> ParseSyntax(std::string_view text,
                                       bool has_default_operators,
                                       Tree& tree) {
  return Parser(text, has_default_operators, tree).Parse();
}

}  // namespace pawl::expression::jsonata
