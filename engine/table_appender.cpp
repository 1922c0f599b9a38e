#include "engine/table_appender.h"

#include "base/error.h"
#include "engine/table_write.h"

namespace tidemark {

/// One column under construction.
struct TableAppender::Builder {
  Vector values;

  void set(size_t row, int64_t value) {
    switch (values.type().physical()) {
      case PhysicalType::kInt64:
        values.mutable_data<int64_t>()[row] = value;
        return;
      case PhysicalType::kInt32:
        narrow<int32_t>(row, value);
        return;
      case PhysicalType::kInt16:
        narrow<int16_t>(row, value);
        return;
      case PhysicalType::kFloat64:
        values.mutable_data<double>()[row] = static_cast<double>(value);
        return;
      case PhysicalType::kFloat32:
        values.mutable_data<float>()[row] = static_cast<float>(value);
        return;
      case PhysicalType::kUInt64:
        if (value >= 0) {
          values.mutable_data<uint64_t>()[row] = static_cast<uint64_t>(value);
          return;
        }
        throw Error(sqlstate::kNumericValueOutOfRange, "value is out of range for type " + values.type().to_string());
      default:
        refuse("an integer");
    }
  }
  void set(size_t row, double value) {
    switch (values.type().physical()) {
      case PhysicalType::kFloat64:
        values.mutable_data<double>()[row] = value;
        return;
      case PhysicalType::kFloat32:
        values.mutable_data<float>()[row] = static_cast<float>(value);
        return;
      default:
        refuse("a floating-point number");
    }
  }
  void set(size_t row, std::string_view value) {
    if (!is_string_type(values.type().id) && values.type().id != TypeId::kBytea) {
      refuse("a string");
    }
    values.mutable_data<std::string_view>()[row] = values.heap().add(value);
  }
  void set(size_t row, bool value) {
    if (values.type().id != TypeId::kBoolean) {
      refuse("a boolean");
    }
    values.mutable_data<uint8_t>()[row] = value ? 1 : 0;
  }
  [[noreturn]] void refuse(const char* what) const {
    throw Error(sqlstate::kDatatypeMismatch,
                std::string("a column of type ") + values.type().to_string() + " cannot take " + what);
  }

 private:
  template <class T>
  void narrow(size_t row, int64_t value) {
    if (value != static_cast<T>(value)) {
      throw Error(sqlstate::kNumericValueOutOfRange, "value is out of range for type " + values.type().to_string());
    }
    values.mutable_data<T>()[row] = static_cast<T>(value);
  }
};

TableAppender::TableAppender(Session& session, TableEntry table) : session_(session), table_(std::move(table)) {}

TableAppender::~TableAppender() {
  if (write_ != nullptr) {
    write_.reset();
    session_.mark_failed();
    try {
      session_.sync();
    } catch (const Error&) {  // nothing was to be kept
    }
  }
}

void TableAppender::start_columns() {
  builders_.clear();
  for (const ColumnEntry& column : table_.columns) {
    builders_.push_back({Vector::flat(column.type, kRowsGathered)});
  }
}

TableAppender::Builder& TableAppender::next_column() {
  if (builders_.empty()) {
    start_columns();
  }
  if (column_ == builders_.size()) {
    throw Error(sqlstate::kSyntaxError, "the row has more values than table \"" + table_.name + "\" has columns");
  }
  return builders_[column_++];
}

Appender& TableAppender::add(int64_t value) { return next_column().set(rows_, value), *this; }
Appender& TableAppender::add(double value) { return next_column().set(rows_, value), *this; }
Appender& TableAppender::add(std::string_view value) { return next_column().set(rows_, value), *this; }
Appender& TableAppender::add(bool value) { return next_column().set(rows_, value), *this; }
Appender& TableAppender::add_timestamp(int64_t value) { return next_column().set(rows_, value), *this; }
Appender& TableAppender::add_null() { return next_column().values.set_null(rows_), *this; }

void TableAppender::end_row() {
  if (column_ != table_.columns.size()) {
    throw Error(sqlstate::kSyntaxError, "the row has " + std::to_string(column_) + " values, but table \"" +
                                            table_.name + "\" has " + std::to_string(table_.columns.size()) +
                                            " columns");
  }
  column_ = 0;
  ++row_count_;
  if (++rows_ == kRowsGathered) {
    hand_over();
  }
}

void TableAppender::hand_over() {
  if (rows_ == 0) {
    return;
  }
  DataChunk chunk;
  chunk.size = rows_;
  for (Builder& builder : builders_) {
    chunk.columns.push_back(rows_ == kRowsGathered ? std::move(builder.values) : builder.values.slice(0, rows_));
  }
  builders_.clear();
  rows_ = 0;
  append(chunk);
  row_count_ -= chunk.size;  // counted by end_row already
}

void TableAppender::append(const DataChunk& rows) {
  if (write_ == nullptr) {
    TableWriteOptions options;
    options.conflict = conflict_rule(table_, ConflictAction::kError);
    write_ = std::make_unique<TableWrite>(session_, table_, std::move(options));
  }
  row_count_ += rows.size;
  write_->writer().append(rows);
}

void TableAppender::flush() {
  if (column_ != 0) {
    throw Error(sqlstate::kSyntaxError, "the last row is not complete");
  }
  hand_over();
  if (write_ == nullptr) {
    return;
  }
  try {
    write_->finish();
    write_.reset();
  } catch (...) {
    write_.reset();
    session_.mark_failed();
    session_.sync();
    throw;
  }
  session_.sync();
}

}  // namespace tidemark
