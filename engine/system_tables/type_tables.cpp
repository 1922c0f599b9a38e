// pg_catalog's tables about types, functions, operators and casts.

#include <algorithm>

#include "engine/system_tables/system_table.h"
#include "functions/catalog_functions.h"
#include "functions/registry.h"
#include "types/type_info.h"
#include "types/type_io.h"

namespace tidemark {
namespace {

using namespace system_row;

constexpr int64_t kSuperuser = 10;
// Numbers below kFirstUserObjectId that nothing else bears; functions/catalog_functions.h numbers the functions.
constexpr int64_t kFirstOperatorId = 8000;
constexpr int64_t kFirstCastId = 10000;

/// Pseudo-types of PostgreSQL that no function here has: tools look for them by name.
void pseudo_type_rows(SystemRows& rows) {
  struct PseudoType {
    int64_t id;
    std::string_view name;
    int64_t length;
  };
  constexpr PseudoType kPseudoTypes[] = {{2275, "cstring", -2}, {2279, "trigger", 4},   {2280, "language_handler", 4},
                                         {2281, "internal", 8}, {3831, "anyrange", -1}, {3838, "event_trigger", 4}};
  for (const PseudoType& type : kPseudoTypes) {
    rows.push_back({oid(type.id),
                    text(type.name),
                    oid(kPgCatalogSchema),
                    oid(kSuperuser),
                    number(type.length),
                    flag(type.length > 0),
                    letter('p'),
                    letter('P'),
                    flag(false),
                    flag(true),
                    letter(','),
                    oid(0),
                    oid(0),
                    oid(0),
                    text(std::string(type.name) + "_in"),
                    text(std::string(type.name) + "_out"),
                    flag(false),
                    oid(0),
                    number(-1),
                    number(0),
                    oid(0)});
  }
}

void user_type_rows(const SystemContext& context, SystemRows& rows) {
  const auto add = [&](const TypeEntry& type, ObjectId id, const std::string& name, char kind, char category,
                       int64_t length, ObjectId element, ObjectId array, std::string_view io) {
    const bool domain = kind == 'd';
    rows.push_back({oid(id),
                    text(name),
                    oid(type.schema),
                    oid(type.owner),
                    number(length),
                    flag(length > 0 && length <= 8),
                    letter(kind),
                    letter(category),
                    flag(false),
                    flag(true),
                    letter(','),
                    oid(kind == 'c' ? id : 0),
                    oid(element),
                    oid(array),
                    text(domain ? "domain_in" : std::string(io) + "_in"),
                    text(domain ? "domain_out" : std::string(io) + "_out"),
                    flag(domain && type.not_null),
                    oid(!domain                         ? 0
                        : type.base_domain != kNoObject ? type.base_domain
                                                        : type.base.oid()),
                    number(domain ? type.base.modifier : -1),
                    number(domain && type.base.is_array() ? 1 : 0),
                    oid(0),
                    domain && !type.default_sql.empty() ? text(type.default_sql) : null()});
  };
  for (const TypeEntry* type : user_types(context)) {
    switch (type->kind) {
      case TypeKind::kDomain: {
        const TypeId base = type->base.is_array() ? TypeId::kArray : type->base.id;
        const char category = base == TypeId::kArray ? 'A' : type_info(base).category;
        add(*type, type->id, type->name, 'd', category, base == TypeId::kArray ? -1 : type_info(base).length, 0, 0, "");
        break;
      }
      case TypeKind::kEnum:
        add(*type, type->id, type->name, 'e', 'E', 4, 0, type->id + 1, "enum");
        add(*type, type->id + 1, "_" + type->name, 'b', 'A', -1, type->id, 0, "array");
        break;
      case TypeKind::kComposite:
        add(*type, type->id, type->name, 'c', 'C', -1, 0, type->id + 1, "record");
        add(*type, type->id + 1, "_" + type->name, 'b', 'A', -1, type->id, 0, "array");
        break;
    }
  }
}

/// enumsortorder counts the labels: PostgreSQL's halves between them mean nothing but the order either.
void enum_rows(const SystemContext& context, SystemRows& rows) {
  for (const TypeEntry* type : user_types(context)) {
    for (size_t i = 0; i < type->labels.size(); ++i) {
      rows.push_back(
          {oid(type->labels[i].id), oid(type->id), number(static_cast<int64_t>(i + 1)), text(type->labels[i].name)});
    }
  }
}

void type_rows(const SystemContext& context, SystemRows& rows) {
  user_type_rows(context, rows);
  pseudo_type_rows(rows);
  for (const TypeInfo& info : all_types()) {
    if (info.id == TypeId::kTimestampTzNs || info.id == TypeId::kUInt64) {
      continue;  // they go by the numbers of timestamptz and numeric
    }
    rows.push_back({oid(info.oid),
                    text(info.internal_name),
                    oid(kPgCatalogSchema),
                    oid(kSuperuser),
                    number(info.length),
                    flag(info.length > 0 && info.length <= 8),
                    letter(info.kind),
                    letter(info.kind == 'p' ? 'P' : info.category),
                    flag(info.preferred),
                    flag(true),
                    letter(','),
                    oid(0),
                    oid(0),
                    oid(info.array_oid),
                    text(std::string(info.internal_name) + "in"),
                    text(std::string(info.internal_name) + "out"),
                    flag(false),
                    oid(0),
                    number(-1),
                    number(0),
                    oid(info.category == 'S' ? 100 : 0)});
    if (info.array_oid != 0) {
      rows.push_back({oid(info.array_oid),
                      text("_" + std::string(info.internal_name)),
                      oid(kPgCatalogSchema),
                      oid(kSuperuser),
                      number(-1),
                      flag(false),
                      letter('b'),
                      letter('A'),
                      flag(false),
                      flag(true),
                      letter(','),
                      oid(0),
                      oid(info.oid),
                      oid(0),
                      text("array_in"),
                      text("array_out"),
                      flag(false),
                      oid(0),
                      number(-1),
                      number(0),
                      oid(0)});
    }
  }
}

void function_rows(const SystemContext& /*context*/, SystemRows& rows) {
  for (const CatalogFunction& function : catalog_functions()) {
    std::string types;
    for (const LogicalType argument : function.arguments) {
      types += (types.empty() ? "" : " ") + std::to_string(argument.oid());
    }
    const LogicalType repeated = function.variadic ? function.arguments.back() : LogicalType();
    rows.push_back({oid(function.oid), text(function.name), oid(kPgCatalogSchema), oid(kSuperuser), oid(12),
                    letter(function.kind), flag(function.returns_set), letter(function.volatility),
                    flag(function.strict),
                    oid(!function.variadic ? 0 : (repeated.is_array() ? repeated.element_type() : repeated).oid()),
                    number(static_cast<int64_t>(function.arguments.size())), number(0), oid(function.result.oid()),
                    parse_value(TypeId::kOidVector, types, TypeIoOptions{}), text(function.doc)});
  }
}

/// Of the types that share another's number (D32) that other one has the operators and casts.
bool has_number_of_its_own(LogicalType type) { return type.id != TypeId::kTimestampTzNs && type.id != TypeId::kUInt64; }

void operator_rows(const SystemContext& /*context*/, SystemRows& rows) {
  constexpr std::string_view kSymbols = "+-*/<>=~!@#%^&|`?";  // The registry has tests like IS NULL beside operators.
  int64_t id = kFirstOperatorId;
  for (const ScalarFunction* function : FunctionRegistry::instance().all_operators()) {
    if (function->flavour == Flavour::kInfluxQl ||
        function->name.find_first_not_of(kSymbols) != std::string_view::npos ||
        !std::ranges::all_of(function->arguments, has_number_of_its_own)) {
      continue;
    }
    const bool binary = function->arguments.size() == 2;
    rows.push_back({oid(id++), text(function->name), oid(kPgCatalogSchema), oid(kSuperuser), letter(binary ? 'b' : 'l'),
                    oid(binary ? function->arguments[0].oid() : 0), oid(function->arguments.back().oid()),
                    oid(function->result.oid()), oid(0)});
  }
}

void cast_rows(const SystemContext& /*context*/, SystemRows& rows) {
  int64_t id = kFirstCastId;
  for (const Cast* cast : FunctionRegistry::instance().all_casts()) {
    if (!has_number_of_its_own(cast->from) || !has_number_of_its_own(cast->to)) {
      continue;
    }
    const char context = cast->context == CastContext::kImplicit     ? 'i'
                         : cast->context == CastContext::kAssignment ? 'a'
                                                                     : 'e';
    rows.push_back({oid(id++), oid(cast->from.oid()), oid(cast->to.oid()), oid(0), letter(context),
                    letter(cast->function == nullptr ? 'b' : 'f')});
  }
}

void access_method_rows(const SystemContext& /*context*/, SystemRows& rows) {
  rows.push_back({oid(2), text("heap"), text("heap_tableam_handler"), letter('t')});
  rows.push_back({oid(403), text("btree"), text("bthandler"), letter('i')});
}

void language_rows(const SystemContext& /*context*/, SystemRows& rows) {
  for (const auto& [id, name] : {std::pair{12, "internal"}, std::pair{13, "c"}, std::pair{14, "sql"}}) {
    rows.push_back({oid(id), text(name), oid(kSuperuser), flag(false), flag(true)});
  }
}

void collation_rows(const SystemContext& /*context*/, SystemRows& rows) {
  for (const auto& [id, name] : {std::pair{100, "default"}, std::pair{950, "C"}, std::pair{951, "POSIX"}}) {
    rows.push_back({oid(id), text(name), oid(kPgCatalogSchema), oid(kSuperuser), letter('c'), flag(true), number(-1),
                    text("C"), text("C")});
  }
}

}  // namespace

std::vector<const TypeEntry*> user_types(const SystemContext& context) {
  std::vector<const TypeEntry*> types;
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kType)) {
    const auto& type = std::get<TypeEntry>(*entry);
    if (schema_of(context, type.schema).database == context.database().id) {
      types.push_back(&type);
    }
  }
  std::ranges::sort(types, [](const TypeEntry* left, const TypeEntry* right) {
    return std::pair(std::string_view(left->name), left->id) < std::pair(std::string_view(right->name), right->id);
  });
  return types;
}

void add_type_tables(SystemTableList& list) {
  list.add(kCatalog, "pg_type",
           "oid:oid typname:name typnamespace:oid typowner:oid typlen:int2 typbyval:bool typtype:\"char\" "
           "typcategory:\"char\" typispreferred:bool typisdefined:bool "
           "typdelim:\"char\" typrelid:oid typelem:oid typarray:oid typinput:text typoutput:text typnotnull:bool "
           "typbasetype:oid typtypmod:int4 typndims:int4 "
           "typcollation:oid typdefault:text typacl:text[]",
           type_rows);
  list.add(kCatalog, "pg_enum", "oid:oid enumtypid:oid enumsortorder:float4 enumlabel:name", enum_rows);
  list.add(kCatalog, "pg_proc",
           "oid:oid proname:name pronamespace:oid proowner:oid prolang:oid prokind:\"char\" proretset:bool "
           "provolatile:\"char\" proisstrict:bool provariadic:oid "
           "pronargs:int2 pronargdefaults:int2 prorettype:oid proargtypes:oidvector prosrc:text proallargtypes:oid[] "
           "proargmodes:text[] proargnames:text[] "
           "proargdefaults:pg_node_tree proacl:text[]",
           function_rows);
  list.add(kCatalog, "pg_operator",
           "oid:oid oprname:name oprnamespace:oid oprowner:oid oprkind:\"char\" oprleft:oid oprright:oid oprresult:oid "
           "oprcode:oid",
           operator_rows);
  list.add(kCatalog, "pg_cast",
           "oid:oid castsource:oid casttarget:oid castfunc:oid castcontext:\"char\" castmethod:\"char\"", cast_rows);
  list.add(kCatalog, "pg_am", "oid:oid amname:name amhandler:text amtype:\"char\"", access_method_rows);
  list.add(kCatalog, "pg_language", "oid:oid lanname:name lanowner:oid lanispl:bool lanpltrusted:bool", language_rows);
  list.add(kCatalog, "pg_collation",
           "oid:oid collname:name collnamespace:oid collowner:oid collprovider:\"char\" collisdeterministic:bool "
           "collencoding:int4 collcollate:text collctype:text "
           "colliculocale:text collversion:text",
           collation_rows);
}

}  // namespace tidemark
