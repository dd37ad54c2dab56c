// A skip list of rows: one writer, readers who never wait, nothing ever removed.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

namespace pawl::storage {

// `Order` is a strict one: `order(row, key)` says whether a row of the list comes before a key. A
// row is bytes that `Order` knows the end of; a key is what is looked for.
//
// Threads: Insert by one thread at a time, the rest from any beside it. A row is seen whole or not
// at all.
template <typename Order, typename Key>
class RowList {
  static constexpr std::size_t kHeightMax = 12;

 public:
  class Node {
   public:
    // The bytes behind the links; of the writer until the node is inserted.
    char* row() { return reinterpret_cast<char*>(&link(height_)); }

    const char* row() const { return const_cast<Node*>(this)->row(); }

    // nullptr at the end.
    const Node* next() const { return const_cast<Node*>(this)->next(0); }

   private:
    friend class RowList;

    explicit Node(std::size_t height) : height_(height) {
      for (std::size_t level = 0; level < height; ++level)
        new (&link(level)) std::atomic<Node*>(nullptr);
    }

    // They follow the node itself in memory.
    std::atomic<Node*>& link(std::size_t level) {
      return reinterpret_cast<std::atomic<Node*>*>(this + 1)[level];
    }

    Node* next(std::size_t level) { return link(level).load(std::memory_order_acquire); }

    std::size_t height_;
  };

  // Where a row went; the search for the next one begins there. Of one list, and of its writer.
  class Finger {
    friend class RowList;
    // On each level the last node that is not behind that row; none is behind one on a lower level.
    std::array<Node*, kHeightMax> before_ = {};
  };

  // `allocate(bytes)` gives memory for a pointer's alignment that lasts as long as the list.
  template <typename Allocate>
  RowList(Order order, Allocate allocate)
      : order_(order), head_(new (allocate(NodeBytes(kHeightMax, 0))) Node(kHeightMax)) {}

  RowList(const RowList&) = delete;
  RowList& operator=(const RowList&) = delete;

  // A node for a row of `bytes`, to be filled and inserted. Of the writer.
  template <typename Allocate>
  Node* Make(std::size_t bytes, Allocate allocate) {
    const std::size_t height = NextHeight();
    return new (allocate(NodeBytes(height, bytes))) Node(height);
  }

  // `key` is the node's own, and no row of the list has the same. `finger` is null, or new, or was
  // of some row inserted before.
  void Insert(Node* node, const Key& key, Finger* finger) {
    Finger from_the_head;
    std::array<Node*, kHeightMax>& before =
        finger != nullptr ? finger->before_ : from_the_head.before_;
    if (before[0] == nullptr) before.fill(head_);
    const std::size_t height = height_.load(std::memory_order_relaxed);
    // The lowest level on which the finger's row and the one behind it enclose the key.
    std::size_t level = finger != nullptr ? 0 : height;
    Node* behind = nullptr;
    Node* judged = nullptr;
    for (bool is_front = false; level < height; ++level) {
      if (before[level] != judged) {
        judged = before[level];
        is_front = judged == head_ || IsBefore(judged, key);
      }
      if (!is_front) continue;
      Node* const next = judged->next(level);
      if (next != nullptr && IsBefore(next, key)) continue;
      behind = next;
      break;
    }
    // Downwards from there.
    Node* from = level < height ? before[level] : head_;
    for (std::size_t below = std::min(level + 1, height); below-- > 0;) {
      from = Walk(from, below, key, behind);
      before[below] = from;
    }
    // Rows of others may have come in between on the levels above, which are in front all the same.
    const std::size_t node_height = node->height_;
    for (std::size_t above = level + 1; above < node_height; ++above) {
      Node* none = nullptr;
      before[above] = Walk(before[above], above, key, none);
    }
    if (node_height > height) height_.store(node_height, std::memory_order_relaxed);
    for (std::size_t at = 0; at < node_height; ++at) {
      node->link(at).store(before[at]->next(at), std::memory_order_relaxed);
      before[at]->link(at).store(node, std::memory_order_release);
      before[at] = node;
    }
  }

  // nullptr where there is none.
  const Node* First() const { return head_->next(0); }

  const Node* Last() const {
    Node* at = head_;
    for (std::size_t level = height_.load(std::memory_order_relaxed); level-- > 0;) {
      while (Node* next = at->next(level))
        at = next;
    }
    return at == head_ ? nullptr : at;
  }

  const Node* FirstNotBefore(const Key& key) const { return Find(key).behind; }

  const Node* LastBefore(const Key& key) const {
    const Node* before = Find(key).before;
    return before == head_ ? nullptr : before;
  }

 private:
  // One node in so many is a level higher.
  static constexpr std::uint32_t kBranching = 4;

  static std::size_t NodeBytes(std::size_t height, std::size_t row_bytes) {
    return sizeof(Node) + height * sizeof(std::atomic<Node*>) + row_bytes;
  }

  // Marsaglia's xorshift: which node is how high need not be unforeseeable.
  std::size_t NextHeight() {
    std::size_t height = 1;
    while (height < kHeightMax) {
      random_ ^= random_ << 13U;
      random_ ^= random_ >> 17U;
      random_ ^= random_ << 5U;
      if (random_ % kBranching != 0) break;
      ++height;
    }
    return height;
  }

  bool IsBefore(const Node* node, const Key& key) const { return order_(node->row(), key); }

  // The last node on the level that is before the key, from one that is. `behind` is a node that is
  // known not to be before it, or null; when this returns, the next one on the level.
  Node* Walk(Node* from, std::size_t level, const Key& key, Node*& behind) const {
    while (true) {
      Node* const next = from->next(level);
      if (next == behind) return from;
      if (next == nullptr || !IsBefore(next, key)) {
        behind = next;
        return from;
      }
      from = next;
    }
  }

  struct Place {
    Node* before;
    // As it was looked at: by now there may be another behind `before`, and that one before the
    // key.
    Node* behind;
  };

  Place Find(const Key& key) const {
    Place place{head_, nullptr};
    for (std::size_t level = height_.load(std::memory_order_relaxed); level-- > 0;)
      place.before = Walk(place.before, level, key, place.behind);
    return place;
  }

  const Order order_;
  Node* const head_;
  // A reader that sees an older one finds the same, more slowly.
  std::atomic<std::size_t> height_ = 1;
  std::uint32_t random_ = 2'463'534'242;
};

}  // namespace pawl::storage
