// delta, increase and rate of values over time, whatever the order of the rows: the samples of a group are kept and
// sorted at the end. A value below the one before it is a counter that began again from zero.

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

#include "functions/aggregate_kernel.h"
#include "functions/function_tables.h"
#include "types/calendar.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

struct Sample {
  int64_t time;
  double value;
};

struct Samples {
  std::vector<Sample> all;
};

Samples& samples_of(std::byte* state) { return *std::launder(reinterpret_cast<Samples*>(state)); }

void take_sample(AggregateCall& call, std::byte* state, size_t row) {
  const Vector& values = call.arguments[0];
  const Vector& times = call.arguments[1];
  if (values.is_null(row) || times.is_null(row)) return;
  samples_of(state).all.push_back(
      {times.data<int64_t>()[times.is_constant() ? 0 : row], values.data<double>()[values.is_constant() ? 0 : row]});
}

/// What the last value is above the first.
bool delta(const AggregateCall& /*call*/, const std::vector<Sample>& samples, double& result) {
  if (samples.empty()) return false;
  result = samples.back().value - samples.front().value;
  return true;
}

/// How far a counter has gone up, resets taken into account.
bool increase(const AggregateCall& /*call*/, const std::vector<Sample>& samples, double& result) {
  if (samples.empty()) return false;
  result = 0;
  for (size_t i = 1; i < samples.size(); ++i) {
    const double before = samples[i - 1].value;
    const double value = samples[i].value;
    result += value >= before ? value - before : value;
  }
  return true;
}

/// The increase by second between the first and the last sample; NULL if no time lies between.
bool rate(const AggregateCall& call, const std::vector<Sample>& samples, double& result) {
  if (!increase(call, samples, result)) return false;
  const double units = call.arguments.size() > 1 && call.arguments[1].type().id == kTimestampTzNs ? 1e9 : 1e6;
  const double seconds = static_cast<double>(samples.back().time - samples.front().time) / units;
  if (seconds <= 0) return false;
  result /= seconds;
  return true;
}

using Finish = bool (*)(const AggregateCall& call, const std::vector<Sample>& samples, double& result);

template <Finish kFinish>
void add_counter(FunctionTables& tables, Text name, Text doc) {
  for (const TypeId time : {kTimestampTz, kTimestampTzNs, kTimestamp}) {
    AggregateFunction function;
    function.name = name;
    function.arguments = {kFloat64, time};
    function.result = kFloat64;
    function.state_bytes = sizeof(Samples);
    function.initialize = [](std::byte* state) { new (state) Samples(); };
    function.destroy = [](std::byte* state) { samples_of(state).~Samples(); };
    function.update_range = [](AggregateCall& call, std::byte* state, size_t first, size_t last) {
      for (size_t row = first; row < last; ++row) take_sample(call, state, row);
    };
    function.update_rows = [](AggregateCall& call, std::span<std::byte* const> states) {
      for (size_t row = 0; row < states.size(); ++row) take_sample(call, states[row], row);
    };
    function.combine = [](AggregateCall& /*call*/, std::byte* into, std::byte* from) {
      const std::vector<Sample>& source = samples_of(from).all;
      samples_of(into).all.insert(samples_of(into).all.end(), source.begin(), source.end());
    };
    function.finalize = [](AggregateCall& call, std::span<std::byte* const> states, Vector& result) {
      detail::finalize_each<double>(call, states.size(), result, [&](size_t i, double& output) {
        std::vector<Sample>& samples = samples_of(states[i]).all;
        std::ranges::stable_sort(samples, {}, &Sample::time);
        return kFinish(call, samples, output);
      });
    };
    function.serialize = [](const std::byte* bytes, std::string& out) {
      const auto& samples = std::launder(reinterpret_cast<const Samples*>(bytes))->all;
      const uint64_t count = samples.size();
      out.append(reinterpret_cast<const char*>(&count), sizeof count);
      out.append(reinterpret_cast<const char*>(samples.data()), count * sizeof(Sample));
    };
    function.deserialize = [](Text& in, std::byte* bytes) {
      Samples& state = *new (bytes) Samples();
      uint64_t count = 0;
      std::memcpy(&count, in.data(), sizeof count);
      in.remove_prefix(sizeof count);
      state.all.resize(count);
      if (count > 0) std::memcpy(state.all.data(), in.data(), count * sizeof(Sample));
      in.remove_prefix(count * sizeof(Sample));
    };
    function.doc = doc;
    tables.aggregate(std::move(function));
  }
}

}  // namespace

void add_counters(FunctionTables& tables) {
  add_counter<delta>(tables, "delta", "last value less the first");
  add_counter<increase>(tables, "increase", "how far a counter went up, resets taken into account");
  add_counter<rate>(tables, "rate", "increase of a counter by second");
}

}  // namespace tidemark
