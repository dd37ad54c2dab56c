// What the language costs: the compilation of definitions, and the evaluation of paths and payload
// templates. JSONata's expressions are measured in jsonata/.
#include <benchmark/benchmark.h>

#include <string>

#include "engine/asl/compile.h"
#include "engine/expression/payload_template.h"
#include "engine/json/parse.h"

namespace pawl::bench {
namespace {

// Task states one behind the other, each with what real ones have.
std::string JsonPathChain(std::int64_t states) {
  std::string text = R"({"StartAt":"S0","States":{)";
  for (std::int64_t i = 0; i < states; ++i) {
    text += "\"S" + std::to_string(i) +
            R"(":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{
            "FunctionName":"f","Payload":{"id.$":"$.order.id","at.$":"$$.State.EnteredTime"}},
            "ResultSelector":{"paid.$":"$.Payload.paid"},"ResultPath":"$.payment",
            "Retry":[{"ErrorEquals":["Lambda.TooManyRequestsException"],"MaxAttempts":3}],
            "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Failed"}],"Next":"S)" +
            std::to_string(i + 1) + "\"},";
  }
  return text + "\"S" + std::to_string(states) +
         R"(":{"Type":"Succeed"},"Failed":{"Type":"Fail"}}})";
}

std::string JsonataChain(std::int64_t states) {
  std::string text = R"({"QueryLanguage":"JSONata","StartAt":"S0","States":{)";
  for (std::int64_t i = 0; i < states; ++i) {
    text += "\"S" + std::to_string(i) +
            R"asl(":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{
            "FunctionName":"f","Payload":{"id":"{% $states.input.order.id %}",
            "total":"{% $sum($states.input.lines.(price * quantity)) %}"}},
            "Output":"{% $merge([$states.input, {'paid': $states.result.Payload.paid}]) %}",
            "Retry":[{"ErrorEquals":["Lambda.TooManyRequestsException"],"MaxAttempts":3}],
            "Next":"S)asl" +
            std::to_string(i + 1) + "\"},";
  }
  return text + "\"S" + std::to_string(states) + R"(":{"Type":"Succeed"}}})";
}

void Compile(benchmark::State& state, const std::string& definition) {
  for (auto _ : state) {
    const asl::Compilation compiled = asl::Compile(definition);
    if (!compiled.ok()) {
      const std::string why = compiled.diagnostics.empty() ? "" : compiled.diagnostics[0].message;
      return state.SkipWithError(why.c_str());
    }
    benchmark::DoNotOptimize(compiled.machine.get());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(definition.size()));
}

void CompileJsonPath(benchmark::State& state) {
  Compile(state, JsonPathChain(state.range(0)));
}

void CompileJsonata(benchmark::State& state) {
  Compile(state, JsonataChain(state.range(0)));
}

BENCHMARK(CompileJsonPath)->Arg(10)->Arg(100)->Arg(1'000);
BENCHMARK(CompileJsonata)->Arg(10)->Arg(100)->Arg(1'000);

constexpr std::string_view kOrder = R"({"order":{"id":"o-17","lines":[
    {"sku":"a","price":12.5,"quantity":2},{"sku":"b","price":3,"quantity":10},
    {"sku":"c","price":99.9,"quantity":1}]},"customer":{"name":"Ada","country":"GB"}})";

class OrderScope final : public expression::Scope {
 public:
  OrderScope() : order_(*json::Parse(kOrder, arena_)) {}

  Result<json::Value> Root(const expression::Path&) override { return order_; }

  SeededRandom& Random() override { return random_; }

 private:
  json::Arena arena_;
  json::Value order_;
  SeededRandom random_{1};
};

void EvaluatePath(benchmark::State& state, const char* text) {
  const auto path = expression::Path::Parse(text);
  OrderScope scope;
  if (!path.ok()) return state.SkipWithError("the path is none");
  const json::Value root = *scope.Root(*path);
  for (auto _ : state) {
    json::Arena arena;
    const auto value = path->Evaluate(root, arena);
    if (!value.ok()) return state.SkipWithError("the path finds nothing");
    benchmark::DoNotOptimize(value->type());
  }
}

BENCHMARK_CAPTURE(EvaluatePath, member, "$.order.id");
BENCHMARK_CAPTURE(EvaluatePath, wildcard, "$.order.lines[*].price");
BENCHMARK_CAPTURE(EvaluatePath, filter, "$.order.lines[?(@.price > 10 && @.quantity < 5)].sku");

void EvaluateTemplate(benchmark::State& state, const char* text) {
  json::Arena arena;
  const auto value = json::Parse(text, arena);
  const auto compiled = expression::PayloadTemplate::Compile(*value);
  if (!compiled.ok()) return state.SkipWithError("the template is none");
  OrderScope scope;
  for (auto _ : state) {
    json::Arena fresh;
    const auto result = compiled->Evaluate(scope, fresh);
    if (!result.ok()) return state.SkipWithError("the template gives nothing");
    benchmark::DoNotOptimize(result->type());
  }
}

BENCHMARK_CAPTURE(EvaluateTemplate,
                  paths,
                  R"({"id.$":"$.order.id","who.$":"$.customer.name","fixed":{"a":1}})");
BENCHMARK_CAPTURE(
    EvaluateTemplate,
    intrinsics,
    R"asl({"text.$":"States.Format('{} of {}', $.order.id, States.ArrayLength($.order.lines))",
        "hash.$":"States.Hash($.order.id, 'SHA-256')"})asl");

}  // namespace
}  // namespace pawl::bench
