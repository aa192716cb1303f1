#include "mock/sample/sample.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/ascii.h"
#include "mock/sample/demands.h"
#include "mock/sample/hints.h"
#include "mock/sample/values.h"

namespace proxx::mock {
namespace sample {
namespace {

/// Values, schemas and their like; 64 bytes of text count as one.
constexpr size_t kMaxWork = 50'000;
constexpr size_t kMaxDepth = 96;    ///< of the document
constexpr size_t kMaxFrames = 600;  ///< of schemas within schemas, references included

class Sampler {
 public:
  Sampler(const Json& root, bool everything) : root_(root), everything_(everything) {}

  std::optional<Json> sample() { return value({&root_}, "", 0); }

 private:
  /// Counts one level of recursion while it lives.
  class Frame {
   public:
    explicit Frame(Sampler& of) : of_(of) { ++of_.frames_; }
    ~Frame() { --of_.frames_; }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
    [[nodiscard]] bool fits() const { return of_.frames_ <= kMaxFrames; }

   private:
    Sampler& of_;
  };

  /// A schema that a reference led to.
  struct Followed {
    const Json* target;
    size_t place;
    bool open;  ///< still being read
  };

  bool spend(size_t work) {
    work_ += work;
    return work_ <= kMaxWork;
  }

  /// A value that all schemas allow.
  std::optional<Json> value(const Schemas& schemas, std::string_view name, size_t variant) {
    const size_t followed = followed_.size();
    const size_t outer = std::exchange(place_, ++places_);
    Demands demands;
    Schemas choices;
    bool sound = true;
    for (const Json* each : schemas) sound = sound && merge(*each, demands, choices);
    auto out = sound ? choose(demands, choices, 0, name, variant) : std::nullopt;
    followed_.resize(followed);
    place_ = outer;
    return out;
  }

  /// Reads a schema with those it refers to and holds together with. False if nothing fits.
  bool merge(const Json& schema, Demands& demands, Schemas& choices) {
    const Frame frame(*this);
    if (!frame.fits() || !spend(1 + schema.size())) return false;
    if (const Json* ref = member(schema, "$ref"); ref && ref->is_string())
      if (const Json* target = find(ref->get_ref<const std::string&>());
          target && !follow(*target, demands, choices))
        return false;
    if (const Json* listed = member(schema, "properties"); listed && !spend(listed->size()))
      return false;
    if (const Json* listed = member(schema, "enum"); listed && !spend(listed->size())) return false;
    demands.add(schema);
    if (const Json* told = hints(schema)) demands.add(*told);
    if (const Json* all = member(schema, "allOf"); all && all->is_array())
      for (const Json& each : *all)
        if (!merge(each, demands, choices)) return false;
    for (const char* any : {"anyOf", "oneOf"})
      if (const Json* branches = member(schema, any);
          branches && branches->is_array() && !branches->empty())
        choices.push_back(branches);
    return !demands.impossible;
  }

  /// What the description tells of the schema, or null.
  const Json* hints(const Json& schema) {
    const Json* description = member(schema, "description");
    if (!description || !description->is_string()) return nullptr;
    const auto [at, is_new] = hints_.try_emplace(&schema);
    if (is_new) at->second = hints_of(description->get_ref<const std::string&>());
    return at->second ? &*at->second : nullptr;
  }

  /// False for a schema that holds around this place already: what contains itself would not end.
  bool follow(const Json& target, Demands& demands, Schemas& choices) {
    const auto same =
        std::find_if(followed_.begin(), followed_.end(),
                     [&target](const Followed& each) { return each.target == &target; });
    if (same != followed_.end()) return same->place == place_ && !same->open;
    const size_t index = followed_.size();
    followed_.push_back({&target, place_, true});
    const bool sound = merge(target, demands, choices);
    followed_[index].open = false;
    return sound;
  }

  const Json* find(const std::string& ref) {
    const auto [at, is_new] = targets_.try_emplace(ref, nullptr);
    if (is_new) at->second = resolve(ref);
    return at->second;
  }

  /// Null for a reference to elsewhere; it is taken to allow everything.
  const Json* resolve(const std::string& ref) {
    if (!ref.starts_with('#')) return nullptr;
    (void)spend(root_.size());
    try {
      return &root_.at(Json::json_pointer(percent_decoded(ref.substr(1))));
    } catch (const Json::exception&) {
      return nullptr;
    }
  }

  /// Takes a branch of each anyOf and oneOf, from `next` on; the first that leads to a value.
  std::optional<Json> choose(const Demands& demands, const Schemas& choices, size_t next,
                             std::string_view name, size_t variant) {
    const Frame frame(*this);
    if (!frame.fits()) return {};
    if (next == choices.size()) return make(demands, name, variant);
    for (const Json& branch : *choices[next]) {
      if (!spend(1 + demands.properties.size() + choices.size())) return {};
      const size_t followed = followed_.size();
      Demands merged = demands;
      Schemas more = choices;
      std::optional<Json> out;
      if (merge(branch, merged, more)) out = choose(merged, more, next + 1, name, variant);
      followed_.resize(followed);
      if (out) return out;
    }
    return {};
  }

  std::optional<Json> make(const Demands& demands, std::string_view name, size_t variant) {
    if (demands.impossible || !spend(1)) return {};
    if (demands.values) return pick(demands, variant);
    for (const std::string_view type : demands.candidate_types())
      if (auto out = make(type, demands, name, variant)) return out;
    return {};
  }

  std::optional<Json> pick(const Demands& demands, size_t variant) {
    for (const Json* each : *demands.values) {
      if (!demands.allows_value(*each)) continue;
      if (variant-- > 0) continue;
      if (!spend(weight(*each))) return {};
      return *each;
    }
    return {};
  }

  static size_t weight(const Json& value) {
    if (value.is_string()) return 1 + value.get_ref<const std::string&>().size() / 64;
    size_t out = 1;
    if (value.is_structured())
      for (const Json& each : value) out += weight(each);
    return out;
  }

  std::optional<Json> make(std::string_view type, const Demands& demands, std::string_view name,
                           size_t variant) {
    if (type == "string") return string(demands, name, variant);
    if (type == "integer" || type == "number")
      return make_number(demands, type == "integer", variant);
    if (type == "boolean" && variant < 2) return variant == 0;
    if (type == "null" && variant == 0) return Json();
    if (type != "array" && type != "object") return {};
    if (depth_ == kMaxDepth) return {};
    ++depth_;
    auto out = type == "array" ? array(demands, name) : object(demands, variant);
    --depth_;
    return out;
  }

  std::optional<Json> string(const Demands& demands, std::string_view name, size_t variant) {
    constexpr size_t kPatternWork = 100;
    if (!demands.pattern.empty() && !spend(kPatternWork)) return {};
    auto out = make_string(demands, name, variant);
    if (!out || !spend(out->size() / 64)) return {};
    return Json(std::move(*out));
  }

  std::optional<Json> array(const Demands& demands, std::string_view name) {
    const size_t least = std::max(demands.min_items, demands.min_contains);
    if (least > demands.max_items) return {};
    const bool has_items = !demands.items.empty() || !demands.prefix_items.empty();
    size_t count = least;
    if (everything_)
      count = std::max({least, demands.prefix_items.size(), size_t{has_items ? 1U : 0U}});
    count = std::min(count, demands.max_items);
    Json out = Json::array();
    for (size_t i = 0; i < count; ++i) {
      Schemas schemas = i < demands.prefix_items.size() ? demands.prefix_items[i] : demands.items;
      if (i < demands.min_contains)
        schemas.insert(schemas.end(), demands.contains.begin(), demands.contains.end());
      std::optional<Json> item;
      if (spend(demands.unique_items ? 1 + i : 1))
        item = value(schemas, name, demands.unique_items ? i : 0);
      const bool doubled =
          item && demands.unique_items && std::find(out.begin(), out.end(), *item) != out.end();
      if (item && !doubled) {
        out.push_back(std::move(*item));
      } else if (i < least) {
        return {};
      } else {
        break;
      }
    }
    return out;
  }

  std::optional<Json> object(const Demands& demands, size_t variant) {
    auto required =
        static_cast<size_t>(std::count_if(demands.properties.begin(), demands.properties.end(),
                                          [](const Property& each) { return each.required; }));
    if (required > demands.max_properties) return {};
    const bool takes_optional = everything_ || demands.min_properties > 0;
    Json out = Json::object();
    for (const Property& each : demands.properties) {
      if (each.required) {
        --required;
      } else if (!takes_optional || out.size() + required >= demands.max_properties) {
        continue;
      }
      if (!spend(1 + each.name.size() / 64)) {
        if (each.required) return {};
        continue;
      }
      const Schemas schemas = schemas_of(demands, each);
      auto one = value(schemas, each.name, variant);
      if (!one && variant > 0) one = value(schemas, each.name, 0);
      if (!one && each.required) return {};
      if (one) add(out, each.name, std::move(*one));
    }
    if (!fill(demands, out)) return {};
    return out;
  }

  /// The name must be new; `Json::emplace` would compare it with all others.
  static void add(Json& object, std::string_view name, Json value) {
    object.get_ref<Json::object_t&>().emplace_back(std::string(name), std::move(value));
  }

  static Schemas schemas_of(const Demands& demands, const Property& property) {
    Schemas out = property.schemas;
    for (const Rest& rest : demands.rests) {
      const auto& numbers = property.schema_numbers;
      const bool listed =
          std::find(numbers.begin(), numbers.end(), rest.schema_number) != numbers.end();
      if (!listed && !rest.has_patterns) out.push_back(rest.schema);
    }
    return out;
  }

  /// Adds members with other names until there are enough.
  bool fill(const Demands& demands, Json& out) {
    for (size_t number = 0; out.size() < demands.min_properties; ++number) {
      if (!spend(1 + out.size())) return false;  // `contains` compares with all of them
      std::string name = "mock " + std::to_string(number + 1);
      Schemas schemas;
      if (!demands.pattern_properties.empty()) {
        const auto& [pattern, schema] = demands.pattern_properties.front();
        Demands named;
        named.pattern = pattern;
        const auto text = string(named, "", number);
        if (!text) return false;
        name = text->get<std::string>();
        schemas.push_back(schema);
      } else {
        for (const Rest& rest : demands.rests) schemas.push_back(rest.schema);
        if (!demands.property_names.empty()) {
          const auto text = value(demands.property_names, "", number);
          if (!text || !text->is_string()) return false;
          name = text->get<std::string>();
        }
      }
      if (out.contains(name)) continue;
      auto one = value(schemas, name, 0);
      if (!one) return false;
      add(out, name, std::move(*one));
    }
    return true;
  }

  const Json& root_;
  bool everything_;  ///< properties and items that may be left out too
  size_t work_ = 0;
  size_t depth_ = 0;
  size_t frames_ = 0;
  size_t place_ = 0;  ///< of the document, numbered
  size_t places_ = 0;
  std::vector<Followed> followed_;  ///< on the way here
  std::unordered_map<std::string, const Json*> targets_;
  std::unordered_map<const Json*, std::optional<Json>> hints_;  ///< nodes stay where they are
};

}  // namespace
}  // namespace sample

nlohmann::ordered_json sample_of(const nlohmann::ordered_json& schema) {
  for (const bool everything : {true, false})
    if (auto out = sample::Sampler(schema, everything).sample()) return std::move(*out);
  sample::Demands demands;
  demands.add(schema);
  const auto types = demands.candidate_types();
  const bool is_object = std::find(types.begin(), types.end(), "object") != types.end();
  return is_object ? sample::Json::object() : sample::Json();
}

}  // namespace proxx::mock
