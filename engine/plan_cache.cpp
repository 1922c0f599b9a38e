#include "engine/plan_cache.h"

namespace tidemark {

PlanCache::Shape* PlanCache::find(const std::string& shape) {
  const auto found = shapes_.find(shape);
  return found == shapes_.end() ? nullptr : &found->second;
}

PlanCache::Shape& PlanCache::get(const std::string& shape, size_t entries_max) {
  if (entries_ >= entries_max) clear();
  const auto [place, is_new] = shapes_.try_emplace(shape);
  entries_ += is_new ? 1 : 0;
  return place->second;
}

void PlanCache::clear() {
  shapes_.clear();
  entries_ = 0;
}

std::string PlanCache::fixed_literals(const Shape& shape, const MaskedText& text) {
  std::string key;
  for (size_t i = 0; i < text.literals.size(); ++i) {
    if (shape.is_parameter[i] != 0) continue;
    key += std::to_string(text.literals[i].value.size()) + ':' + text.literals[i].value;
  }
  return key;
}

}  // namespace tidemark
