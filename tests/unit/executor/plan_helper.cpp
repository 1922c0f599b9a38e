#include "tests/unit/executor/plan_helper.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "base/faulty_file_system.h"
#include "base/memory_tracker.h"
#include "executor/value_column.h"
#include "functions/coercion.h"
#include "functions/overload_resolution.h"

namespace tidemark::testing {

std::string show(const Value& value) {
  if (value.is_null()) {
    return "NULL";
  }
  switch (value.type().physical()) {
    case PhysicalType::kUInt64:
      return std::to_string(value.as_uint64());
    case PhysicalType::kFloat32:
    case PhysicalType::kFloat64: {
      char text[64];
      std::snprintf(text, sizeof(text), "%.12g", value.as_double() == 0 ? 0.0 : value.as_double());
      return text;
    }
    case PhysicalType::kBytes:
      return "'" + value.as_bytes() + "'";
    case PhysicalType::kInterval:
      return std::to_string(value.as_interval().months) + "m" + std::to_string(value.as_interval().days) + "d" +
             std::to_string(value.as_interval().microseconds);
    case PhysicalType::kUuid:
      return std::string(reinterpret_cast<const char*>(value.as_uuid().bytes), 16);
    default:
      return std::to_string(value.as_int64());
  }
}

std::vector<std::string> show(const Rows& rows) {
  std::vector<std::string> lines;
  for (const Row& row : rows) {
    std::string line;
    for (const Value& value : row) {
      line += (line.empty() ? "" : " | ") + show(value);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> sorted(std::vector<std::string> lines) {
  std::ranges::sort(lines);
  return lines;
}

void unbox(const DataChunk& chunk, Rows& rows) {
  for (size_t row = 0; row < chunk.size; ++row) {
    Row& boxed = rows.emplace_back();
    for (const Vector& column : chunk.columns) {
      boxed.push_back(column.value(row));
    }
  }
}

namespace {

Value random_value(Random& random, const ColumnShape& shape) {
  if (random.chance(shape.nulls)) {
    return Value::null(shape.type);
  }
  const int64_t number = random.between(0, shape.distinct - 1);
  switch (shape.type.physical()) {
    case PhysicalType::kFloat64:
      return Value::float64(static_cast<double>(number) / 4 - 1).with_type(shape.type);
    case PhysicalType::kFloat32:
      return Value::float32(static_cast<float>(number) / 4 - 1).with_type(shape.type);
    case PhysicalType::kBytes:
      return Value::bytes(shape.type,
                          (number % 3 == 0 ? "a longer text than fits inside " : "t") + std::to_string(number));
    case PhysicalType::kBool:
      return Value::integer(shape.type, number & 1);
    case PhysicalType::kUInt64:
      return Value::uint64(static_cast<uint64_t>(number)).with_type(shape.type);
    case PhysicalType::kInterval:
      return Value::interval({number % 3 * 86'400'000'000, static_cast<int32_t>(number / 3), 0}).with_type(shape.type);
    case PhysicalType::kUuid: {
      Uuid uuid;
      uuid.bytes[15] = static_cast<uint8_t>('a' + number % 26);
      uuid.bytes[0] = static_cast<uint8_t>('0' + number / 26 % 10);
      return Value::uuid(uuid).with_type(shape.type);
    }
    default:
      return Value::integer(shape.type, number - 3);
  }
}

Vector random_flat(Random& random, const ColumnShape& shape, size_t size) {
  ValueColumn column(shape.type);
  for (size_t row = 0; row < size; ++row) {
    column.append(random_value(random, shape));
  }
  return column.take();
}

}  // namespace

Vector random_column(Random& random, const ColumnShape& shape, size_t size) {
  switch (size == 0 ? 0 : random.below(4)) {
    case 1:
      return Vector::constant(random_value(random, shape), size);
    case 2: {
      const size_t entries = 1 + random.below(12);
      auto values = std::make_shared<const Vector>(random_flat(random, shape, entries));
      std::vector<uint32_t> codes(size);
      for (uint32_t& code : codes) {
        code = static_cast<uint32_t>(random.below(entries));
      }
      return Vector::dictionary(std::move(values), std::move(codes));
    }
    case 3: {
      std::vector<uint32_t> ends;
      for (size_t end = 0; end < size;) {
        end = std::min(size, end + 1 + random.below(size));
        ends.push_back(static_cast<uint32_t>(end));
      }
      auto values = std::make_shared<const Vector>(random_flat(random, shape, ends.size()));
      return Vector::run(std::move(values), std::move(ends));
    }
    default:
      return random_flat(random, shape, size);
  }
}

std::vector<size_t> telling_sizes() { return {0, 1, 2, kVectorSize - 1, kVectorSize, kVectorSize + 1}; }

std::vector<PlanOutput> outputs_of(const std::vector<LogicalType>& types) {
  std::vector<PlanOutput> outputs;
  for (const LogicalType type : types) {
    PlanOutput& output = outputs.emplace_back();
    output.type = type;
    output.name = "c" + std::to_string(outputs.size());
  }
  return outputs;
}

PhysicalPtr source(std::vector<Vector> columns, size_t size) {
  auto node = std::make_unique<PhysicalValues>();
  std::vector<LogicalType> types;
  for (const Vector& column : columns) {
    types.push_back(column.type());
  }
  node->outputs = outputs_of(types);
  node->literals = std::move(columns);
  node->literal_row_count = size;
  return node;
}

Rows rows_of(const std::vector<Vector>& columns, size_t size) {
  DataChunk chunk;
  chunk.columns = columns;
  chunk.size = size;
  Rows rows;
  unbox(chunk, rows);
  return rows;
}

ExpressionPtr aggregate(std::string_view name, std::vector<ExpressionPtr> arguments) {
  std::vector<LogicalType> types;
  for (const ExpressionPtr& argument : arguments) {
    types.push_back(argument->type);
  }
  const ResolvedAggregate resolved = resolve_aggregate(name, types);
  for (size_t i = 0; i < arguments.size(); ++i) {
    arguments[i] = coerce(std::move(arguments[i]), resolved.arguments[i], CastContext::kImplicit);
  }
  return std::make_unique<AggregateExpression>(*resolved.function, resolved.result, std::move(arguments));
}

SortKey sort_key(ExpressionPtr expression, bool descending, bool nulls_first) {
  return {std::move(expression), descending, nulls_first};
}

Rows run(const PhysicalPtr& plan, const RunOptions& options) { return run(*plan, options); }

Rows run(const PhysicalNode& plan, const RunOptions& options) {
  TestContext test;
  MemoryTracker memory("query_memory_limit", options.query_memory_bytes);
  FaultyFileSystem files;
  files.create_directory("spill");
  ThreadPool pool("test", options.workers - 1);
  test.context.memory = &memory;
  test.context.work_mem_bytes = options.work_mem_bytes;
  test.context.max_parallel_workers = options.workers;
  // The plan stays the caller's.
  const std::shared_ptr<PlannedStatement> statement(new PlannedStatement, [](PlannedStatement* borrower) {
    static_cast<void>(borrower->plan.release());
    delete borrower;
  });
  statement->plan.reset(&plan);
  ExecutionContext context{.query = test.context};
  context.snapshot = options.snapshot;
  context.transaction = options.transaction;
  context.parameters = options.parameters;
  context.workers = &pool;
  context.alone_for = {};  // so that small inputs are read by several threads, too
  if (options.can_spill) {
    context.files = &files;
    context.spill_folder = "spill";
  }
  Rows rows;
  {
    Execution execution(statement, std::move(context));
    DataChunk chunk;
    while (execution.next(chunk)) {
      EXPECT_GT(chunk.size, 0U);
      EXPECT_LE(chunk.size, kVectorSize);
      for (const Vector& column : chunk.columns) {
        EXPECT_EQ(column.size(), chunk.size);
      }
      unbox(chunk, rows);
    }
  }
  EXPECT_EQ(memory.used_bytes(), 0);
  EXPECT_TRUE(files.list("spill").empty());
  return rows;
}

}  // namespace tidemark::testing
