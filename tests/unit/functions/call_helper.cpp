#include "call_helper.h"

#include <algorithm>

#include "functions/coercion.h"
#include "functions/overload_resolution.h"

namespace tidemark::testing {

TestContext::TestContext() {
  context.clock = &clock;
  context.random = &random;
}

ExpressionPtr constant(Value value) { return std::make_unique<ConstantExpression>(std::move(value)); }
ExpressionPtr input(uint32_t index, LogicalType type) { return std::make_unique<InputExpression>(index, type); }

namespace {

ExpressionPtr call_of(const ResolvedScalar& resolved, std::vector<ExpressionPtr> arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    arguments[i] = coerce(std::move(arguments[i]), resolved.arguments[i], CastContext::kImplicit);
  }
  return std::make_unique<FunctionExpression>(*resolved.function, resolved.result, std::move(arguments));
}

std::vector<LogicalType> types_of(const std::vector<ExpressionPtr>& expressions) {
  std::vector<LogicalType> types;
  for (const ExpressionPtr& expression : expressions) types.push_back(expression->type);
  return types;
}

}  // namespace

ExpressionPtr call(std::string_view name, std::vector<ExpressionPtr> arguments, Flavour flavour) {
  const ResolvedScalar resolved = resolve_scalar(name, types_of(arguments), flavour);
  return call_of(resolved, std::move(arguments));
}

ExpressionPtr operation(std::string_view symbol, std::vector<ExpressionPtr> arguments, Flavour flavour) {
  const ResolvedScalar resolved = resolve_operator(symbol, types_of(arguments), flavour);
  return call_of(resolved, std::move(arguments));
}

ExpressionPtr control(ExpressionKind kind, LogicalType type, std::vector<ExpressionPtr> parts) {
  return std::make_unique<ControlExpression>(kind, type, std::move(parts));
}

namespace {

template <class T>
void put(Vector& vector, size_t row, const Vector& constant) {
  vector.mutable_data<T>()[row] = constant.data<T>()[0];
}

}  // namespace

Vector flat_vector(LogicalType type, std::span<const Value> values) {
  Vector vector = Vector::flat(type, values.size());
  for (size_t row = 0; row < values.size(); ++row) {
    const Vector one =
        values[row].is_null() ? Vector::null_constant(type, 1) : Vector::constant(values[row].with_type(type), 1);
    switch (type.physical()) {
      case PhysicalType::kBool:
        put<uint8_t>(vector, row, one);
        break;
      case PhysicalType::kInt16:
        put<int16_t>(vector, row, one);
        break;
      case PhysicalType::kInt32:
        put<int32_t>(vector, row, one);
        break;
      case PhysicalType::kInt64:
        put<int64_t>(vector, row, one);
        break;
      case PhysicalType::kUInt64:
        put<uint64_t>(vector, row, one);
        break;
      case PhysicalType::kFloat32:
        put<float>(vector, row, one);
        break;
      case PhysicalType::kFloat64:
        put<double>(vector, row, one);
        break;
      case PhysicalType::kInterval:
        put<Interval>(vector, row, one);
        break;
      case PhysicalType::kUuid:
        put<Uuid>(vector, row, one);
        break;
      case PhysicalType::kBytes:
        vector.mutable_data<std::string_view>()[row] = vector.heap().add(one.data<std::string_view>()[0]);
        break;
    }
    if (values[row].is_null()) vector.set_null(row);
  }
  return vector;
}

std::vector<Vector> all_forms(LogicalType type, std::span<const Value> values) {
  std::vector<Vector> forms = {flat_vector(type, values)};
  // Entries backwards, each twice, so that codes are not the identity and half of the entries are unused.
  std::vector<Value> entries(values.rbegin(), values.rend());
  entries.insert(entries.end(), values.begin(), values.end());
  std::vector<uint32_t> codes;
  for (size_t row = 0; row < values.size(); ++row) codes.push_back(static_cast<uint32_t>(values.size() - 1 - row));
  forms.push_back(Vector::dictionary(std::make_shared<const Vector>(flat_vector(type, entries)), codes));
  std::vector<Value> runs;
  std::vector<uint32_t> ends;
  for (size_t row = 0; row < values.size(); ++row) {
    if (row == 0 || !(values[row] == values[row - 1])) {
      runs.push_back(values[row]);
      ends.push_back(0);
    }
    ends.back() = static_cast<uint32_t>(row + 1);
  }
  forms.push_back(Vector::run(std::make_shared<const Vector>(flat_vector(type, runs)), ends));
  return forms;
}

}  // namespace tidemark::testing
