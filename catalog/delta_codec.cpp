// The byte form of catalog deltas.
//
//   delta    operation u8 | kind u8 | id varint | put only: fields, as a string
//   fields   { number varint | value string }*
//   string   length varint | bytes
//
// A value is a zigzag varint for numbers, enumerations and booleans, the bytes of a text, or again fields. A repeated
// field appears once an element. A reader skips numbers that it does not know and leaves at their default those that
// are missing, so that fields can be added; a number is never given to another meaning. One list of fields per entry
// serves both directions.

#include <optional>
#include <type_traits>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "catalog/catalog.h"

namespace tidemark {
namespace {

class FieldWriter;
class FieldReader;

template <class Archive>
void visit_fields(Archive& fields, LogicalType& type) {
  fields.enumeration(1, type.id, TypeId::kAnyCompatibleArray);
  fields.enumeration(2, type.element, TypeId::kAnyCompatibleArray);
  fields(3, type.modifier);
  fields(4, type.user_type);
}

template <class Archive>
void visit_fields(Archive& fields, DatabaseEntry& entry) {
  fields(1, entry.id);
  fields(2, entry.name);
  fields(3, entry.owner);
  fields(4, entry.default_schema);
  fields(5, entry.comment);
}

template <class Archive>
void visit_fields(Archive& fields, SchemaEntry& entry) {
  fields(1, entry.id);
  fields(2, entry.database);
  fields(3, entry.name);
  fields(4, entry.owner);
  fields(5, entry.retention_us);
  fields(6, entry.partition_interval_us);
  fields(7, entry.comment);
}

template <class Archive>
void visit_fields(Archive& fields, ColumnEntry& entry) {
  fields(1, entry.id);
  fields(2, entry.name);
  fields(3, entry.type);
  fields(4, entry.not_null);
  fields(5, entry.default_sql);
  fields(6, entry.generated_sql);
  fields.enumeration(7, entry.identity, Identity::kByDefault, Identity::kAlways);
  fields(8, entry.owned_sequence);
  fields(9, entry.comment);
  fields(10, entry.domain);
}

template <class Archive>
void visit_fields(Archive& fields, UniqueConstraint& entry) {
  fields(1, entry.id);
  fields(2, entry.name);
  fields(3, entry.columns);
  fields(4, entry.primary);
  fields(5, entry.nulls_not_distinct);
  fields(6, entry.hidden_table);
  fields(7, entry.index_sql);
  fields(8, entry.expressions);
  fields(9, entry.predicate);
}

template <class Archive>
void visit_fields(Archive& fields, CheckConstraint& entry) {
  fields(1, entry.id);
  fields(2, entry.name);
  fields(3, entry.sql);
}

template <class Archive>
void visit_fields(Archive& fields, ForeignKey& entry) {
  fields(1, entry.id);
  fields(2, entry.name);
  fields(3, entry.columns);
  fields(4, entry.referenced_table);
  fields(5, entry.referenced_columns);
  fields.enumeration(6, entry.on_update, KeyAction::kRestrict, KeyAction::kNoAction);
  fields.enumeration(7, entry.on_delete, KeyAction::kRestrict, KeyAction::kNoAction);
  fields(8, entry.set_columns);
  fields(9, entry.match_full);
  fields(10, entry.deferrable);
  fields(11, entry.initially_deferred);
  fields(12, entry.validated);
}

template <class Archive>
void visit_fields(Archive& fields, TableEntry& entry) {
  fields(1, entry.id);
  fields(2, entry.schema);
  fields(3, entry.name);
  fields(4, entry.owner);
  fields.enumeration(5, entry.kind, TableKind::kAppend, TableKind::kSeries);
  fields(6, entry.columns);
  fields(7, entry.next_column_id);
  fields(8, entry.key);
  fields(9, entry.uniques);
  fields(10, entry.checks);
  fields(11, entry.time_column);
  fields(12, entry.partition_interval_us);
  fields(13, entry.retention_us);
  fields.enumeration(14, entry.on_duplicate, OnDuplicate::kKeep);
  fields(15, entry.made_by_line_protocol);
  fields(16, entry.hidden);
  fields(17, entry.temporary_session);
  fields(18, entry.comment);
  fields(19, entry.enforces_for);
  fields.enumeration(20, entry.on_commit, OnCommit::kDrop);
  fields(21, entry.foreign_keys);
  fields(22, entry.referenced_by);
}

template <class Archive>
void visit_fields(Archive& fields, ViewEntry& entry) {
  fields(1, entry.id);
  fields(2, entry.schema);
  fields(3, entry.name);
  fields(4, entry.owner);
  fields(5, entry.sql);
  fields(6, entry.columns);
  fields(7, entry.depends_on);
  fields(8, entry.materialized_table);
  fields(9, entry.comment);
  fields(10, entry.search_path);
  fields.enumeration(11, entry.check_option, CheckOption::kCascaded);
  fields(12, entry.populated);
}

template <class Archive>
void visit_fields(Archive& fields, IndexEntry& entry) {
  fields(1, entry.id);
  fields(2, entry.schema);
  fields(3, entry.name);
  fields(4, entry.table);
  fields(5, entry.method);
  fields(6, entry.columns);
  fields(7, entry.definition_sql);
  fields(8, entry.unique);
  fields(9, entry.comment);
}

template <class Archive>
void visit_fields(Archive& fields, SequenceEntry& entry) {
  fields(1, entry.id);
  fields(2, entry.schema);
  fields(3, entry.name);
  fields(4, entry.owner);
  fields(5, entry.type);
  fields(6, entry.start);
  fields(7, entry.increment);
  fields(8, entry.min);
  fields(9, entry.max);
  fields(10, entry.cycle);
  fields(11, entry.owned_by_table);
  fields(12, entry.owned_by_column);
  fields(13, entry.last_value);
  fields(14, entry.is_called);
  fields(15, entry.comment);
}

template <class Archive>
void visit_fields(Archive& fields, RoleEntry& entry) {
  fields(1, entry.id);
  fields(2, entry.name);
  fields(3, entry.superuser);
  fields(4, entry.can_login);
  fields(5, entry.create_database);
  fields(6, entry.create_role);
  fields(7, entry.password_verifier);
  fields(8, entry.member_of);
}

template <class Archive>
void visit_fields(Archive& fields, EnumLabel& label) {
  fields(1, label.id);
  fields(2, label.name);
  fields(3, label.order);
}

template <class Archive>
void visit_fields(Archive& fields, TypeAttribute& attribute) {
  fields(1, attribute.name);
  fields(2, attribute.type);
  fields(3, attribute.domain);
}

template <class Archive>
void visit_fields(Archive& fields, TypeEntry& entry) {
  fields(1, entry.id);
  fields(2, entry.schema);
  fields(3, entry.name);
  fields(5, entry.base);
  fields(6, entry.not_null);
  fields(8, entry.base_domain);
  fields(9, entry.default_sql);
  fields(10, entry.checks);
  fields(11, entry.owner);
  fields(12, entry.comment);
  fields.enumeration(13, entry.kind, TypeKind::kEnum, TypeKind::kComposite);
  fields(14, entry.labels);
  fields(15, entry.attributes);
}

class FieldWriter {
 public:
  template <class T>
  void operator()(uint64_t number, T& value) {
    if constexpr (std::is_integral_v<T>) {
      put_number(number, static_cast<int64_t>(value));
    } else if constexpr (std::is_same_v<T, std::string>) {
      out_.put_varint(number);
      out_.put_string(value);
    } else {
      FieldWriter nested;
      visit_fields(nested, value);
      out_.put_varint(number);
      out_.put_string(nested.out_.view());
    }
  }
  template <class T>
  void operator()(uint64_t number, std::vector<T>& values) {
    for (T& value : values) {
      (*this)(number, value);
    }
  }
  template <class T>
  void operator()(uint64_t number, std::optional<T>& value) {
    if (value) {
      (*this)(number, *value);
    }
  }
  template <class T>
  void enumeration(uint64_t number, T& value, T /*last*/, T /*first*/ = T{}) {
    put_number(number, static_cast<int64_t>(value));
  }

  [[nodiscard]] std::string_view bytes() const { return out_.view(); }

 private:
  void put_number(uint64_t number, int64_t value) {
    ByteWriter payload;
    payload.put_zigzag(value);
    out_.put_varint(number);
    out_.put_string(payload.view());
  }

  ByteWriter out_;
};

constexpr std::string_view kSource = "catalog entry";

class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) {
    ByteReader in(bytes, kSource);
    while (!in.at_end()) {
      const uint64_t number = in.get_varint();
      fields_.emplace_back(number, in.get_string());
    }
  }

  template <class T>
  void operator()(uint64_t number, T& value) {
    for (const auto& [field, bytes] : fields_) {
      if (field == number) {
        read(bytes, value);
        return;
      }
    }
  }
  template <class T>
  void operator()(uint64_t number, std::vector<T>& values) {
    for (const auto& [field, bytes] : fields_) {
      if (field == number) {
        read(bytes, values.emplace_back());
      }
    }
  }
  template <class T>
  void operator()(uint64_t number, std::optional<T>& value) {
    for (const auto& [field, bytes] : fields_) {
      if (field == number) {
        read(bytes, value.emplace());
        return;
      }
    }
  }
  template <class T>
  void enumeration(uint64_t number, T& value, T last, T first = T{}) {
    using Underlying = std::underlying_type_t<T>;
    auto raw = static_cast<Underlying>(value);
    (*this)(number, raw);
    // Zero is `none` where an enumeration has a gap before its first value.
    const bool is_default = raw == static_cast<Underlying>(value);
    if (!is_default && (raw < static_cast<Underlying>(first) || raw > static_cast<Underlying>(last))) {
      throw Error(sqlstate::kDataCorrupted, "catalog entry has an unknown enumeration value");
    }
    value = static_cast<T>(raw);
  }

 private:
  template <class T>
  static void read(std::string_view bytes, T& value) {
    if constexpr (std::is_integral_v<T>) {
      ByteReader in(bytes, kSource);
      const int64_t number = in.get_zigzag();
      value = static_cast<T>(number);
      if (static_cast<int64_t>(value) != number) {
        throw Error(sqlstate::kDataCorrupted, "catalog entry has a number out of range");
      }
    } else if constexpr (std::is_same_v<T, std::string>) {
      value.assign(bytes);
    } else {
      FieldReader nested(bytes);
      visit_fields(nested, value);
    }
  }

  std::vector<std::pair<uint64_t, std::string_view>> fields_;
};

CatalogEntry empty_entry(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kDatabase:
      return DatabaseEntry{};
    case ObjectKind::kSchema:
      return SchemaEntry{};
    case ObjectKind::kTable:
      return TableEntry{};
    case ObjectKind::kView:
      return ViewEntry{};
    case ObjectKind::kIndex:
      return IndexEntry{};
    case ObjectKind::kSequence:
      return SequenceEntry{};
    case ObjectKind::kRole:
      return RoleEntry{};
    case ObjectKind::kType:
      return TypeEntry{};
  }
  throw Error(sqlstate::kDataCorrupted, "catalog delta is of an unknown kind");
}

}  // namespace

void encode_delta(std::string& out, const CatalogDelta& delta) {
  ByteWriter writer;
  writer.put(static_cast<uint8_t>(delta.operation));
  writer.put(static_cast<uint8_t>(delta.kind));
  writer.put_varint(delta.id);
  if (delta.operation == CatalogDelta::Operation::kPut) {
    FieldWriter fields;
    CatalogEntry entry = delta.entry;  // The field lists serve reading too, and so want a mutable entry.
    std::visit([&](auto& object) { visit_fields(fields, object); }, entry);
    writer.put_string(fields.bytes());
  }
  out.append(writer.view());
}

CatalogDelta decode_delta(std::string_view& in) {
  ByteReader reader(in, "catalog delta");
  CatalogDelta delta;
  const auto operation = reader.get<uint8_t>();
  if (operation != static_cast<uint8_t>(CatalogDelta::Operation::kPut) &&
      operation != static_cast<uint8_t>(CatalogDelta::Operation::kDrop)) {
    reader.fail("unknown operation");
  }
  delta.operation = static_cast<CatalogDelta::Operation>(operation);
  delta.kind = static_cast<ObjectKind>(reader.get<uint8_t>());
  delta.entry = empty_entry(delta.kind);  // refuses unknown kinds
  const uint64_t id = reader.get_varint();
  if (id == kNoObject || id > UINT32_MAX) {
    reader.fail("object id is out of range");
  }
  delta.id = static_cast<ObjectId>(id);
  if (delta.operation == CatalogDelta::Operation::kPut) {
    FieldReader fields(reader.get_string());
    std::visit([&](auto& object) { visit_fields(fields, object); }, delta.entry);
    if (id_of(delta.entry) != delta.id) {
      reader.fail("the entry has another id than the delta");
    }
  }
  in.remove_prefix(reader.position());
  return delta;
}

}  // namespace tidemark
