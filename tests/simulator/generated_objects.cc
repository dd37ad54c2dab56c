// Distributed Maps whose items stand in a bucket, or whose results go into one.
#include "tests/simulator/generator.h"
#include "tests/simulator/item_library.h"
#include "tests/simulator/simulated_objects.h"

namespace pawl::simulator {

const DataSet& Generator::AddReader(PlainJson& state, bool is_query) {
  const DataSet& data = Pick(kDataSets);
  PlainJson reader = PlainJson::Object({{"Resource",
                                         Text(data.is_listing ? "arn:aws:states:::s3:listObjectsV2"
                                                              : "arn:aws:states:::s3:getObject")}});
  PlainJson config = data.config.empty() ? PlainJson::Object() : PlainJson::Parse(data.config);
  if (OneIn(4)) {
    !is_query&& OneIn(2) ? config.Set("MaxItemsPath", Text("$.to"))
                         : config.Set("MaxItems", Number(1, 4));
  }
  if (!config.members.empty()) reader.Set("ReaderConfig", std::move(config));
  reader.Set(is_query ? "Arguments" : "Parameters",
             PlainJson::Object({{"Bucket", Text(OneIn(30) ? kNoBucket : kItemsBucket)},
                                {data.is_listing ? "Prefix" : "Key", Text(data.place)}}));
  state.Set("ItemReader", std::move(reader));
  return data;
}

void Generator::AddWriter(PlainJson& state, bool is_query) {
  PlainJson writer = PlainJson::Object();
  const bool has_bucket = !OneIn(4);
  if (has_bucket) {
    PlainJson parameters =
        PlainJson::Object({{"Bucket", Text(OneIn(12) ? kNoBucket : kResultsBucket)}});
    if (is_query && OneIn(2)) {
      parameters.Set("Prefix", Query("$states.input.s"));
    } else if (!is_query && !mix_.has_broken_paths && OneIn(2)) {
      parameters.Set("Prefix.$", Text("$.s"));
    } else if (OneIn(2)) {
      parameters.Set("Prefix", Text(OneIn(2) ? "out/of" : "out/"));
    }
    writer.Set("Resource", Text("arn:aws:states:::s3:putObject"));
    writer.Set(is_query ? "Arguments" : "Parameters", std::move(parameters));
  }
  if (!has_bucket || !OneIn(3)) {
    static constexpr std::array<std::string_view, 3> kTransformations = {
        "NONE", "COMPACT", "FLATTEN"};
    PlainJson config = PlainJson::Object({{"Transformation", Text(Pick(kTransformations))}});
    if (OneIn(2)) config.Set("OutputType", Text(OneIn(2) ? "JSON" : "JSONL"));
    writer.Set("WriterConfig", std::move(config));
  }
  state.Set("ResultWriter", std::move(writer));
}

PlainJson Generator::RowSelector(bool is_query, ItemShape shape) {
  PlainJson selector = PlainJson::Object({{"n", PlainJson::Number(0)}, {"to", Number(1, 3)}});
  const auto add = [&](const std::string& field, const std::string& path) {
    if (is_query) {
      selector.Set(field,
                   Query(path.starts_with("$$.") ? "$states.context." + path.substr(3)
                                                 : "$states.input." + path.substr(2)));
    } else {
      selector.Set(field + ".$", Text(path));
    }
  };
  add("k", "$$.Map.Item.Index");
  if (shape == ItemShape::kMember) {
    add("s", "$$.Map.Item.Key");
  } else {
    add("s", "$.s");
    add("row", "$$.Map.Item.Value");
  }
  for (const char* field : {"b", "t", "items"})
    add(field, std::string("$.") + field);
  return selector;
}

void Generator::AddItems(PlainJson& state, bool is_query) {
  if (!mix_.has_objects || OneIn(3)) {
    is_query ? state.Set("Items", Query("$states.input.items"))
             : state.Set("ItemsPath", Text(mix_.has_broken_paths && OneIn(8) ? "$.s" : "$.items"));
    if (OneIn(2)) state.Set("ItemSelector", is_query ? QueryMapSelector() : MapSelector());
    return;
  }
  const DataSet& data = AddReader(state, is_query);
  if (data.shape != ItemShape::kPayload) {
    state.Set("ItemSelector", RowSelector(is_query, data.shape));
  } else if (OneIn(2)) {
    state.Set("ItemSelector", is_query ? QueryMapSelector() : MapSelector());
  }
}

}  // namespace pawl::simulator
