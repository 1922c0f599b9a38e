// Which plans a session keeps, and for which texts it uses them again.

#include <algorithm>
#include <utility>

#include "engine/database_implementation.h"
#include "engine/planned_result.h"
#include "engine/session.h"
#include "planner/literal_parameters.h"
#include "planner/plan_shape.h"

namespace tidemark {
namespace {

/// Longer texts (bulk inserts) are not worth keeping.
constexpr size_t kCachedTextBytesMax = 16 * 1024;
/// Statements with more literals are bulk inserts, too.
constexpr size_t kLiteralsMax = 256;
/// Now and then a text has a value that makes its plan another: two equal elements in a list, a number out of range.
constexpr int kMisfitsMax = 3;
/// The data for which a plan was chosen grows; making it again now and then costs nothing.
constexpr int64_t kPlanLifetimeNs = 10'000'000'000;

/// The literals at the places that `shape` takes as parameters, in their order; fewer if the statement lacks some.
std::vector<const ast::Literal*> parameters_of(const PlanCache::Shape& shape, const MaskedText& masked,
                                               const std::vector<const ast::Literal*>& candidates) {
  std::vector<const ast::Literal*> parameters;
  for (size_t i = 0; i < masked.literals.size(); ++i) {
    if (shape.is_parameter[i] == 0) continue;
    const auto found = std::ranges::find(candidates, masked.literals[i].position, &ast::Literal::position);
    if (found != candidates.end()) parameters.push_back(*found);
  }
  return parameters;
}

}  // namespace

std::unique_ptr<MaskedText> Session::mask_for_cache(std::string_view sql, std::span<const LogicalType> types) const {
  const Settings& settings = settings_.current();
  if (sql.size() > kCachedTextBytesMax || settings.integer(Setting::kPlanCacheEntriesMax) == 0 ||
      settings.text(Setting::kPlanCacheMode) == "force_custom_plan") {
    return nullptr;
  }
  // A catalog with changes of this very transaction is nobody else's, and may never be.
  if (transaction_ != nullptr && !transaction_->writes.catalog.empty()) return nullptr;
  std::optional<MaskedText> masked = mask_literals(sql);
  if (!masked || masked->literals.size() > kLiteralsMax) return nullptr;
  for (const LogicalType& type : types) masked->shape += '\xfe' + type.to_string();
  return std::make_unique<MaskedText>(std::move(*masked));
}

std::shared_ptr<PreparedStatement> Session::cached_statement(std::string_view sql, const MaskedText& masked) {
  PlanCache::Shape* shape = plan_cache_.find(masked.shape);
  if (shape == nullptr || !shape->is_known) return nullptr;
  const auto found = shape->plans.find(PlanCache::fixed_literals(*shape, masked));
  if (found == shape->plans.end() || found->second.planned == nullptr) return nullptr;
  PlanCache::Plan& plan = found->second;
  if (plan.settings_hash != settings_.current().binding_hash() ||
      plan.catalog_version != current_catalog()->version() ||
      database_.clock().steady_ns() - plan.made_at_ns > kPlanLifetimeNs) {
    plan.planned = nullptr;
    return nullptr;
  }
  auto statement = std::make_shared<PreparedStatement>(std::string(sql.substr(masked.begin, masked.end - masked.begin)),
                                                       plan.syntax);
  statement->planned = plan.planned;
  statement->columns_ = plan.columns;
  statement->returns_rows_ = plan.returns_rows;
  statement->settings_hash = plan.settings_hash;
  statement->described = true;
  if (std::ranges::find(shape->is_parameter, 1) == shape->is_parameter.end()) {
    statement->parameter_types_ = plan.planned->parameter_types;
    return statement;
  }
  const auto running = start_statement();
  try {
    for (size_t i = 0; i < masked.literals.size(); ++i) {
      if (shape->is_parameter[i] == 0) continue;
      const LogicalType type = plan.planned->parameter_types[statement->constants.size()];
      statement->constants.push_back(read_literal(masked.literals[i], type, running->context));
    }
    const auto derived = derive_parameters(plan.planned->derived_parameters, statement->constants,
                                           plan.planned->parameter_types, running->context);
    if (!derived) return nullptr;
    statement->constants.insert(statement->constants.end(), derived->begin(), derived->end());
  } catch (const Error&) {
    // Binding the text itself says what is wrong, and where.
    return nullptr;
  }
  return statement;
}

std::shared_ptr<const PlannedStatement> Session::plan_with_parameters(const PreparedStatement& statement,
                                                                      const std::vector<const ast::Literal*>& literals,
                                                                      const Catalog& catalog) {
  const auto running = start_statement();
  PlannerContext context = planner_context(catalog, running->context);
  context.flavour = statement.flavour;
  context.literal_parameters = literals;
  context.parameter_types.resize(literals.size());
  database_.count_plan();
  try {
    auto planned = plan_statement(statement.syntax(), context);
    // What an interval's text means depends on the fields that its target has; a parameter is read before it meets
    // them.
    const bool readable = std::ranges::none_of(planned->parameter_types, [](const LogicalType& type) {
      return type.id == TypeId::kUnknown || type.id == TypeId::kInterval || type.element == TypeId::kInterval;
    });
    return readable ? planned : nullptr;
  } catch (const Error&) {
    return nullptr;
  }
}

void Session::keep_plan(PreparedStatement& statement, const Catalog& catalog) {
  const std::unique_ptr<MaskedText> masked = std::move(statement.masked);
  // Definitions may have come since the text was masked.
  if (transaction_ != nullptr && !transaction_->writes.catalog.empty()) return;
  const auto entries_max = static_cast<size_t>(settings_.current().integer(Setting::kPlanCacheEntriesMax));
  PlanCache::Shape& shape = plan_cache_.get(masked->shape, entries_max);
  std::vector<const ast::Literal*> candidates;
  if (!masked->has_parameters) candidates = literals_of_columns(statement.syntax());
  if (!shape.is_known) {
    shape.is_known = true;
    for (const MaskedLiteral& literal : masked->literals) {
      const bool found = std::ranges::find(candidates, literal.position, &ast::Literal::position) != candidates.end();
      shape.is_parameter.push_back(found ? 1 : 0);
    }
  }
  const uint64_t own_shape = plan_shape(*statement.planned->plan);
  const auto entry = [&]() -> std::pair<PlanCache::Plan&, bool> {
    const auto [place, is_new] = shape.plans.try_emplace(PlanCache::fixed_literals(shape, *masked));
    if (is_new) {
      plan_cache_.count_plan();
      place->second.last_shape = own_shape;
    }
    return {place->second, is_new};
  };
  const auto [plan, is_first] = entry();
  if (is_first) return;
  const bool is_like_last = std::exchange(plan.last_shape, own_shape) == own_shape;
  std::shared_ptr<const PlannedStatement> planned = statement.planned;
  if (const auto wanted = std::ranges::count(shape.is_parameter, 1); wanted > 0) {
    const auto parameters = parameters_of(shape, *masked, candidates);
    // All or none: a literal that stayed in the plan would be taken for every text's.
    planned = is_like_last && std::ssize(parameters) == wanted ? plan_with_parameters(statement, parameters, catalog)
                                                               : nullptr;
    if (planned == nullptr || plan_shape(*planned->plan) != own_shape) {
      if (++shape.misfits == kMisfitsMax) {
        // Each text for itself, from now on.
        std::ranges::fill(shape.is_parameter, 0);
        shape.plans.clear();
        entry();
      }
      return;
    }
    shape.misfits = 0;
  }
  plan.planned = std::move(planned);
  plan.syntax = statement.shared_syntax();
  plan.columns = statement.columns_;
  plan.returns_rows = statement.returns_rows_;
  plan.settings_hash = statement.settings_hash;
  plan.catalog_version = catalog.version();
  plan.made_at_ns = database_.clock().steady_ns();
}

}  // namespace tidemark
