// Bytes a value and values a second of every encoding, on pages of 2,048 values that lie in the L2 cache: what the
// chooser takes for each shape of data, and each encoding on its own.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "base/random.h"
#include "storage/encodings/float_encoding.h"
#include "storage/encodings/integer_encoding.h"
#include "types/vector.h"

namespace tidemark {
namespace {

struct IntegerShape {
  const char* name;
  std::vector<int64_t> values;
};
struct FloatShape {
  const char* name;
  std::vector<double> values;
};

/// A normal step of standard deviation 1, as the devops data has.
double normal(Random& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) {
    sum += random.uniform();
  }
  return sum;
}

template <class T>
std::vector<T> make(const std::function<T(size_t)>& at) {
  std::vector<T> values(kVectorSize);
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = at(i);
  }
  return values;
}

std::vector<IntegerShape> integer_shapes() {
  Random random(1);
  int64_t level = 50;
  return {
      {"clamped walk", make<int64_t>([&](size_t) {
         level = std::clamp<int64_t>(level + std::llround(normal(random)), 0, 100);
         return level;
       })},
      {"regular time", make<int64_t>([](size_t i) { return static_cast<int64_t>(i) * 10'000'000'000; })},
      {"jittered time", make<int64_t>([&](size_t i) {
         return static_cast<int64_t>(i) * 10'000'000'000 + random.between(-500'000, 500'000);
       })},
      {"bytes", make<int64_t>([&](size_t) { return random.between(0, 255); })},
      {"booleans", make<int64_t>([&](size_t) { return random.between(0, 1); })},
      {"runs", make<int64_t>([&](size_t i) { return static_cast<int64_t>(i / 100 % 7); })},
      {"64 bits", make<int64_t>([&](size_t) { return static_cast<int64_t>(random.next()); })},
  };
}

std::vector<FloatShape> float_shapes() {
  Random random(2);
  double level = 100;
  double walk = 50;
  return {
      {"two decimals", make<double>([&](size_t) {
         level += normal(random);
         return std::round(level * 100) / 100;
       })},
      {"whole numbers", make<double>([&](size_t) {
         walk = std::clamp(walk + std::round(normal(random)), 0.0, 100.0);
         return walk;
       })},
      {"true reals", make<double>([&](size_t) { return normal(random); })},
  };
}

void report(benchmark::State& state, size_t bytes) {
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kVectorSize));
  state.counters["bytes/value"] = static_cast<double>(bytes) / static_cast<double>(kVectorSize);
}

void decode_chosen_integers(benchmark::State& state, const IntegerShape& shape, PageGoal goal) {
  ByteWriter bytes;
  encode_integers(shape.values, bytes, goal);
  std::vector<int64_t> out(kVectorSize);
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(decode_integers(bytes.view(), out));
    benchmark::ClobberMemory();
  }
  report(state, bytes.size());
}

void encode_chosen_integers(benchmark::State& state, const IntegerShape& shape) {
  ByteWriter bytes;
  for ([[maybe_unused]] auto _ : state) {
    bytes.clear();
    encode_integers(shape.values, bytes);
    benchmark::ClobberMemory();
  }
  report(state, bytes.size());
}

void decode_with(benchmark::State& state, const IntegerShape& shape, const IntegerEncoding& encoding) {
  std::vector<int64_t> deltas(shape.values.size());
  size_t run_count = 1;
  for (size_t i = 1; i < deltas.size(); ++i) {
    deltas[i] =
        static_cast<int64_t>(static_cast<uint64_t>(shape.values[i]) - static_cast<uint64_t>(shape.values[i - 1]));
    run_count += deltas[i] != 0 ? 1 : 0;
  }
  const IntegerProfile profile{.values = shape.values,
                               .deltas = deltas,
                               .run_count = run_count,
                               .value_plan = plan_packing(shape.values),
                               .delta_plan = plan_packing(std::span(deltas).subspan(1))};
  if (encoding.estimate(profile) == SIZE_MAX) {
    state.SkipWithError("does not fit these values");
    return;
  }
  ByteWriter bytes;
  encoding.encode(profile, bytes);
  std::vector<int64_t> out(kVectorSize);
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(encoding.decode(bytes.view(), out));
    benchmark::ClobberMemory();
  }
  report(state, bytes.size());
}

void decode_chosen_floats(benchmark::State& state, const FloatShape& shape) {
  ByteWriter bytes;
  encode_floats(std::span<const double>(shape.values), bytes);
  std::vector<double> out(kVectorSize);
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(decode_floats(bytes.view(), std::span(out)));
    benchmark::ClobberMemory();
  }
  report(state, bytes.size());
}

void encode_chosen_floats(benchmark::State& state, const FloatShape& shape) {
  ByteWriter bytes;
  for ([[maybe_unused]] auto _ : state) {
    bytes.clear();
    encode_floats(std::span<const double>(shape.values), bytes);
    benchmark::ClobberMemory();
  }
  report(state, bytes.size());
}

void register_all() {
  static const std::vector<IntegerShape> integers = integer_shapes();
  static const std::vector<FloatShape> floats = float_shapes();
  for (const IntegerShape& shape : integers) {
    const std::string name = shape.name;
    benchmark::RegisterBenchmark(("decode/" + name).c_str(), decode_chosen_integers, shape, PageGoal::kFast);
    benchmark::RegisterBenchmark(("decode/" + name + "/cold").c_str(), decode_chosen_integers, shape, PageGoal::kSmall);
    benchmark::RegisterBenchmark(("encode/" + name).c_str(), encode_chosen_integers, shape);
    for (const IntegerEncoding* encoding : integer_encodings()) {
      benchmark::RegisterBenchmark(("decode/" + name + "/" + encoding->name).c_str(), decode_with, shape, *encoding);
    }
  }
  for (const FloatShape& shape : floats) {
    const std::string name = shape.name;
    benchmark::RegisterBenchmark(("decode/" + name).c_str(), decode_chosen_floats, shape);
    benchmark::RegisterBenchmark(("encode/" + name).c_str(), encode_chosen_floats, shape);
  }
}

}  // namespace
}  // namespace tidemark

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  tidemark::register_all();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
