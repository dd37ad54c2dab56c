#include "server/templates/deployment_order.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace pawl::templates {
namespace {

// What AutoPublishAlias makes depends on what it is made of.
void AddParts(const std::string& logical_id, std::set<std::string>& before) {
  const auto strip = [&logical_id](std::string_view part) {
    return logical_id.ends_with(part) ? logical_id.substr(0, logical_id.size() - part.size())
                                      : std::string();
  };
  if (const std::string owner = strip(".Version"); !owner.empty()) before.insert(owner);
  if (const std::string owner = strip(".Alias"); !owner.empty()) before.insert(owner + ".Version");
}

class Graph {
 public:
  Graph(const std::vector<Resource>& resources,
        const std::map<std::string, std::set<std::string>>& dependencies) {
    for (std::size_t i = 0; i < resources.size(); ++i)
      index_.emplace(resources[i].logical_id, i);
    before_.resize(resources.size());
    for (std::size_t i = 0; i < resources.size(); ++i) {
      const auto found = dependencies.find(resources[i].logical_id);
      std::set<std::string> names =
          found == dependencies.end() ? std::set<std::string>() : found->second;
      AddParts(resources[i].logical_id, names);
      for (const std::string& name : names) {
        if (const auto at = index_.find(name); at != index_.end()) before_[i].insert(at->second);
      }
    }
  }

  bool IsFree(std::size_t resource) const { return before_[resource].empty(); }

  void Take(std::size_t resource) {
    for (std::set<std::size_t>& before : before_)
      before.erase(resource);
  }

  // Something that `resource`, which is not free, waits for.
  std::size_t FirstBefore(std::size_t resource) const { return *before_[resource].begin(); }

 private:
  std::map<std::string, std::size_t> index_;
  std::vector<std::set<std::size_t>> before_;
};

// From one that waits on and on, until one comes a second time: none of them is ever free.
std::vector<std::string> CircleIn(const Graph& graph,
                                  const std::vector<Resource>& resources,
                                  std::size_t start) {
  std::vector<std::size_t> way;
  std::size_t at = start;
  while (std::find(way.begin(), way.end(), at) == way.end()) {
    way.push_back(at);
    at = graph.FirstBefore(at);
  }
  way.erase(way.begin(), std::find(way.begin(), way.end(), at));
  std::vector<std::string> names;
  for (const std::size_t resource : way)
    names.push_back(resources[resource].logical_id);
  return names;
}

}  // namespace

DeploymentOrder InOrder(std::vector<Resource> resources,
                        const std::map<std::string, std::set<std::string>>& dependencies) {
  DeploymentOrder order;
  Graph graph(resources, dependencies);
  std::vector<std::size_t> waiting(resources.size());
  for (std::size_t i = 0; i < waiting.size(); ++i)
    waiting[i] = i;
  // The order of the alternatives of ResourceDetails is that of the kinds; within a kind, that of
  // the template. Not stable_sort: clang 19 warns of what GCC's library does in it.
  std::sort(waiting.begin(), waiting.end(), [&resources](std::size_t a, std::size_t b) {
    return std::pair(resources[a].details.index(), a) < std::pair(resources[b].details.index(), b);
  });
  while (!waiting.empty()) {
    const auto next = std::find_if(
        waiting.begin(), waiting.end(), [&graph](std::size_t i) { return graph.IsFree(i); });
    if (next == waiting.end()) {
      order.circle = CircleIn(graph, resources, waiting.front());
      return order;
    }
    const std::size_t taken = *next;
    waiting.erase(next);
    graph.Take(taken);
    order.resources.push_back(resources[taken]);
  }
  return order;
}

}  // namespace pawl::templates
