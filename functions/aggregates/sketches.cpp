// Answers that are near enough and need little memory: approx_count_distinct (HyperLogLog; Flajolet and others, 2007),
// approx_percentile (a merging t-digest; Dunning and Ertl, 2019), histogram.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <new>
#include <numbers>
#include <vector>

#include "base/error.h"
#include "functions/aggregate_kernel.h"
#include "functions/aggregates/state_bytes.h"
#include "functions/function_tables.h"
#include "types/array.h"
#include "types/canonical_key.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

/// Fills in what all sketches do alike: State has take(call, row), merge(State&), write(out) and read(in).
template <class State>
AggregateFunction sketch(Text name, std::vector<LogicalType> arguments, LogicalType result, Text doc) {
  AggregateFunction function;
  function.name = name;
  function.arguments = std::move(arguments);
  function.result = result;
  function.state_bytes = sizeof(State);
  function.initialize = [](std::byte* bytes) { new (bytes) State(); };
  function.destroy = [](std::byte* bytes) { std::launder(reinterpret_cast<State*>(bytes))->~State(); };
  function.combine = [](AggregateCall& /*call*/, std::byte* into, std::byte* from) {
    std::launder(reinterpret_cast<State*>(into))->merge(*std::launder(reinterpret_cast<State*>(from)));
  };
  function.serialize = [](const std::byte* bytes, std::string& out) {
    std::launder(reinterpret_cast<const State*>(bytes))->write(out);
  };
  function.deserialize = [](Text& in, std::byte* bytes) { (new (bytes) State())->read(in); };
  function.doc = doc;
  return function;
}

// --------------------------------------------------------------------------------------------------------- HyperLogLog

/// 2^12 registers: a standard error of 1.6 %. Small sets are counted by their empty registers, which is near exact.
class DistinctCounter {
 public:
  void add(uint64_t hash) {
    if (registers_.empty()) registers_.resize(kRegisters);
    const size_t place = hash >> (64 - kIndexBits);
    const auto rank =
        static_cast<uint8_t>(std::countl_zero((hash << kIndexBits) | (uint64_t{1} << (kIndexBits - 1))) + 1);
    registers_[place] = std::max(registers_[place], rank);
  }
  void merge(DistinctCounter& other) {
    if (registers_.empty()) {
      registers_ = other.registers_;
      return;
    }
    for (size_t i = 0; i < other.registers_.size(); ++i) registers_[i] = std::max(registers_[i], other.registers_[i]);
  }
  [[nodiscard]] int64_t estimate() const {
    if (registers_.empty()) return 0;
    double sum = 0;
    size_t empty = 0;
    for (const uint8_t rank : registers_) {
      sum += std::ldexp(1.0, -rank);
      empty += rank == 0 ? 1 : 0;
    }
    constexpr auto kCount = static_cast<double>(kRegisters);
    constexpr double kAlpha = 0.7213 / (1 + 1.079 / kCount);
    const double raw = kAlpha * kCount * kCount / sum;
    const bool few = raw <= 2.5 * kCount && empty > 0;
    return std::llround(few ? kCount * std::log(kCount / static_cast<double>(empty)) : raw);
  }
  void write(std::string& out) const {
    append_plain(out, registers_.empty());
    out.append(reinterpret_cast<const char*>(registers_.data()), registers_.size());
  }
  void read(Text& in) {
    if (take_plain<bool>(in)) return;
    registers_.assign(in.begin(), in.begin() + kRegisters);
    in.remove_prefix(kRegisters);
  }

 private:
  static constexpr int kIndexBits = 12;
  static constexpr size_t kRegisters = size_t{1} << kIndexBits;
  std::vector<uint8_t> registers_;
};

AggregateFunction distinct_function() {
  AggregateFunction function =
      sketch<DistinctCounter>("approx_count_distinct", {kAny}, kInt64, "about how many different values there are");
  function.update_range = [](AggregateCall& call, std::byte* bytes, size_t first, size_t last) {
    auto& state = *std::launder(reinterpret_cast<DistinctCounter*>(bytes));
    const Vector part = call.arguments[0].slice(first, last - first);
    std::vector<uint64_t> hashes(part.size());
    hash_rows(part, hashes, false);
    for (size_t i = 0; i < hashes.size(); ++i) {
      if (!part.is_null(i)) state.add(hashes[i]);
    }
  };
  function.update_rows = [](AggregateCall& call, std::span<std::byte* const> states) {
    const Vector& column = call.arguments[0];
    std::vector<uint64_t> hashes(column.size());
    hash_rows(column, hashes, false);
    for (size_t i = 0; i < states.size(); ++i) {
      if (!column.is_null(i)) std::launder(reinterpret_cast<DistinctCounter*>(states[i]))->add(hashes[i]);
    }
  };
  function.finalize = [](AggregateCall& call, std::span<std::byte* const> states, Vector& result) {
    detail::finalize_each<int64_t>(call, states.size(), result, [&](size_t i, int64_t& output) {
      output = std::launder(reinterpret_cast<DistinctCounter*>(states[i]))->estimate();
      return true;
    });
  };
  return function;
}

// ------------------------------------------------------------------------------------------------------------ t-digest

/// Values in clusters that are small at both ends and large in the middle, so that the far percentiles are sharp.
class Digest {
 public:
  void take(AggregateCall& call, size_t row) {
    const Vector& values = call.arguments[0];
    const Vector& fractions = call.arguments[1];
    if (!fractions.is_null(row)) {
      fraction_ = fractions.data<double>()[fractions.is_constant() ? 0 : row];
      has_fraction_ = true;
    }
    if (!values.is_null(row)) add({values.data<double>()[values.is_constant() ? 0 : row], 1});
  }
  void merge(Digest& other) {
    for (const Cluster& cluster : other.clusters_) add(cluster);
    if (other.has_fraction_) {
      fraction_ = other.fraction_;
      has_fraction_ = true;
    }
  }
  /// False: no value, or no fraction.
  bool percentile(double& result) {
    if (clusters_.empty() || !has_fraction_) return false;
    if (!(fraction_ >= 0 && fraction_ <= 1)) {
      throw Error(sqlstate::kNumericValueOutOfRange, "percentile value is not between 0 and 1");
    }
    compress();
    double total = 0;
    for (const Cluster& cluster : clusters_) total += cluster.weight;
    // A cluster's mean stands for its middle; between two middles the value runs straight.
    const double wanted = fraction_ * (total - 1);
    double before = 0;
    for (size_t i = 0; i < clusters_.size(); ++i) {
      const double middle = before + (clusters_[i].weight - 1) / 2;
      if (wanted <= middle || i + 1 == clusters_.size()) {
        if (i == 0 || wanted > middle) {
          result = clusters_[i].mean;
          return true;
        }
        const double last = before - 1 - (clusters_[i - 1].weight - 1) / 2;
        const double share = (wanted - last) / (middle - last);
        result = clusters_[i - 1].mean + share * (clusters_[i].mean - clusters_[i - 1].mean);
        return true;
      }
      before += clusters_[i].weight;
    }
    return false;
  }
  void write(std::string& out) const {
    append_plain(out, fraction_);
    append_plain(out, has_fraction_);
    append_plain(out, clusters_.size());
    out.append(reinterpret_cast<const char*>(clusters_.data()), clusters_.size() * sizeof(Cluster));
  }
  void read(Text& in) {
    fraction_ = take_plain<double>(in);
    has_fraction_ = take_plain<bool>(in);
    clusters_.resize(take_plain<size_t>(in));
    if (!clusters_.empty()) std::memcpy(clusters_.data(), in.data(), clusters_.size() * sizeof(Cluster));
    in.remove_prefix(clusters_.size() * sizeof(Cluster));
  }

 private:
  struct Cluster {
    double mean;
    double weight;
  };
  static constexpr double kCompression = 200;
  static constexpr size_t kBufferMax = 2000;  ///< clusters and single values, before they are merged

  void add(Cluster cluster) {
    clusters_.push_back(cluster);
    if (clusters_.size() >= kBufferMax) compress();
  }

  /// The scale function k1: how far along a fraction is, in units of which a cluster may take one.
  static double scale(double fraction) { return kCompression / (2 * std::numbers::pi) * std::asin(2 * fraction - 1); }

  void compress() {
    std::ranges::sort(clusters_, {}, &Cluster::mean);
    double total = 0;
    for (const Cluster& cluster : clusters_) total += cluster.weight;
    std::vector<Cluster> merged;
    double before = 0;  // weight of what lies before the last of `merged`
    for (const Cluster& cluster : clusters_) {
      if (!merged.empty()) {
        Cluster& last = merged.back();
        const double weight = last.weight + cluster.weight;
        const double end = std::min(1.0, (before + weight) / total);
        if (scale(end) - scale(before / total) <= 1) {
          last.mean += (cluster.mean - last.mean) * cluster.weight / weight;
          last.weight = weight;
          continue;
        }
        before += last.weight;
      }
      merged.push_back(cluster);
    }
    clusters_ = std::move(merged);
  }

  std::vector<Cluster> clusters_;
  double fraction_ = 0;
  bool has_fraction_ = false;
};

template <class State>
void take_rows(AggregateFunction& function) {
  function.update_range = [](AggregateCall& call, std::byte* bytes, size_t first, size_t last) {
    auto& state = *std::launder(reinterpret_cast<State*>(bytes));
    for (size_t row = first; row < last; ++row) state.take(call, row);
  };
  function.update_rows = [](AggregateCall& call, std::span<std::byte* const> states) {
    for (size_t row = 0; row < states.size(); ++row) {
      std::launder(reinterpret_cast<State*>(states[row]))->take(call, row);
    }
  };
}

AggregateFunction percentile_function() {
  AggregateFunction function = sketch<Digest>("approx_percentile", {kFloat64, kFloat64}, kFloat64,
                                              "about the value at a fraction of the rows (value, fraction)");
  take_rows<Digest>(function);
  function.finalize = [](AggregateCall& call, std::span<std::byte* const> states, Vector& result) {
    detail::finalize_each<double>(call, states.size(), result, [&](size_t i, double& output) {
      return std::launder(reinterpret_cast<Digest*>(states[i]))->percentile(output);
    });
  };
  return function;
}

// ----------------------------------------------------------------------------------------------------------- histogram

/// Counts by bucket; the first and the last are what lies below and above.
class Histogram {
 public:
  void take(AggregateCall& call, size_t row) {
    for (const Vector& argument : call.arguments) {
      if (argument.is_null(row)) return;
    }
    const auto number = [&](size_t argument) {
      const Vector& vector = call.arguments[argument];
      return vector.data<double>()[vector.is_constant() ? 0 : row];
    };
    const Vector& counts = call.arguments[3];
    const int32_t buckets = counts.data<int32_t>()[counts.is_constant() ? 0 : row];
    const double low = number(1);
    const double high = number(2);
    constexpr int32_t kBucketsMax = 1'000'000;
    if (buckets < 1 || buckets > kBucketsMax || !(low < high)) {
      throw Error(sqlstate::kInvalidParameterValue,
                  "histogram needs a lower bound below the upper and 1 to 1000000 buckets");
    }
    if (counts_.empty()) counts_.resize(static_cast<size_t>(buckets) + 2);
    if (counts_.size() != static_cast<size_t>(buckets) + 2) {
      throw Error(sqlstate::kInvalidParameterValue, "number of buckets must not change between calls");
    }
    const double value = number(0);
    size_t place = 0;
    if (!(value < high)) {
      place = counts_.size() - 1;  // NaN, too: it is above all
    } else if (value >= low) {
      place = std::min<size_t>(static_cast<size_t>((value - low) / (high - low) * buckets), counts_.size() - 3) + 1;
    }
    ++counts_[place];
  }
  void merge(Histogram& other) {
    if (counts_.size() < other.counts_.size()) counts_.resize(other.counts_.size());
    for (size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
  }
  [[nodiscard]] const std::vector<int64_t>& counts() const { return counts_; }
  void write(std::string& out) const {
    append_plain(out, counts_.size());
    out.append(reinterpret_cast<const char*>(counts_.data()), counts_.size() * sizeof(int64_t));
  }
  void read(Text& in) {
    counts_.resize(take_plain<size_t>(in));
    if (!counts_.empty()) std::memcpy(counts_.data(), in.data(), counts_.size() * sizeof(int64_t));
    in.remove_prefix(counts_.size() * sizeof(int64_t));
  }

 private:
  std::vector<int64_t> counts_;
};

AggregateFunction histogram_function() {
  AggregateFunction function =
      sketch<Histogram>("histogram", {kFloat64, kFloat64, kFloat64, kInt32}, LogicalType::array_of(kInt64),
                        "counts of values below, in buckets of equal width, and above (value, low, high, buckets)");
  take_rows<Histogram>(function);
  function.finalize = [](AggregateCall& call, std::span<std::byte* const> states, Vector& result) {
    detail::finalize_each<std::string>(call, states.size(), result, [&](size_t i, std::string& output) {
      const std::vector<int64_t>& counts = std::launder(reinterpret_cast<Histogram*>(states[i]))->counts();
      ArrayBuilder builder(kInt64);
      for (const int64_t count : counts) builder.add(Value::int64(count));
      output = builder.finish();
      return !counts.empty();
    });
  };
  return function;
}

}  // namespace

void add_sketches(FunctionTables& tables) {
  tables.aggregate(distinct_function());
  tables.aggregate(percentile_function());
  tables.aggregate(histogram_function());
}

}  // namespace tidemark
