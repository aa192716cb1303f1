#pragma once
#include <string>
#include <vector>

#include "anthropic/models.h"

namespace proxx {

/// One entry of the key `models`: `name: id` is an alias, `name: {id:, max_tokens:, ...}` adds or
/// corrects the table's row of that id (with `like` it starts from that model's), with `name` as an
/// alias where it differs. A name with `*` is an alias for every name that it matches, and needs an
/// id.
struct ModelEntry {
  std::string name;
  std::string id;                      ///< a row without `id` is that of its name
  std::string like;                    ///< the row to start from; "" is the id's own
  std::vector<std::string> corrected;  ///< `max_tokens`, `thinking.adaptive`; empty for an alias
  Model values;                        ///< holds what `corrected` names
};

/// Puts the entry's corrections into `model`; the rest of it stays.
void apply_corrections(const ModelEntry& entry, Model& model);

/// Puts all entries on top of the table's rows. An id without a row starts from what resolve()
/// assumes for it.
void add_models(const std::vector<ModelEntry>& entries, ModelTable& table);

}  // namespace proxx
