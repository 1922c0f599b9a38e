#include "parser/sql_printer.h"

// Roles, transactions, settings, prepared statements, cursors, maintenance.
namespace tidemark {

void SqlPrinter::setting_name(std::string_view dotted) {
  for (;;) {
    const size_t dot = dotted.find('.');
    identifier(dotted.substr(0, dot));
    if (dot == std::string_view::npos) return;
    put(".");
    dotted.remove_prefix(dot + 1);
  }
}

void SqlPrinter::maintenance(const char* word, const std::vector<ast::Option>& option_items,
                             const std::vector<ast::MaintenanceTarget>& items) {
  put(word);
  if (!option_items.empty()) {
    put(" ");
    options(option_items);
  }
  if (!items.empty()) put(" ");
  list(items, [&](const ast::MaintenanceTarget& item) {
    name(item.table);
    name_list(item.columns);
  });
}

void SqlPrinter::session(const ast::Statement& node) {
  using Kind = ast::StatementKind;
  const auto with_name = [&](const char* words, const std::string& text, const char* otherwise) {
    put(words, " ");
    if (text.empty()) return put(otherwise);
    identifier(text);
  };
  const auto with_table = [&](const char* word, const ast::QualifiedName& table_name) {
    put(word);
    if (table_name.empty()) return;
    put(" ");
    name(table_name);
  };
  switch (node.kind) {
    case Kind::CreateRole: {
      using Word = ast::CreateRoleStatement::Word;
      const auto& role = node.as<ast::CreateRoleStatement>();
      put("CREATE ", role.word == Word::User ? "USER " : role.word == Word::Group ? "GROUP " : "ROLE ");
      identifier(role.name);
      return role_options(role.options);
    }
    case Kind::AlterRole: {
      const auto& role = node.as<ast::AlterRoleStatement>();
      put("ALTER ROLE ");
      identifier(role.name);
      return role_options(role.options);
    }
    case Kind::AlterRoleSet: {
      const auto& role = node.as<ast::AlterRoleSetStatement>();
      with_name("ALTER ROLE", role.name, "ALL");
      if (!role.database.empty()) {
        put(" IN DATABASE ");
        identifier(role.database);
      }
      put(" ");
      return statement(*role.setting);
    }
    case Kind::GrantRole:
      return grant_role(node.as<ast::GrantRoleStatement>());
    case Kind::GrantPrivileges:
      return grant_privileges(node.as<ast::GrantPrivilegesStatement>());
    case Kind::Transaction:
      return transaction(node.as<ast::TransactionStatement>());
    case Kind::SetTransaction: {
      const auto& set_node = node.as<ast::SetTransactionStatement>();
      put(set_node.session ? "SET SESSION CHARACTERISTICS AS TRANSACTION" : "SET TRANSACTION");
      if (set_node.snapshot.empty()) return transaction_modes(set_node.modes);
      put(" SNAPSHOT ");
      return literal(set_node.snapshot);
    }
    case Kind::Set:
      return set(node.as<ast::SetStatement>());
    case Kind::Show:
    case Kind::Reset: {
      const bool show = node.kind == Kind::Show;
      const std::string& setting = show ? node.as<ast::ShowStatement>().name : node.as<ast::ResetStatement>().name;
      put(show ? "SHOW " : "RESET ");
      if (setting == "all") return put("ALL");
      return setting_name(setting);
    }
    case Kind::SetConstraints: {
      const auto& constraints = node.as<ast::SetConstraintsStatement>();
      put("SET CONSTRAINTS ", constraints.names.empty() ? "ALL" : "");
      qualified_names(constraints.names);
      return put(constraints.deferred ? " DEFERRED" : " IMMEDIATE");
    }
    case Kind::Prepare: {
      const auto& prepare = node.as<ast::PrepareStatement>();
      put("PREPARE ");
      identifier(prepare.name);
      if (!prepare.types.empty()) {
        put(" (");
        list(prepare.types, [&](const ast::TypeName& item) { type(item); });
        put(")");
      }
      put(" AS ");
      return statement(*prepare.statement);
    }
    case Kind::Execute: {
      const auto& execute = node.as<ast::ExecuteStatement>();
      put("EXECUTE ");
      identifier(execute.name);
      if (execute.arguments.empty()) return;
      put(" (");
      expressions(execute.arguments);
      return put(")");
    }
    case Kind::Deallocate:
      return with_name("DEALLOCATE", node.as<ast::DeallocateStatement>().name, "ALL");
    case Kind::DeclareCursor: {
      const auto& declare = node.as<ast::DeclareCursorStatement>();
      put("DECLARE ");
      identifier(declare.name);
      put(declare.binary ? " BINARY" : "", declare.asensitive ? " ASENSITIVE" : "",
          declare.insensitive ? " INSENSITIVE" : "");
      if (declare.scroll.has_value()) put(*declare.scroll ? " SCROLL" : " NO SCROLL");
      put(" CURSOR", declare.hold ? " WITH HOLD" : "", " FOR ");
      return query(*declare.query);
    }
    case Kind::Fetch:
      return fetch(node.as<ast::FetchStatement>());
    case Kind::CloseCursor:
      return with_name("CLOSE", node.as<ast::CloseCursorStatement>().name, "ALL");
    case Kind::Explain: {
      const auto& explain = node.as<ast::ExplainStatement>();
      put("EXPLAIN ");
      if (!explain.options.empty()) {
        options(explain.options);
        put(" ");
      }
      return statement(*explain.statement);
    }
    case Kind::Analyze:
      return maintenance("ANALYZE", node.as<ast::AnalyzeStatement>().options, node.as<ast::AnalyzeStatement>().targets);
    case Kind::Vacuum:
      return maintenance("VACUUM", node.as<ast::VacuumStatement>().options, node.as<ast::VacuumStatement>().targets);
    case Kind::Cluster: {
      const auto& cluster = node.as<ast::ClusterStatement>();
      with_table("CLUSTER", cluster.table);
      if (cluster.index.empty()) return;
      put(" USING ");
      return identifier(cluster.index);
    }
    case Kind::Checkpoint:
      return put("CHECKPOINT");
    case Kind::Flush:
      return with_table("FLUSH", node.as<ast::FlushStatement>().table);
    case Kind::Compact:
      return with_table("COMPACT", node.as<ast::CompactStatement>().table);
    case Kind::Discard: {
      static constexpr std::string_view kWords[] = {"ALL", "PLANS", "SEQUENCES", "TEMPORARY"};
      return put("DISCARD ", kWords[static_cast<size_t>(node.as<ast::DiscardStatement>().what)]);
    }
    case Kind::LockTable: {
      static constexpr std::string_view kModes[] = {
          "ACCESS SHARE", "ROW SHARE",           "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE",
          "SHARE",        "SHARE ROW EXCLUSIVE", "EXCLUSIVE",     "ACCESS EXCLUSIVE"};
      const auto& lock = node.as<ast::LockTableStatement>();
      put("LOCK TABLE ");
      qualified_names(lock.tables);
      return put(" IN ", kModes[static_cast<size_t>(lock.mode)], " MODE", lock.no_wait ? " NOWAIT" : "");
    }
    case Kind::Listen:
      return with_name("LISTEN", node.as<ast::ListenStatement>().channel, "");
    case Kind::Unlisten:
      return with_name("UNLISTEN", node.as<ast::UnlistenStatement>().channel, "*");
    case Kind::Notify: {
      const auto& notify = node.as<ast::NotifyStatement>();
      with_name("NOTIFY", notify.channel, "");
      if (notify.payload.empty()) return;
      put(", ");
      return literal(notify.payload);
    }
    case Kind::Use:
      return with_name("USE", node.as<ast::UseStatement>().database, "");
    case Kind::Do: {
      const auto& block = node.as<ast::DoStatement>();
      put("DO LANGUAGE ");
      identifier(block.language);
      put(" ");
      return literal(block.body);
    }
    case Kind::Call:
      put("CALL ");
      return expression(*node.as<ast::CallStatement>().call);
    default:
      return put(node.as<ast::UnsupportedStatement>().text);
  }
}

// ---------------------------------------------------------------------------------------------------------- roles

void SqlPrinter::role_options(const std::vector<ast::Option>& items) {
  using Kind = ast::Option::ValueKind;
  for (const ast::Option& option : items) {
    put(" ");
    if (option.name == "password") {
      put("PASSWORD ");
      if (option.value_kind == Kind::None) {
        put("NULL");
      } else {
        literal(option.value);
      }
    } else if (option.name == "connection_limit") {
      put("CONNECTION LIMIT ", option.value);
    } else if (option.name == "valid_until") {
      put("VALID UNTIL ");
      literal(option.value);
    } else if (option.value_kind == Kind::List) {
      put(option.name == "in_role" ? "IN ROLE" : option.name, " ");
      identifiers(option.list);
    } else if (option.name == "sysid") {
      put("SYSID ", option.value);
    } else {
      put(option.value == "false" ? "no" : "", option.name);
    }
  }
}

void SqlPrinter::grant_role(const ast::GrantRoleStatement& node) {
  put(node.grant ? "GRANT " : node.admin_option ? "REVOKE ADMIN OPTION FOR " : "REVOKE ");
  identifiers(node.roles);
  put(node.grant ? " TO " : " FROM ");
  identifiers(node.grantees);
  if (node.grant && node.admin_option) put(" WITH ADMIN OPTION");
  if (!node.granted_by.empty()) {
    put(" GRANTED BY ");
    identifier(node.granted_by);
  }
  put(node.cascade ? " CASCADE" : "");
}

void SqlPrinter::grant_privileges(const ast::GrantPrivilegesStatement& node) {
  put(node.grant ? "GRANT " : node.grant_option ? "REVOKE GRANT OPTION FOR " : "REVOKE ");
  list(node.privileges, [&](const ast::Privilege& privilege) {
    put(privilege.name);
    name_list(privilege.columns);
  });
  put(" ON ");
  if (node.all_in_schema) {
    put("ALL ", object_words(node.object), "S IN SCHEMA ");
  } else {
    put(object_words(node.object), " ");
  }
  list(node.objects, [&](const ast::ObjectName& item) {
    if (node.object == ast::ObjectKind::LargeObject) return put(item.name.last());
    object_name(item);
  });
  put(node.grant ? " TO " : " FROM ");
  identifiers(node.grantees);
  if (node.grant && node.grant_option) put(" WITH GRANT OPTION");
  if (!node.granted_by.empty()) {
    put(" GRANTED BY ");
    identifier(node.granted_by);
  }
  put(node.cascade ? " CASCADE" : "");
}

// ----------------------------------------------------------------------------------------------------------
// transactions and settings

void SqlPrinter::transaction_modes(const ast::TransactionModes& node) {
  static constexpr std::string_view kLevels[] = {"", "READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ",
                                                 "SERIALIZABLE"};
  std::string separator = " ";
  const auto mode = [&](std::string_view words, std::string_view more = "") {
    put(separator, words, more);
    separator = ", ";
  };
  if (node.isolation != ast::IsolationLevel::Default)
    mode("ISOLATION LEVEL ", kLevels[static_cast<size_t>(node.isolation)]);
  if (node.read_only.has_value()) mode(*node.read_only ? "READ ONLY" : "READ WRITE");
  if (node.deferrable.has_value()) mode(*node.deferrable ? "DEFERRABLE" : "NOT DEFERRABLE");
}

void SqlPrinter::transaction(const ast::TransactionStatement& node) {
  using Kind = ast::TransactionKind;
  static constexpr std::string_view kWords[] = {"BEGIN",
                                                "COMMIT",
                                                "ROLLBACK",
                                                "SAVEPOINT ",
                                                "RELEASE SAVEPOINT ",
                                                "ROLLBACK TO SAVEPOINT ",
                                                "PREPARE TRANSACTION ",
                                                "COMMIT PREPARED ",
                                                "ROLLBACK PREPARED "};
  put(kWords[static_cast<size_t>(node.transaction_kind)]);
  switch (node.transaction_kind) {
    case Kind::Begin:
      return transaction_modes(node.modes);
    case Kind::Commit:
    case Kind::Rollback:
      return put(node.chain ? " AND CHAIN" : "");
    case Kind::Savepoint:
    case Kind::ReleaseSavepoint:
    case Kind::RollbackToSavepoint:
      return identifier(node.name);
    default:
      return literal(node.name);
  }
}

void SqlPrinter::set(const ast::SetStatement& node) {
  put(node.local ? "SET LOCAL " : "SET ");
  if (node.name == "timezone" && node.values.size() == 1 && node.values[0]->kind == ast::ExpressionKind::Cast) {
    put("TIME ZONE ");
    return expression(*node.values[0]);
  }
  setting_name(node.name);
  if (node.from_current) return put(" FROM CURRENT");
  put(" TO ");
  if (node.use_default) return put("DEFAULT");
  expressions(node.values);
}

void SqlPrinter::fetch(const ast::FetchStatement& node) {
  static constexpr std::string_view kWords[] = {"FORWARD ", "BACKWARD ", "ABSOLUTE ", "RELATIVE "};
  put(node.move ? "MOVE " : "FETCH ", kWords[static_cast<size_t>(node.direction)]);
  put(node.count == ast::FetchStatement::kAll ? "ALL" : std::to_string(node.count), " FROM ");
  identifier(node.cursor);
}

}  // namespace tidemark
