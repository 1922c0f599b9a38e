#include "executor/summary_groups.h"

#include <algorithm>
#include <bit>

#include "executor/aggregate_sink.h"
#include "executor/group_runs.h"

namespace tidemark {

namespace {

using Fact = SummaryWish::Fact;

bool is_summed(LogicalType type) {
  return type.id == TypeId::kInt16 || type.id == TypeId::kInt32 || type.id == TypeId::kInt64 ||
         type.id == TypeId::kUInt64;
}

bool is_real_type(LogicalType type) { return zone_kind(type) == ZoneKind::kReal; }

/// What must be known for an aggregate; none if zone maps do not do.
std::optional<Fact> fact_for(PageSummary kind, LogicalType type) {
  const bool number_like = zone_kind(type) == ZoneKind::kInteger || is_real_type(type);
  switch (kind) {
    case PageSummary::kCountValues:
      return Fact::kCount;
    case PageSummary::kSum:
      return is_summed(type) ? std::optional(Fact::kSum) : std::nullopt;
    case PageSummary::kMin:
    case PageSummary::kMax:
      return number_like ? std::optional(Fact::kBounds) : std::nullopt;
    case PageSummary::kFirst:
    case PageSummary::kLast:
      return number_like ? std::optional(Fact::kEnds) : std::nullopt;
    case PageSummary::kNone:
    case PageSummary::kCountRows:
      break;
  }
  return std::nullopt;
}

/// The scan's column that an expression is; kNoColumn if it is more than that.
ColumnId column_of(const Expression& expression, const PhysicalScan& scan) {
  return expression.kind == ExpressionKind::kInput ? scan.columns[expression.as<InputExpression>().index] : kNoColumn;
}

/// A value in the terms of zone maps.
Value value_of(LogicalType type, int64_t bits) {
  if (is_real_type(type)) {
    const auto real = std::bit_cast<double>(bits);
    return type.physical() == PhysicalType::kFloat32 ? Value::float32(static_cast<float>(real)) : Value::float64(real);
  }
  if (type.physical() == PhysicalType::kUInt64) {
    return Value::uint64(static_cast<uint64_t>(bits) ^ (uint64_t{1} << 63)).with_type(type);
  }
  return Value::integer(type, bits);
}

Value integer_value(LogicalType type, Int128 number) {
  return type.physical() == PhysicalType::kUInt64 ? Value::uint64(static_cast<uint64_t>(number)).with_type(type)
                                                  : Value::integer(type, static_cast<int64_t>(number));
}

class Shaper {
 public:
  Shaper(const AggregateShape& shape, const PhysicalScan& scan, const TableEntry& table)
      : shape_(shape), scan_(scan), table_(table), result_(std::make_unique<SummaryShape>()) {}

  std::unique_ptr<const SummaryShape> make() {
    if (table_.kind == TableKind::kSeries) {
      result_->time_type = table_.find_column(table_.time_column)->type;
    }
    if (!take_groups()) {
      return nullptr;
    }
    for (size_t index = 0; index < shape_.list.items().size(); ++index) {
      if (!take_aggregate(shape_.list.items()[index])) {
        return nullptr;
      }
    }
    result_->wish = std::make_shared<const SummaryWish>(std::move(wish_));
    return std::move(result_);
  }

 private:
  bool take_groups() {
    const PhysicalAggregate& plan = shape_.plan;
    for (size_t group = 0; group < plan.groups.size(); ++group) {
      if (plan.bucket && plan.bucket->group == group) {
        result_->key_of.emplace_back();
        continue;
      }
      const ColumnId column = column_of(*plan.groups[group], scan_);
      if (column == kNoColumn || column == table_.time_column || !table_.is_key_column(column)) {
        return false;
      }
      result_->key_of.emplace_back(wish_.keys.size());
      wish_.keys.push_back(column);
    }
    if (plan.bucket) {
      const bool has_infinity = result_->time_type.id != TypeId::kTimestampTzNs;
      wish_.belong_together = [bucket = *plan.bucket, has_infinity](int64_t first, int64_t last) {
        const TimeBucket found = bucket_of(first, bucket, has_infinity);
        return last < found.end || (found.end == INT64_MAX && (last != INT64_MAX || first == last));
      };
    }
    return true;
  }

  bool take_aggregate(const AggregateList::Item& aggregate) {
    const PageSummary kind = aggregate.function->summary;
    if (aggregate.deferred || aggregate.filter) {
      return false;
    }
    SummaryShape::Item& item = result_->items.emplace_back();
    item.kind = kind;
    if (kind == PageSummary::kCountRows) {
      return true;
    }
    const bool timed = kind == PageSummary::kFirst || kind == PageSummary::kLast;
    if (aggregate.arguments.size() != (timed ? 2 : 1)) {
      return false;
    }
    const bool is_series = table_.kind == TableKind::kSeries;
    if (timed && (!is_series || column_of(*aggregate.arguments[1], scan_) != table_.time_column)) {
      return false;
    }
    const ColumnId column = column_of(*aggregate.arguments[0], scan_);
    item.type = aggregate.argument_types[0];
    if (is_series && column == table_.time_column) {
      return kind == PageSummary::kCountValues || kind == PageSummary::kMin || kind == PageSummary::kMax;
    }
    const std::optional<Fact> fact = fact_for(kind, item.type);
    if (column == kNoColumn || column == kRowIdColumn || !fact || (is_series && table_.is_key_column(column)) ||
        table_.kind == TableKind::kKeyed) {
      return false;
    }
    item.column = wish_.columns.size();
    wish_.columns.push_back({column, *fact});
    return true;
  }

  const AggregateShape& shape_;
  const PhysicalScan& scan_;
  const TableEntry& table_;
  SummaryWish wish_;
  std::unique_ptr<SummaryShape> result_;
};

}  // namespace

std::unique_ptr<const SummaryShape> shape_summaries(const AggregateShape& shape, const ExecutionState& state) {
  const PhysicalAggregate& plan = shape.plan;
  const PhysicalNode& child = *plan.children[0];
  if (!plan.zone_answers || child.kind != PhysicalKind::kScan || shape.sets.size() != 1 ||
      (!plan.groups.empty() && !shape.by_runs)) {
    return nullptr;
  }
  const auto& scan = child.as<PhysicalScan>();
  const TableEntry* table = state.snapshot->catalog()->table(scan.table);
  if (table == nullptr || scan.residual || scan.order != WantedOrder::kAny) {
    return nullptr;
  }
  return Shaper(shape, scan, *table).make();
}

bool SummaryGroups::take(const SummarizedPage& page) {
  const bool has_infinity = shape_.time_type.id != TypeId::kTimestampTzNs;
  const int64_t bucket = plan_.bucket ? bucket_of(page.order_min, *plan_.bucket, has_infinity).value : 0;
  const bool one_group = shape_.key_of.empty();
  if (rows_ == 0 || bucket != bucket_ || !(page.same_keys || one_group || shape_.wish->keys.empty())) {
    flush();
    if (closed_) {
      return false;
    }
    find_group(page, bucket);
  }
  rows_ += page.rows;
  for (size_t item = 0; item < totals_.size(); ++item) {
    add(shape_.items[item], page, totals_[item]);
  }
  return true;
}

void SummaryGroups::find_group(const SummarizedPage& page, int64_t bucket) {
  bucket_ = bucket;
  std::vector<Vector> keys;
  for (const std::optional<size_t>& key : shape_.key_of) {
    if (key) {
      keys.push_back(page.keys[*key]);
    } else {
      Vector& value = keys.emplace_back(Vector::flat(plan_.groups[plan_.bucket->group]->type, 1));
      *value.mutable_data<int64_t>() = bucket;
    }
  }
  table_.find_or_add(keys, 1, {&group_, 1});
}

void SummaryGroups::add(const SummaryShape::Item& item, const SummarizedPage& page, Total& total) {
  if (item.kind == PageSummary::kCountRows) {
    return;
  }
  if (!item.column) {
    total.least = total.count == 0 ? page.order_min : std::min(total.least, page.order_min);
    total.greatest = total.count == 0 ? page.order_max : std::max(total.greatest, page.order_max);
    total.count += page.rows;
    return;
  }
  const SummarizedPage::Column& column = page.columns[*item.column];
  if (column.zone == nullptr) {
    return;
  }
  const ZoneMap& zone = *column.zone;
  const bool first = total.count == 0;
  total.count += zone.rows - zone.nulls;
  switch (item.kind) {
    case PageSummary::kSum:
      total.sum += zone.integer_sum;
      break;
    case PageSummary::kMin:
      total.least = first ? zone.integer_min : std::min(total.least, zone.integer_min);
      total.real_least = first ? zone.real_min : std::min(total.real_least, zone.real_min);
      break;
    case PageSummary::kMax:
      total.greatest = first ? zone.integer_max : std::max(total.greatest, zone.integer_max);
      total.real_greatest = first ? zone.real_max : std::max(total.real_greatest, zone.real_max);
      break;
    case PageSummary::kFirst:
      if (first || column.first_time < total.time) {
        total.bits = zone.first_bits;
        total.time = column.first_time;
      }
      break;
    case PageSummary::kLast:
      if (first || column.last_time >= total.time) {
        total.bits = zone.last_bits;
        total.time = column.last_time;
      }
      break;
    case PageSummary::kNone:
    case PageSummary::kCountRows:
    case PageSummary::kCountValues:
      break;
  }
}

void SummaryGroups::flush() {
  if (rows_ == 0) {
    return;
  }
  for (size_t item = 0; item < totals_.size(); ++item) {
    feed(item, totals_[item]);
  }
  std::ranges::fill(totals_, Total{});
  rows_ = 0;
}

/// As rows that give the aggregate the same: a sum as values around their average, a bound as itself.
void SummaryGroups::feed(size_t index, const Total& total) {
  const SummaryShape::Item& item = shape_.items[index];
  const auto update = [&](std::span<const Vector> arguments, uint64_t count) {
    if (count > 0) {
      table_.update_item(index, arguments, group_, 0, count);
    }
  };
  if (item.kind == PageSummary::kCountRows) {
    update({}, rows_);
    return;
  }
  if (total.count == 0) {
    return;
  }
  const auto update_one = [&](const Value& value, uint64_t count) {
    const Vector argument = Vector::constant(value, count);
    update({&argument, 1}, count);
  };
  switch (item.kind) {
    case PageSummary::kCountValues:
      update_one(Value::boolean(true), total.count);  // only whether it is NULL is looked at
      break;
    case PageSummary::kSum: {
      const auto count = static_cast<Int128>(total.count);
      Int128 average = total.sum / count;
      Int128 rest = total.sum % count;
      if (rest < 0) {
        rest += count;
        --average;
      }
      update_one(integer_value(item.type, average), total.count - static_cast<uint64_t>(rest));
      if (rest > 0) {
        update_one(integer_value(item.type, average + 1), static_cast<uint64_t>(rest));
      }
      break;
    }
    case PageSummary::kMin:
      update_one(value_of(item.type, is_real_type(item.type) ? std::bit_cast<int64_t>(total.real_least) : total.least),
                 1);
      break;
    case PageSummary::kMax:
      update_one(
          value_of(item.type, is_real_type(item.type) ? std::bit_cast<int64_t>(total.real_greatest) : total.greatest),
          1);
      break;
    case PageSummary::kFirst:
    case PageSummary::kLast: {
      const Vector arguments[] = {Vector::constant(value_of(item.type, total.bits), 1),
                                  Vector::constant(Value::integer(shape_.time_type, total.time), 1)};
      update(arguments, 1);
      break;
    }
    case PageSummary::kNone:
    case PageSummary::kCountRows:
      break;
  }
}

}  // namespace tidemark
