#include "pipeline/batch.h"

#include <algorithm>

namespace tidings::pipeline {

size_t Batch::size() const {
  return std::visit([](const auto& list) { return list.size(); }, items);
}

Batch Slice(const Batch& batch, size_t from, size_t to) {
  Batch slice{{}, batch.now, batch.deadline};
  std::visit(
      [&](const auto& list) {
        to = std::min(to, list.size());
        from = std::min(from, to);
        slice.items = std::decay_t<decltype(list)>(list.begin() + static_cast<ptrdiff_t>(from),
                                                   list.begin() + static_cast<ptrdiff_t>(to));
      },
      batch.items);
  return slice;
}

}  // namespace tidings::pipeline
