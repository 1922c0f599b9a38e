#include <limits>

#include "engine/ddl/create_table.h"
#include "engine/ddl/definitions.h"

namespace tidemark {
namespace {

int64_t integer_option(const ast::Option& option) {
  try {
    size_t used = 0;
    const int64_t value = std::stoll(option.value, &used);
    if (used == option.value.size()) {
      return value;
    }
  } catch (const std::exception&) {  // falls through to the one error
  }
  throw Error(sqlstate::kNumericValueOutOfRange, "value \"" + option.value + "\" is out of range for type bigint");
}

/// 22023: `RESTART value (0) cannot be less than MINVALUE (1)`.
void require_within(const SequenceEntry& sequence, const std::string& what, int64_t value) {
  if (value >= sequence.min && value <= sequence.max) {
    return;
  }
  const bool low = value < sequence.min;
  throw Error(sqlstate::kInvalidParameterValue, what + " value (" + std::to_string(value) + ") cannot be " +
                                                    (low ? "less than MINVALUE (" : "greater than MAXVALUE (") +
                                                    std::to_string(low ? sequence.min : sequence.max) + ")");
}

std::pair<int64_t, int64_t> type_range(TypeId type) {
  switch (type) {
    case TypeId::kInt16:
      return {std::numeric_limits<int16_t>::min(), std::numeric_limits<int16_t>::max()};
    case TypeId::kInt32:
      return {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
    default:
      return {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()};
  }
}

}  // namespace

SequenceEntry make_sequence(const std::vector<ast::Option>& options, LogicalType type, DdlContext& context) {
  SequenceEntry sequence;
  sequence.id = context.allocate_id();
  sequence.type = type;
  sequence.owner = context.environment().role;
  apply_sequence_options(sequence, options, true, context);
  return sequence;
}

void apply_sequence_options(SequenceEntry& sequence, const std::vector<ast::Option>& options, bool is_new,
                            DdlContext& context) {
  const auto find = [&options](std::string_view name) -> const ast::Option* {
    for (const ast::Option& option : options) {
      if (option.name == name) {
        return &option;
      }
    }
    return nullptr;
  };
  if (const ast::Option* as = find("as")) {
    LogicalType type;
    if (!find_type(as->value, type)) {
      throw Error(sqlstate::kUndefinedObject, "type \"" + as->value + "\" does not exist");
    }
    if (!is_integer_type(type.id)) {
      throw Error(sqlstate::kInvalidParameterValue, "sequence type must be smallint, integer, or bigint");
    }
    // Bounds that were the old type's become the new one's.
    const auto [old_min, old_max] = type_range(sequence.type.id);
    const auto [new_min, new_max] = type_range(type.id);
    sequence.min = !is_new && sequence.min == old_min ? new_min : sequence.min;
    sequence.max = !is_new && sequence.max == old_max ? new_max : sequence.max;
    sequence.type = type;
  }
  if (const ast::Option* cache = find("cache"); cache != nullptr && integer_option(*cache) <= 0) {
    throw Error(sqlstate::kInvalidParameterValue, "CACHE (" + cache->value + ") must be greater than zero");
  }
  if (const ast::Option* increment = find("increment")) {
    sequence.increment = integer_option(*increment);
    if (sequence.increment == 0) {
      throw Error(sqlstate::kInvalidParameterValue, "INCREMENT must not be zero");
    }
  }
  const auto [type_min, type_max] = type_range(sequence.type.id);
  const bool ascending = sequence.increment > 0;
  const auto bound = [&](std::string_view name, int64_t& field, int64_t otherwise) {
    const ast::Option* option = find(name);
    if (option != nullptr && option->value_kind != ast::Option::ValueKind::None) {
      field = integer_option(*option);
    } else if (is_new || option != nullptr) {
      field = otherwise;
    }
  };
  bound("maxvalue", sequence.max, ascending ? type_max : -1);
  bound("minvalue", sequence.min, ascending ? 1 : type_min);
  for (const bool is_max : {true, false}) {
    const int64_t value = is_max ? sequence.max : sequence.min;
    if (value < type_min || value > type_max) {
      throw Error(sqlstate::kInvalidParameterValue, (is_max ? "MAXVALUE (" : "MINVALUE (") + std::to_string(value) +
                                                        ") is out of range for sequence data type " +
                                                        sequence.type.to_string());
    }
  }
  if (sequence.min >= sequence.max) {
    throw Error(sqlstate::kInvalidParameterValue, "MINVALUE (" + std::to_string(sequence.min) +
                                                      ") must be less than MAXVALUE (" + std::to_string(sequence.max) +
                                                      ")");
  }
  if (const ast::Option* start = find("start")) {
    sequence.start = integer_option(*start);
  } else if (is_new) {
    sequence.start = ascending ? sequence.min : sequence.max;
  }
  require_within(sequence, "START", sequence.start);
  if (is_new) {
    sequence.last_value = sequence.start;
    sequence.is_called = false;
  }
  if (const ast::Option* restart = find("restart")) {
    sequence.last_value =
        restart->value_kind == ast::Option::ValueKind::None ? sequence.start : integer_option(*restart);
    sequence.is_called = false;
    require_within(sequence, "RESTART", sequence.last_value);
  }
  if (const ast::Option* cycle = find("cycle")) {
    sequence.cycle = cycle->value != "false";
  }
  if (const ast::Option* owned_by = find("owned_by")) {
    const bool by_none = owned_by->list.size() == 1 && owned_by->list[0] == "none";
    if (owned_by->value_kind != ast::Option::ValueKind::List || by_none) {
      sequence.owned_by_table = kNoObject;
      sequence.owned_by_column = kNoColumn;
    } else if (owned_by->list.size() < 2) {
      throw Error(sqlstate::kSyntaxError, "invalid OWNED BY option")
          .with_hint("Specify OWNED BY table.column or OWNED BY NONE.");
    } else {
      ast::QualifiedName table_name;
      table_name.parts.assign(owned_by->list.begin(), owned_by->list.end() - 1);
      const TableEntry table = context.table(table_name);
      const ColumnEntry* column = table.find_column(owned_by->list.back());
      if (column == nullptr) {
        throw Error(sqlstate::kUndefinedColumn,
                    "column \"" + owned_by->list.back() + "\" of relation \"" + table.name + "\" does not exist");
      }
      sequence.owned_by_table = table.id;
      sequence.owned_by_column = column->id;
    }
  }
}

void create_sequence(const ast::CreateSequenceStatement& statement, DdlContext& context) {
  const SchemaEntry& schema =
      context.schema_for_creation(statement.sequence, statement.persistence == ast::Persistence::Temporary);
  if (context.catalog().relation(schema.id, statement.sequence.last()) != nullptr) {
    Error taken(sqlstate::kDuplicateTable, "relation \"" + statement.sequence.last() + "\" already exists" +
                                               (statement.if_not_exists ? ", skipping" : ""));
    if (!statement.if_not_exists) {
      throw taken;
    }
    context.notice("NOTICE", taken);
    return;
  }
  SequenceEntry sequence = make_sequence(statement.options, TypeId::kInt64, context);
  sequence.schema = schema.id;
  sequence.name = statement.sequence.last();
  context.put(std::move(sequence));
}

void alter_sequence(const ast::AlterSequenceStatement& statement, DdlContext& context) {
  const CatalogEntry* found = context.find_relation(statement.sequence);
  if (found == nullptr) {
    Error missing(sqlstate::kUndefinedTable, "relation \"" + display_name(statement.sequence) + "\" does not exist" +
                                                 (statement.if_exists ? ", skipping" : ""));
    if (!statement.if_exists) {
      throw missing;
    }
    context.notice("NOTICE", missing);
    return;
  }
  const auto* entry = std::get_if<SequenceEntry>(found);
  if (entry == nullptr) {
    throw Error(sqlstate::kWrongObjectType, "\"" + statement.sequence.last() + "\" is not a sequence");
  }
  SequenceEntry changed = *entry;
  context.require_owner(changed.owner, "sequence", changed.name);
  apply_sequence_options(changed, statement.options, false, context);
  context.put(std::move(changed));
}

}  // namespace tidemark
