#include "executor/operators/gap_fill.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "executor/pipeline.h"

namespace tidemark {
namespace {

std::vector<uint32_t> order_columns(const PhysicalGapFill& plan) {
  std::vector<uint32_t> columns = plan.groups;
  columns.push_back(plan.bucket);
  return columns;
}

int64_t integer_at(const GrowingColumn& column, size_t row) {
  switch (column.type().physical()) {
    case PhysicalType::kInt16:
      return column.data<int16_t>()[row];
    case PhysicalType::kInt32:
      return column.data<int32_t>()[row];
    case PhysicalType::kInt64:
      return column.data<int64_t>()[row];
    default:
      throw Error(sqlstate::kFeatureNotSupported, "buckets of type " + column.type().to_string() + " cannot be filled");
  }
}

double number_at(const GrowingColumn& column, size_t row) {
  switch (column.type().physical()) {
    case PhysicalType::kFloat32:
      return static_cast<double>(column.data<float>()[row]);
    case PhysicalType::kFloat64:
      return column.data<double>()[row];
    default:
      return static_cast<double>(integer_at(column, row));
  }
}

bool can_interpolate(LogicalType type) {
  return is_integer_type(type.id) || type.id == TypeId::kFloat32 || type.id == TypeId::kFloat64;
}

}  // namespace

/// Group by group: lays the group's rows on the grid of buckets, then fills column by column.
class GapFillOperator::Stream final : public RowStream {
 public:
  explicit Stream(GapFillOperator& owner) : owner_(owner), output_(owner.types_) {}

  bool next(DataChunk& chunk) override {
    while (position_ == output_.size()) {
      if (next_row_ == owner_.sorted_.size() && !(owner_.plan_.groups.empty() && !made_any_)) {
        chunk.reset();
        return false;
      }
      owner_.query().check_cancelled();
      fill_group();
    }
    const size_t count = std::min(kVectorSize, output_.size() - position_);
    chunk = output_.chunk(position_, count);
    position_ += count;
    return true;
  }

 private:
  static constexpr uint32_t kGap = GrowingColumn::kNullRow;

  void fill_group() {
    made_any_ = true;
    output_ = RowCollection(owner_.types_);
    position_ = 0;
    const size_t first = next_row_;
    const std::vector<uint32_t>& sorted = owner_.sorted_;
    while (next_row_ < sorted.size() && owner_.order_.compare(owner_.rows_, sorted[first], owner_.rows_,
                                                              sorted[next_row_], 0, owner_.plan_.groups.size()) == 0) {
      ++next_row_;
    }
    lay_out(std::span(sorted).subspan(first, next_row_ - first));
    DataChunk rows;
    rows.size = slots_.size();
    for (size_t column = 0; column < owner_.types_.size(); ++column) {
      if (column == owner_.plan_.bucket) {
        rows.columns.push_back(bucket_column());
      } else if (std::ranges::find(owner_.plan_.groups, column) != owner_.plan_.groups.end()) {
        const std::vector<uint32_t> same(slots_.size(), sorted[first]);
        rows.columns.push_back(owner_.rows_.column(column).gather(same));
      } else {
        rows.columns.push_back(filled(column));
      }
    }
    output_.append(rows);
  }

  /// slots_[i] = the row in bucket i, or kGap; buckets_[i] its start.
  void lay_out(std::span<const uint32_t> rows) {
    slots_.clear();
    buckets_.clear();
    const GrowingColumn& column = owner_.rows_.column(owner_.plan_.bucket);
    size_t next = 0;
    const auto take = [&](uint32_t row, int64_t bucket) {
      slots_.push_back(row);
      buckets_.push_back(bucket);
    };
    // Rows without a bucket, and those before the range, stay as they are.
    const auto bucket_of = [&](size_t i) { return integer_at(column, rows[i]); };
    const auto is_bucket = [&](size_t i) { return i < rows.size() && !column.is_null(rows[i]); };
    if (owner_.from_ && owner_.to_) {
      int64_t bucket = *owner_.from_;
      for (; is_bucket(next) && bucket_of(next) < bucket; ++next) {
        take(rows[next], bucket_of(next));
      }
      while (bucket < *owner_.to_) {
        if (is_bucket(next) && bucket_of(next) <= bucket) {
          // A row off the grid moves the grid: the range began inside a bucket.
          bucket = std::max(bucket, bucket_of(next));
          take(rows[next], bucket_of(next));
          ++next;
        } else if (is_bucket(next) && bucket_of(next) < owner_.width_.plus(bucket)) {
          bucket = bucket_of(next);
          take(rows[next++], bucket);
        } else {
          take(kGap, bucket);
        }
        const int64_t following = owner_.width_.plus(bucket);
        if (following <= bucket) {
          break;
        }
        bucket = following;
        constexpr size_t kBucketsMax = 100'000'000;
        if (slots_.size() > kBucketsMax) {
          throw Error(sqlstate::kProgramLimitExceeded, "too many buckets to fill");
        }
      }
    }
    for (; next < rows.size(); ++next) {
      take(rows[next], is_bucket(next) ? bucket_of(next) : 0);
    }
  }

  Vector bucket_column() const {
    const LogicalType type = owner_.types_[owner_.plan_.bucket];
    const GrowingColumn& column = owner_.rows_.column(owner_.plan_.bucket);
    Vector result = Vector::flat(type, slots_.size());
    for (size_t slot = 0; slot < slots_.size(); ++slot) {
      switch (type.physical()) {
        case PhysicalType::kInt16:
          result.mutable_data<int16_t>()[slot] = static_cast<int16_t>(buckets_[slot]);
          break;
        case PhysicalType::kInt32:
          result.mutable_data<int32_t>()[slot] = static_cast<int32_t>(buckets_[slot]);
          break;
        default:
          result.mutable_data<int64_t>()[slot] = buckets_[slot];
      }
      if (slots_[slot] != kGap && column.is_null(slots_[slot])) {
        result.set_null(slot);
      }
    }
    return result;
  }

  Vector filled(size_t column_index) const {
    const GrowingColumn& column = owner_.rows_.column(column_index);
    std::vector<uint32_t> source(slots_);
    const auto lacks = [&](size_t slot) { return source[slot] == kGap || column.is_null(source[slot]); };
    for (size_t index = 0; index < owner_.plan_.fills.size(); ++index) {
      const PhysicalGapFill::Fill& fill = owner_.plan_.fills[index];
      if (fill.column != column_index) {
        continue;
      }
      switch (fill.kind) {
        case FillKind::kNull:
          break;
        case FillKind::kPrevious:
          for (size_t slot = 1; slot < source.size(); ++slot) {
            if (lacks(slot)) {
              source[slot] = source[slot - 1];
            }
          }
          break;
        case FillKind::kValue: {
          GrowingColumn with_value(column.type());
          with_value.append(column.view(0, column.size()));
          with_value.append(Vector::constant(owner_.fill_values_[index], 1));
          for (size_t slot = 0; slot < source.size(); ++slot) {
            if (lacks(slot)) {
              source[slot] = static_cast<uint32_t>(column.size());
            }
          }
          return with_value.gather(source);
        }
        case FillKind::kLinear:
          return interpolated(column, source);
      }
    }
    return column.gather(source);
  }

  Vector interpolated(const GrowingColumn& column, const std::vector<uint32_t>& source) const {
    if (!can_interpolate(column.type())) {
      throw Error(sqlstate::kFeatureNotSupported,
                  "values of type " + column.type().to_string() + " cannot be interpolated");
    }
    const Vector known = column.gather(source);
    Vector result = Vector::flat(column.type(), source.size());
    const auto number = [&](size_t slot) { return number_at(column, source[slot]); };
    const auto put = [&](size_t slot, double value) {
      switch (column.type().physical()) {
        case PhysicalType::kFloat64:
          result.mutable_data<double>()[slot] = value;
          break;
        case PhysicalType::kFloat32:
          result.mutable_data<float>()[slot] = static_cast<float>(value);
          break;
        case PhysicalType::kInt16:
          result.mutable_data<int16_t>()[slot] = static_cast<int16_t>(value);
          break;
        case PhysicalType::kInt32:
          result.mutable_data<int32_t>()[slot] = static_cast<int32_t>(value);
          break;
        default:
          result.mutable_data<int64_t>()[slot] = static_cast<int64_t>(value);
      }
    };
    size_t before = SIZE_MAX;
    for (size_t slot = 0; slot < source.size(); ++slot) {
      if (!known.is_null(slot)) {
        if (column.type().physical() == PhysicalType::kInt64) {
          result.mutable_data<int64_t>()[slot] = known.data<int64_t>()[slot];  // Exact, also past 2^53.
        } else {
          put(slot, number(slot));
        }
        before = slot;
        continue;
      }
      size_t after = slot + 1;
      while (after < source.size() && known.is_null(after)) {
        ++after;
      }
      for (; slot < after; ++slot) {
        put(slot, 0);
        if (before == SIZE_MAX || after == source.size()) {
          result.set_null(slot);
          continue;
        }
        const double part = static_cast<double>(buckets_[slot] - buckets_[before]) /
                            static_cast<double>(buckets_[after] - buckets_[before]);
        put(slot, number(before) + (number(after) - number(before)) * part);
      }
      --slot;
    }
    return result;
  }

  GapFillOperator& owner_;
  RowCollection output_;
  size_t position_ = 0;
  size_t next_row_ = 0;  ///< of sorted_
  bool made_any_ = false;
  std::vector<uint32_t> slots_;
  std::vector<int64_t> buckets_;
};

GapFillOperator::GapFillOperator(const PhysicalGapFill& plan, ExecutionState& state)
    : Operator(plan, state),
      plan_(plan),
      child_(make_operator(*plan.children[0], state)),
      types_(output_types(*plan.children[0])),
      order_(order_columns(plan), types_, state),
      width_(types_[plan.bucket], evaluate_once(*plan.width, state), state.query()),
      rows_(order_.row_types()),
      reservation_(state.query().memory) {
  if (width_.is_negative() || width_.is_zero()) {
    throw Error(sqlstate::kInvalidParameterValue, "stride must be greater than zero");
  }
  for (const PhysicalGapFill::Fill& fill : plan.fills) {
    fill_values_.push_back(fill.value != nullptr ? evaluate_once(*fill.value, state)
                                                 : Value::null(types_[fill.column]));
  }
}

std::optional<int64_t> GapFillOperator::bound(const Expression* expression) const {
  if (expression == nullptr) {
    return std::nullopt;
  }
  const Value value = evaluate_once(*expression, state());
  return value.is_null() ? std::nullopt : std::optional(value.as_int64());
}

void GapFillOperator::start() {
  child_->start();
  Evaluator evaluator(query());
  const auto keep = [&](DataChunk& chunk) {
    order_.add_keys(chunk, evaluator);
    rows_.append(chunk);
    reservation_.resize(static_cast<int64_t>(rows_.memory_bytes()));
  };
  run_pipeline(state(), *child_, keep, node());
  sorted_ = order_.sorted(rows_);
  find_bounds();
}

/// Bounds that the plan leaves open are those of the data.
void GapFillOperator::find_bounds() {
  from_ = bound(plan_.from.get());
  to_ = bound(plan_.to.get());
  const GrowingColumn& column = rows_.column(plan_.bucket);
  std::optional<int64_t> least;
  std::optional<int64_t> greatest;
  for (size_t row = 0; row < rows_.size(); ++row) {
    if (!column.is_null(row)) {
      const int64_t bucket = integer_at(column, row);
      least = std::min(least.value_or(bucket), bucket);
      greatest = std::max(greatest.value_or(bucket), bucket);
    }
  }
  if (!from_) {
    from_ = least;
  } else if (least && *least < *from_ && width_.plus(*least) > *from_) {
    from_ = least;  // The range begins inside the first bucket.
  }
  if (!to_ && greatest) {
    to_ = *greatest == INT64_MAX ? INT64_MAX : *greatest + 1;
  }
}

std::unique_ptr<RowStream> GapFillOperator::make_stream() { return std::make_unique<Stream>(*this); }

}  // namespace tidemark
