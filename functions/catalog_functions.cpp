#include "functions/catalog_functions.h"

#include "functions/registry.h"

namespace tidemark {
namespace {

// Above this, and below the first operator's number, nothing else bears a number.
constexpr int64_t kFirstFunctionId = 3000;

char volatility_letter(Volatility volatility) {
  return volatility == Volatility::kImmutable ? 'i' : volatility == Volatility::kStable ? 's' : 'v';
}

/// The type under which an argument that repeats is declared.
LogicalType array_of_repeated(LogicalType type) {
  switch (type.id) {
    case TypeId::kAny:
    case TypeId::kArray:
      return type;
    case TypeId::kAnyElement:
      return TypeId::kAnyArray;
    case TypeId::kAnyCompatible:
      return TypeId::kAnyCompatibleArray;
    default:
      return LogicalType::array_of(type.id);
  }
}

class FunctionList {
 public:
  FunctionList() {
    const FunctionRegistry& registry = FunctionRegistry::instance();
    for (const ScalarFunction* entry : registry.all_scalars()) {
      if (entry->flavour == Flavour::kInfluxQl) continue;
      add({.arguments = entry->arguments,
           .result = entry->result,
           .kind = 'f',
           .volatility = volatility_letter(entry->volatility),
           .strict = entry->null_rule == NullRule::kStrict,
           .variadic = entry->variadic},
          *entry);
    }
    for (const AggregateFunction* entry : registry.all_aggregates()) {
      if (entry->flavour == Flavour::kInfluxQl) continue;
      add({.arguments = entry->arguments, .result = entry->result, .kind = 'a', .variadic = entry->variadic}, *entry);
    }
    for (const WindowFunction* entry : registry.all_windows()) {
      add({.arguments = entry->arguments, .result = entry->result, .kind = 'w'}, *entry);
    }
    for (const TableFunction* entry : registry.all_table_functions()) {
      add({.arguments = entry->arguments,
           .result = entry->columns.size() == 1 ? entry->columns[0].type : LogicalType(TypeId::kRecord),
           .kind = 'f',
           .volatility = volatility_letter(entry->volatility),
           .strict = entry->null_rule == NullRule::kStrict,
           .returns_set = true,
           .variadic = entry->variadic},
          *entry);
    }
  }

  [[nodiscard]] std::span<const CatalogFunction> all() const { return functions_; }

 private:
  /// What all kinds of entries have in common.
  struct Traits {
    std::vector<LogicalType> arguments;
    LogicalType result;
    char kind;
    char volatility = 'i';
    bool strict = false;
    bool returns_set = false;
    bool variadic = false;
  };

  template <class Entry>
  void add(Traits traits, const Entry& entry) {
    if (traits.variadic) traits.arguments.back() = array_of_repeated(traits.arguments.back());
    functions_.push_back({.oid = kFirstFunctionId + static_cast<int64_t>(functions_.size()),
                          .name = entry.name,
                          .arguments = std::move(traits.arguments),
                          .result = traits.result,
                          .kind = traits.kind,
                          .volatility = traits.volatility,
                          .strict = traits.strict,
                          .returns_set = traits.returns_set,
                          .variadic = traits.variadic,
                          .doc = entry.doc});
  }

  std::vector<CatalogFunction> functions_;
};

}  // namespace

std::span<const CatalogFunction> catalog_functions() {
  static const FunctionList list;
  return list.all();
}

const CatalogFunction* catalog_function(int64_t oid) {
  const std::span<const CatalogFunction> functions = catalog_functions();
  const int64_t index = oid - kFirstFunctionId;
  const bool there = index >= 0 && index < static_cast<int64_t>(functions.size());
  return there ? &functions[static_cast<size_t>(index)] : nullptr;
}

std::string arguments_text(const CatalogFunction& function) {
  std::string text;
  for (size_t i = 0; i < function.arguments.size(); ++i) {
    if (i > 0) text += ", ";
    if (function.variadic && i + 1 == function.arguments.size()) text += "VARIADIC ";
    text += function.arguments[i].to_string();
  }
  return text;
}

std::string result_text(const CatalogFunction& function) {
  return (function.returns_set ? "SETOF " : "") + function.result.to_string();
}

}  // namespace tidemark
