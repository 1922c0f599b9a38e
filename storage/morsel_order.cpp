#include "storage/morsel_order.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>
#include <tuple>

#include "storage/segment_file.h"

namespace tidemark {

namespace {

/// What a row group can give at best. One of the values is set, as the column's ZoneKind says.
struct Best {
  int tier = 0;  ///< 0 unknown, or NULLs that come first; 1 values; 2 only NULLs that come last
  int64_t integer = 0;
  double real = 0;
  std::string text;
};

Best best_of(const ZoneMap& zone, ZoneKind kind, const MovingBound::Order& order) {
  Best best;
  const bool all_null = zone.nulls == zone.rows;
  if (all_null || (order.nulls_first && zone.nulls > 0)) {
    best.tier = order.nulls_first ? 0 : 2;
    return best;
  }
  if (!zone.has_bounds) {
    return best;
  }
  best.tier = 1;
  if (kind == ZoneKind::kInteger) {
    best.integer = order.descending ? zone.integer_max : zone.integer_min;
  } else if (kind == ZoneKind::kReal) {
    const bool nan = order.descending && zone.has_nan;  // above all
    best.real = nan ? std::numeric_limits<double>::infinity() : order.descending ? zone.real_max : zone.real_min;
  } else {
    best.text = order.descending ? zone.text_max : zone.text_min;
  }
  return best;
}

Best best_of(const ScanContext& context, const Morsel& morsel) {
  if (morsel.kind != Morsel::Kind::kRowGroup) {
    return {};
  }
  const ColumnId column = context.bound->column;
  const LogicalType type = context.layout().columns[*context.layout().find_column(column)].type;
  RowGroupReader reader(morsel.stretches[0].run->segment->open_file(), morsel.stretches[0].first, context.layout());
  const ColumnChunk* chunk = reader.chunk(column);
  ZoneMap whole;
  if (chunk == nullptr || chunk->form == ColumnChunk::Form::kAbsent) {
    whole.rows = whole.nulls = 1;
  } else if (reader.stored_type(column)->physical() == type.physical()) {
    for (const ZoneMap& zone : chunk->zones) {
      whole.merge(zone, zone_kind(type));
    }
  }
  return best_of(whole, zone_kind(type), context.bound->bound->order());
}

}  // namespace

void put_best_first(const ScanContext& context, std::vector<Morsel>& morsels) {
  if (morsels.size() < 2) {
    return;
  }
  std::vector<Best> best;
  best.reserve(morsels.size());
  for (const Morsel& morsel : morsels) {
    best.push_back(best_of(context, morsel));
  }
  std::vector<size_t> places(morsels.size());
  std::iota(places.begin(), places.end(), size_t{0});
  const bool descending = context.bound->bound->order().descending;
  std::ranges::stable_sort(places, [&](size_t left, size_t right) {
    const Best& a = best[left];
    const Best& b = best[right];
    if (a.tier != b.tier) {
      return a.tier < b.tier;
    }
    const auto a_values = std::tie(a.integer, a.real, a.text);
    const auto b_values = std::tie(b.integer, b.real, b.text);
    return descending ? b_values < a_values : a_values < b_values;
  });
  std::vector<Morsel> ordered;
  ordered.reserve(morsels.size());
  for (const size_t place : places) {
    ordered.push_back(std::move(morsels[place]));
  }
  morsels = std::move(ordered);
}

}  // namespace tidemark
