#include "engine/system_tables/system_tables.h"

#include <map>

namespace tidemark {
namespace {

class SystemTables final : public VirtualTables {
 public:
  [[nodiscard]] const VirtualTable* find(std::string_view schema, std::string_view name) const override {
    const auto found = tables_.find({std::string(schema), std::string(name)});
    return found == tables_.end() ? nullptr : found->second.get();
  }

 private:
  std::map<std::pair<std::string, std::string>, std::unique_ptr<VirtualTable>> tables_;
};

}  // namespace

std::unique_ptr<VirtualTables> make_system_tables() { return std::make_unique<SystemTables>(); }

}  // namespace tidemark
