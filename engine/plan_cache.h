#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/prepared_statement.h"
#include "parser/literal_mask.h"

namespace tidemark {

/// A session's plans, found by a statement's text without parsing it. Texts that differ only in literals that are
/// compared with columns or written to them share one plan, which takes these literals as parameters; but only if that
/// plan is no worse than those made for the literals themselves (`plan_shape`). What cannot be shared is found by its
/// whole text. Most texts are seen once, and leave no more than a note that they were: a plan is kept for the second.
class PlanCache {
 public:
  struct Plan {
    uint64_t last_shape = 0;  ///< plan_shape of the last text's own plan, which is not kept
    std::shared_ptr<const ast::Statement> syntax;
    std::shared_ptr<const PlannedStatement> planned;  ///< null until there is a second text
    std::vector<ResultColumn> columns;
    bool returns_rows = false;
    // What it was made under; it is good for nothing else.
    uint64_t settings_hash = 0;
    uint64_t catalog_version = 0;
    int64_t made_at_ns = 0;
  };

  /// All texts of one shape.
  struct Shape {
    bool is_known = false;
    std::vector<uint8_t> is_parameter;            ///< of each literal: whether plans take it as a parameter
    std::unordered_map<std::string, Plan> plans;  ///< by the other literals' values
    int misfits = 0;  ///< texts in a row whose own plan was another than that of the text before, or than that for all
  };

  /// Null if nothing is known of it.
  [[nodiscard]] Shape* find(const std::string& shape);
  /// Makes it if there is none. May drop all others: at most `entries_max` plans and shapes are kept.
  Shape& get(const std::string& shape, size_t entries_max);
  /// Counts what the caller puts into a shape.
  void count_plan() { ++entries_; }
  void clear();

  /// The key of a shape's plans.
  static std::string fixed_literals(const Shape& shape, const MaskedText& text);

 private:
  std::unordered_map<std::string, Shape> shapes_;
  size_t entries_ = 0;
};

}  // namespace tidemark
