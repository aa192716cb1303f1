#pragma once
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "http/server.h"

namespace proxx::mock {

inline http::HeaderList good_headers() {
  return {{"Content-Type", "application/json"},
          {"X-Api-Key", "test"},
          {"anthropic-version", "2023-06-01"}};
}

/// A sound request for `model`, with `members` (JSON text of an object) put over it.
inline nlohmann::ordered_json request_for(const std::string& model,
                                          const std::string& members = "{}") {
  auto out = nlohmann::ordered_json::parse(
      R"({"max_tokens":100,"messages":[{"role":"user","content":"hi"}]})");
  out["model"] = model;
  out.update(nlohmann::ordered_json::parse(members));
  return out;
}

}  // namespace proxx::mock
