#pragma once
#include <utility>

namespace proxx {

/// Empties a string or container and gives its memory back. Neither clear() nor an assignment of
/// `{}` does, nor, with libstdc++, that of an empty string: each keeps the capacity.
template <class Container>
void release(Container& container) {
  Container().swap(container);
}

}  // namespace proxx
