#include "executor/operators/table_function.h"

#include <algorithm>
#include <optional>

#include "functions/evaluator.h"
#include "functions/table_function.h"

namespace tidemark {

/// Row by row of the child (or once, of one empty row): starts the calls, and zips what they give.
class TableFunctionOperator::Stream final : public RowStream {
 public:
  Stream(TableFunctionOperator& owner, std::unique_ptr<RowStream> source)
      : owner_(owner), evaluator_(owner.query()), source_(std::move(source)), calls_(owner.plan_.calls.size()) {}

  bool next(DataChunk& chunk) override {
    for (;;) {
      owner_.query().check_cancelled();
      if (!running_ && !start_row()) {
        chunk.reset();
        return false;
      }
      if (next_of_row(chunk)) {
        return true;
      }
      running_ = false;
    }
  }

 private:
  /// One call for the current row. What it gave is taken as far as all calls have given.
  struct Call {
    std::unique_ptr<TableFunctionCall> call;
    DataChunk rows;
    size_t taken = 0;
    [[nodiscard]] size_t left() const { return rows.size - taken; }
  };

  bool start_row() {
    if (row_ == input_.size) {
      row_ = 0;
      if (source_ == nullptr) {
        if (started_) {
          return false;
        }
        input_.size = 1;
      } else if (!source_->next(input_)) {
        return false;
      }
      started_ = true;
      argument_values_.clear();
      for (const auto& arguments : owner_.arguments_) {
        std::vector<Vector>& values = argument_values_.emplace_back();
        for (const PreparedExpression& argument : arguments) {
          values.push_back(evaluator_.evaluate(*argument, input_));
        }
      }
    }
    for (size_t index = 0; index < calls_.size(); ++index) {
      const TableFunction& function = *owner_.plan_.calls[index].function;
      std::vector<Value> arguments;
      bool any_null = false;
      for (const Vector& values : argument_values_[index]) {
        arguments.push_back(values.value(row_));
        any_null = any_null || arguments.back().is_null();
      }
      calls_[index] = Call();
      if (!any_null || function.null_rule != NullRule::kStrict) {
        calls_[index].call = function.start(owner_.query(), arguments, owner_.call_types(index));
      }
    }
    ++row_;
    ordinal_ = 0;
    running_ = true;
    return true;
  }

  bool next_of_row(DataChunk& chunk) {
    size_t count = kVectorSize;
    bool any = false;
    for (Call& call : calls_) {
      while (call.left() == 0 && call.call != nullptr) {
        call.taken = 0;
        if (!call.call->next(call.rows)) {
          call.call.reset();
          call.rows.reset();
        }
      }
      if (call.left() > 0) {
        any = true;
        count = std::min(count, call.left());
      }
    }
    if (!any) {
      return false;
    }
    chunk.reset();
    chunk.size = count;
    const std::vector<uint32_t> repeated(count, static_cast<uint32_t>(row_ - 1));
    for (const Vector& column : input_.columns) {
      chunk.columns.push_back(column.select(repeated));
    }
    for (size_t index = 0; index < calls_.size(); ++index) {
      Call& call = calls_[index];
      const std::vector<LogicalType> types = owner_.call_types(index);
      for (size_t column = 0; column < types.size(); ++column) {
        chunk.columns.push_back(call.left() > 0 ? call.rows.columns[column].slice(call.taken, count)
                                                : Vector::null_constant(types[column], count));
      }
      call.taken += call.left() > 0 ? count : 0;
    }
    if (owner_.plan_.ordinality) {
      Vector ordinals = Vector::flat(TypeId::kInt64, count);
      for (size_t row = 0; row < count; ++row) {
        ordinals.mutable_data<int64_t>()[row] = ++ordinal_;
      }
      chunk.columns.push_back(std::move(ordinals));
    }
    return true;
  }

  TableFunctionOperator& owner_;
  Evaluator evaluator_;
  std::unique_ptr<RowStream> source_;
  std::vector<Call> calls_;
  DataChunk input_;
  size_t row_ = 0;  ///< the next row of input_
  bool running_ = false;
  bool started_ = false;
  std::vector<std::vector<Vector>> argument_values_;
  int64_t ordinal_ = 0;
};

TableFunctionOperator::TableFunctionOperator(const PhysicalTableFunction& plan, ExecutionState& state)
    : Operator(plan, state), plan_(plan) {
  if (!plan.children.empty()) {
    child_ = make_operator(*plan.children[0], state);
    child_width_ = plan.children[0]->outputs.size();
  }
  for (const PhysicalTableFunction::Call& call : plan.calls) {
    arguments_.push_back(prepare_all(call.arguments, state));
  }
}

std::vector<LogicalType> TableFunctionOperator::call_types(size_t call) const {
  size_t first = child_width_;
  for (size_t index = 0; index < call; ++index) {
    first += plan_.calls[index].output_count;
  }
  std::vector<LogicalType> types;
  for (size_t column = 0; column < plan_.calls[call].output_count; ++column) {
    types.push_back(plan_.outputs[first + column].type);
  }
  return types;
}

void TableFunctionOperator::start() {
  if (child_ != nullptr) {
    child_->start();
  }
}

std::unique_ptr<RowStream> TableFunctionOperator::make_stream() {
  return std::make_unique<Stream>(*this, child_ != nullptr ? child_->open() : nullptr);
}

}  // namespace tidemark
