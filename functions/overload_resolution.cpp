#include "functions/overload_resolution.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "functions/coercion.h"
#include "functions/registry.h"
#include "types/array.h"

namespace tidemark {
namespace {

using Types = std::vector<LogicalType>;

/// One overload with its variadic tail spread over the actual arguments.
struct Candidate {
  size_t overload;
  Types types;
};

enum class Outcome : uint8_t { kFound, kNone, kAmbiguous };

bool is_unknown(LogicalType type) { return type.id == TypeId::kUnknown; }

bool matches(std::span<const LogicalType> actual, const Types& declared) {
  for (size_t i = 0; i < actual.size(); ++i) {
    if (!can_coerce(actual[i], declared[i], CastContext::kImplicit)) return false;
  }
  return true;
}

/// Keeps the candidates with the highest score.
template <class Score>
void keep_best(std::vector<Candidate>& candidates, const Score& score) {
  size_t best = 0;
  for (const Candidate& candidate : candidates) best = std::max(best, score(candidate));
  std::erase_if(candidates, [&](const Candidate& candidate) { return score(candidate) < best; });
}

size_t exact_matches(std::span<const LogicalType> actual, const Types& declared) {
  size_t count = 0;
  for (size_t i = 0; i < actual.size(); ++i) {
    if (!is_unknown(actual[i]) && declared[i].same_base(actual[i])) ++count;
  }
  return count;
}

size_t exact_or_preferred_matches(std::span<const LogicalType> actual, const Types& declared) {
  size_t count = 0;
  for (size_t i = 0; i < actual.size(); ++i) {
    if (is_unknown(actual[i])) continue;
    const bool preferred = is_preferred_type(declared[i]) && type_category(declared[i]) == type_category(actual[i]);
    if (declared[i].same_base(actual[i]) || preferred) ++count;
  }
  return count;
}

/// What the candidates expect where the literal is of unknown type: one category, string if one accepts strings.
struct Slot {
  char category = 0;
  bool has_preferred = false;
};

std::optional<Slot> slot_of(const std::vector<Candidate>& candidates, size_t argument) {
  Slot slot;
  bool conflict = false;
  for (const Candidate& candidate : candidates) {
    const LogicalType type = candidate.types[argument];
    const char category = type_category(type);
    if (slot.category == 0) {
      slot = {category, is_preferred_type(type)};
    } else if (slot.category == category) {
      slot.has_preferred = slot.has_preferred || is_preferred_type(type);
    } else if (category == 'S') {
      slot = {category, is_preferred_type(type)};
    } else if (slot.category != 'S') {
      conflict = true;  // A later one may still accept strings.
    }
  }
  if (conflict && slot.category != 'S') return std::nullopt;
  return slot;
}

void resolve_by_category(std::span<const LogicalType> actual, std::vector<Candidate>& candidates) {
  std::vector<Slot> slots(actual.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    if (!is_unknown(actual[i])) continue;
    const std::optional<Slot> slot = slot_of(candidates, i);
    if (!slot) return;
    slots[i] = *slot;
  }
  std::vector<Candidate> kept;
  for (const Candidate& candidate : candidates) {
    bool fits = true;
    for (size_t i = 0; i < actual.size() && fits; ++i) {
      if (!is_unknown(actual[i])) continue;
      fits = type_category(candidate.types[i]) == slots[i].category &&
             (!slots[i].has_preferred || is_preferred_type(candidate.types[i]));
    }
    if (fits) kept.push_back(candidate);
  }
  if (!kept.empty()) candidates = std::move(kept);
}

/// What an argument for anyarray is an array of. NULL::anyarray is one of nothing known.
LogicalType element_of(LogicalType type) {
  if (is_pseudo_type(type.id)) {
    throw Error(sqlstate::kDatatypeMismatch, "cannot determine element type of \"" + type.to_string() + "\" argument");
  }
  return array_element_type(type);
}

/// Decides polymorphic types by the actual ones. False: they do not fit together.
class PolymorphicTypes {
 public:
  /// Precondition: each actual type matches its declared one alone.
  bool decide(std::span<const LogicalType> actual, const Types& declared) {
    Types compatible;
    for (size_t i = 0; i < declared.size(); ++i) {
      const LogicalType type = actual[i];
      switch (declared[i].id) {
        case TypeId::kAnyElement:
        case TypeId::kAnyNonArray:
        case TypeId::kEnum:
          if (!is_unknown(type) && !settle(element_, type)) return false;
          uses_element_ = true;
          break;
        case TypeId::kAnyArray:
          if (!is_unknown(type) && !settle(element_, element_of(type))) return false;
          uses_element_ = true;
          break;
        case TypeId::kAnyCompatible:
          compatible.push_back(type);
          break;
        case TypeId::kAnyCompatibleArray:
          compatible.push_back(is_unknown(type) ? type : element_of(type));
          break;
        default:
          break;
      }
    }
    // An enum there must be: nothing else says which one a literal is meant for.
    const auto takes_enum = [](LogicalType type) { return type.id == TypeId::kEnum; };
    if (is_unknown(element_) && std::ranges::any_of(declared, takes_enum)) return false;
    if (compatible.empty()) return true;
    try {
      compatible_ = select_common_type(compatible, "");
    } catch (const Error&) {
      return false;  // The caller says which call does not exist.
    }
    return std::ranges::all_of(compatible,
                               [&](LogicalType type) { return can_coerce(type, compatible_, CastContext::kImplicit); });
  }
  [[nodiscard]] bool undetermined() const { return uses_element_ && is_unknown(element_); }

  [[nodiscard]] LogicalType concrete(LogicalType declared, LogicalType actual) const {
    switch (declared.id) {
      case TypeId::kAny:
        return is_unknown(actual) ? LogicalType(TypeId::kText) : actual;
      case TypeId::kAnyElement:
      case TypeId::kAnyNonArray:
      case TypeId::kEnum:
        return element_;
      case TypeId::kAnyArray:
        return LogicalType::array_of(element_);
      case TypeId::kAnyCompatible:
        return compatible_;
      case TypeId::kAnyCompatibleArray:
        return LogicalType::array_of(compatible_);
      case TypeId::kArray:
        return declared == LogicalType::array_of(TypeId::kEnum) ? LogicalType::array_of(element_) : declared;
      case TypeId::kRecord:  // Rows of any type fit, and stay what they are.
        return actual.id == TypeId::kRecord ? actual : declared;
      default:
        return declared;
    }
  }

 private:
  static bool settle(LogicalType& settled, LogicalType type) {
    if (is_unknown(settled)) {
      settled = type;
      return true;
    }
    if (settled.modifier != type.modifier) settled.modifier = -1;
    return settled.same_base(type);
  }
  LogicalType element_;
  LogicalType compatible_ = TypeId::kText;
  bool uses_element_ = false;
};

/// Last resort: unknown literals are taken for the one type that all other arguments have.
void resolve_by_known_type(std::span<const LogicalType> actual, std::vector<Candidate>& candidates) {
  LogicalType known;
  for (const LogicalType& type : actual) {
    if (is_unknown(type)) continue;
    if (!is_unknown(known) && !known.same_base(type)) return;
    known = type;
  }
  if (is_unknown(known)) return;
  const Types assumed(actual.size(), known);
  std::vector<Candidate> kept;
  for (const Candidate& candidate : candidates) {
    PolymorphicTypes polymorphic;
    if (matches(assumed, candidate.types) && polymorphic.decide(assumed, candidate.types)) kept.push_back(candidate);
  }
  if (kept.size() == 1) candidates = std::move(kept);
}

/// Chooses among overloads that take this number of arguments.
Outcome choose(std::span<const LogicalType> actual, std::vector<Candidate> candidates, size_t& overload) {
  const auto found = [&] {
    overload = candidates.front().overload;
    return Outcome::kFound;
  };
  for (const Candidate& candidate : candidates) {
    if (std::ranges::equal(actual, candidate.types, [](LogicalType a, LogicalType b) { return a.same_base(b); })) {
      overload = candidate.overload;
      return Outcome::kFound;
    }
  }
  std::erase_if(candidates, [&](const Candidate& candidate) { return !matches(actual, candidate.types); });
  if (candidates.empty()) return Outcome::kNone;
  if (candidates.size() == 1) return found();
  keep_best(candidates, [&](const Candidate& candidate) { return exact_matches(actual, candidate.types); });
  if (candidates.size() == 1) return found();
  keep_best(candidates,
            [&](const Candidate& candidate) { return exact_or_preferred_matches(actual, candidate.types); });
  if (candidates.size() == 1) return found();
  if (std::ranges::none_of(actual, is_unknown)) return Outcome::kAmbiguous;
  resolve_by_category(actual, candidates);
  if (candidates.size() == 1) return found();
  resolve_by_known_type(actual, candidates);
  return candidates.size() == 1 ? found() : Outcome::kAmbiguous;
}

/// The declared types with the last one repeated up to `count`; nothing if the function does not take so many.
std::optional<Types> spread(const Types& declared, bool variadic, size_t count) {
  if (declared.size() == count) return declared;
  if (!variadic || count < declared.size()) return std::nullopt;
  Types types = declared;
  types.resize(count, declared.back());
  return types;
}

template <class Function>
constexpr bool kHasVariadic = requires(Function function) { function.variadic; };
template <class Function>
constexpr bool kHasFlavour = requires(Function function) { function.flavour; };

template <class Function>
bool in_flavour(const Function& function, Flavour flavour, bool hide_sql) {
  if constexpr (kHasFlavour<Function>) {
    if (function.flavour == Flavour::kBoth || function.flavour == flavour) return true;
    return flavour == Flavour::kInfluxQl && !hide_sql;
  }
  return true;
}

/// The overload and its concrete types; `found` other than kFound: nothing.
template <class Function>
Outcome resolve(std::span<const Function* const> overloads, std::span<const LogicalType> actual, Flavour flavour,
                Resolved<Function>& resolved) {
  bool has_influx = false;
  if constexpr (kHasFlavour<Function>) {
    has_influx = std::ranges::any_of(overloads,
                                     [](const Function* function) { return function->flavour == Flavour::kInfluxQl; });
  }
  std::vector<Candidate> candidates;
  for (size_t i = 0; i < overloads.size(); ++i) {
    if (!in_flavour(*overloads[i], flavour, has_influx)) continue;
    bool variadic = false;
    if constexpr (kHasVariadic<Function>) variadic = overloads[i]->variadic;
    if (std::optional<Types> types = spread(overloads[i]->arguments, variadic, actual.size())) {
      PolymorphicTypes polymorphic;
      if (!matches(actual, *types) || !polymorphic.decide(actual, *types)) continue;
      candidates.push_back({i, std::move(*types)});
    }
  }
  size_t overload = 0;
  const Outcome outcome = choose(actual, candidates, overload);
  if (outcome != Outcome::kFound) return outcome;
  const auto chosen = std::ranges::find(candidates, overload, &Candidate::overload);
  resolved.function = overloads[overload];
  PolymorphicTypes polymorphic;
  polymorphic.decide(actual, chosen->types);
  if (polymorphic.undetermined()) {
    throw Error(sqlstate::kDatatypeMismatch, "could not determine polymorphic type because input has type unknown");
  }
  resolved.arguments.clear();
  for (size_t i = 0; i < actual.size(); ++i) {
    resolved.arguments.push_back(polymorphic.concrete(chosen->types[i], actual[i]));
  }
  if constexpr (requires { resolved.function->result; }) {
    resolved.result = polymorphic.concrete(resolved.function->result, {});
  }
  return outcome;
}

[[noreturn]] void throw_unresolved(Outcome outcome, std::string_view name, std::span<const LogicalType> actual) {
  const std::string call = call_signature(name, actual);
  if (outcome == Outcome::kAmbiguous) {
    throw Error(sqlstate::kAmbiguousFunction, "function " + call + " is not unique")
        .with_hint("Could not choose a best candidate function. You might need to add explicit type casts.");
  }
  throw Error(sqlstate::kUndefinedFunction, "function " + call + " does not exist")
      .with_hint("No function matches the given name and argument types. You might need to add explicit type casts.");
}

template <class Function>
Resolved<Function> resolve_or_throw(std::string_view name, std::span<const Function* const> overloads,
                                    std::span<const LogicalType> actual, Flavour flavour) {
  Resolved<Function> resolved;
  const Outcome outcome = resolve(overloads, actual, flavour, resolved);
  if (outcome != Outcome::kFound) throw_unresolved(outcome, name, actual);
  return resolved;
}

const FunctionRegistry& registry() { return FunctionRegistry::instance(); }

}  // namespace

std::string call_signature(std::string_view name, std::span<const LogicalType> arguments) {
  std::string text(name);
  text += '(';
  for (size_t i = 0; i < arguments.size(); ++i) {
    LogicalType bare = arguments[i];
    bare.modifier = -1;
    if (i > 0) text += ", ";
    text += bare.to_string();
  }
  return text + ')';
}

ResolvedScalar resolve_scalar(std::string_view name, std::span<const LogicalType> arguments, Flavour flavour) {
  return resolve_or_throw(name, registry().scalars(name), arguments, flavour);
}

ResolvedAggregate resolve_aggregate(std::string_view name, std::span<const LogicalType> arguments, Flavour flavour) {
  return resolve_or_throw(name, registry().aggregates(name), arguments, flavour);
}

ResolvedWindow resolve_window(std::string_view name, std::span<const LogicalType> arguments) {
  return resolve_or_throw(name, registry().windows(name), arguments, Flavour::kSql);
}

ResolvedTable resolve_table_function(std::string_view name, std::span<const LogicalType> arguments) {
  ResolvedTable resolved;
  const Outcome outcome = resolve<TableFunction>(registry().table_functions(name), arguments, Flavour::kSql, resolved);
  if (outcome != Outcome::kFound) throw_unresolved(outcome, name, arguments);
  PolymorphicTypes polymorphic;
  Types declared = *spread(resolved.function->arguments, resolved.function->variadic, arguments.size());
  polymorphic.decide(arguments, declared);
  for (const TableFunction::Column& column : resolved.function->columns) {
    resolved.columns.push_back(polymorphic.concrete(column.type, {}));
  }
  return resolved;
}

ResolvedScalar resolve_operator(std::string_view symbol, std::span<const LogicalType> arguments, Flavour flavour) {
  if (symbol == "!=") symbol = "<>";
  const std::span<const ScalarFunction* const> overloads = registry().operators(symbol);
  ResolvedScalar resolved;
  // An operator looks first at its other side: `x + '1'` means the type of x if there is such an operator.
  if (arguments.size() == 2 && is_unknown(arguments[0]) != is_unknown(arguments[1])) {
    const Types assumed(2, is_unknown(arguments[0]) ? arguments[1] : arguments[0]);
    for (const ScalarFunction* overload : overloads) {
      if (overload->arguments.size() == 2 && in_flavour(*overload, flavour, flavour == Flavour::kInfluxQl) &&
          overload->arguments[0].same_base(assumed[0]) && overload->arguments[1].same_base(assumed[1])) {
        return {overload, {overload->arguments.begin(), overload->arguments.end()}, overload->result};
      }
    }
  }
  const Outcome outcome = resolve(overloads, arguments, flavour, resolved);
  if (outcome == Outcome::kFound) return resolved;
  std::string words;
  for (size_t i = 0; i < arguments.size(); ++i) {
    LogicalType bare = arguments[i];
    bare.modifier = -1;
    if (i + 1 == arguments.size()) words += std::string(symbol) + " ";
    words += bare.to_string();
    if (i + 1 < arguments.size()) words += " ";
  }
  if (outcome == Outcome::kAmbiguous) {
    throw Error(sqlstate::kAmbiguousFunction, "operator is not unique: " + words)
        .with_hint("Could not choose a best candidate operator. You might need to add explicit type casts.");
  }
  throw Error(sqlstate::kUndefinedFunction, "operator does not exist: " + words)
      .with_hint(
          arguments.size() == 1
              ? "No operator matches the given name and argument type. You might need to add an explicit type cast."
              : "No operator matches the given name and argument types. You might need to add explicit type "
                "casts.");
}

bool is_function_name(std::string_view name) {
  return !registry().scalars(name).empty() || !registry().aggregates(name).empty() ||
         !registry().windows(name).empty() || !registry().table_functions(name).empty();
}

}  // namespace tidemark
