#include "engine/system_tables/system_tables.h"

#include <map>

#include "engine/system_tables/system_table.h"

namespace tidemark {
namespace {

class SystemTables final : public VirtualTables {
 public:
  SystemTables() {
    add_relation_tables(list_);
    add_server_tables(list_);
    add_type_tables(list_);
    add_information_schema(list_);
    add_empty_tables(list_);
    for (const auto& table : list_.tables()) {
      by_name_.emplace(std::pair<std::string_view, std::string_view>(table->schema(), table->name()), table.get());
    }
  }

  [[nodiscard]] const VirtualTable* find(std::string_view schema, std::string_view name) const override {
    const auto found = by_name_.find({schema, name});
    return found == by_name_.end() ? nullptr : found->second;
  }

 private:
  SystemTableList list_;
  std::map<std::pair<std::string_view, std::string_view>, const SystemTable*> by_name_;
};

}  // namespace

std::unique_ptr<VirtualTables> make_system_tables() { return std::make_unique<SystemTables>(); }

}  // namespace tidemark
