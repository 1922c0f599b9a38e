// pg_catalog's tables about the server: databases, roles, schemas, settings, sessions.

#include "engine/advisory_locks.h"
#include "engine/cursor.h"
#include "engine/prepared_statement.h"
#include "engine/system_tables/system_table.h"
#include "types/type_io.h"

namespace tidemark {
namespace {

using namespace system_row;

constexpr int64_t kUtf8 = 6;

void database_rows(const SystemContext& context, SystemRows& rows) {
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kDatabase)) {
    const auto& database = std::get<DatabaseEntry>(*entry);
    rows.push_back({oid(database.id), text(database.name), oid(database.owner), number(kUtf8),
                    Value::bytes(TypeId::kChar, "c"), flag(false), flag(true), number(-1), number(0), number(0),
                    oid(1663), text("C"), text("C"), null(), null(), null()});
  }
}

void schema_rows(const SystemContext& context, SystemRows& rows) {
  rows.push_back({oid(kPgCatalogSchema), text("pg_catalog"), oid(10)});
  rows.push_back({oid(kInformationSchema), text("information_schema"), oid(10)});
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kSchema)) {
    const auto& schema = std::get<SchemaEntry>(*entry);
    if (schema.database == context.database().id) {
      rows.push_back({oid(schema.id), text(schema.name), oid(schema.owner)});
    }
  }
}

/// rolname, rolsuper … as pg_roles and pg_authid have them, the password masked.
void role_rows(const SystemContext& context, SystemRows& rows) {
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kRole)) {
    const auto& role = std::get<RoleEntry>(*entry);
    rows.push_back({oid(role.id), text(role.name), flag(role.superuser), flag(true),
                    flag(role.superuser || role.create_role), flag(role.superuser || role.create_database),
                    flag(role.can_login), flag(false), number(-1), text("********"), null(), flag(role.superuser),
                    null()});
  }
}

void user_rows(const SystemContext& context, SystemRows& rows) {
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kRole)) {
    const auto& role = std::get<RoleEntry>(*entry);
    if (role.can_login) {
      rows.push_back({text(role.name), oid(role.id), flag(role.create_database), flag(role.superuser), flag(false),
                      flag(false), text("********")});
    }
  }
}

void member_rows(const SystemContext& context, SystemRows& rows) {
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kRole)) {
    const auto& role = std::get<RoleEntry>(*entry);
    for (ObjectId group : role.member_of) {
      rows.push_back({oid(group), oid(role.id), oid(10), flag(false)});
    }
  }
}

void settings_rows(const SystemContext& context, SystemRows& rows) {
  for (const SettingDefinition& definition : setting_definitions()) {
    const std::string_view unit = unit_name(definition.form.unit);
    rows.push_back({text(definition.name), text(context.settings->plain_text(definition)),
                    unit.empty() ? null() : text(unit), text(definition.category), text(definition.description), null(),
                    text(context_name(definition.context)), text(type_name(definition.form.type)), text("default"),
                    null(), null(), null(), null(), text(context.settings->plain_reset_text(definition)), null(),
                    null(), flag(false)});
  }
}

void activity_rows(const SystemContext& context, SystemRows& rows) {
  for (const SessionActivity& session : context.sessions()) {
    rows.push_back({oid(context.database().id), text(session.database), number(session.process_id), oid(10),
                    text(session.role), text(session.application_name), null(), null(), null(), null(), null(),
                    text(session.state), text(session.query), text("client backend")});
  }
}

void open_cursor_rows(const SystemContext& context, SystemRows& rows) {
  for (const auto& [name, cursor] : *context.cursors) {
    rows.push_back({text(name), text(cursor->statement), flag(cursor->hold), flag(cursor->binary), flag(cursor->scroll),
                    Value::integer(TypeId::kTimestampTz, cursor->made_at_us)});
  }
}

/// Those of PREPARE; what a client prepared by messages is known to its connection only.
void prepared_statement_rows(const SystemContext& context, SystemRows& rows) {
  for (const auto& [name, statement] : *context.prepared_statements) {
    std::string types;
    for (const LogicalType type : statement->parameter_types()) {
      types += (types.empty() ? "{\"" : ",\"") + type.to_string() + "\"";
    }
    types += types.empty() ? "{}" : "}";
    rows.push_back({text(name), text(statement->text()), Value::integer(TypeId::kTimestampTz, statement->made_at_us),
                    parse_value(LogicalType::array_of(TypeId::kRegtype), types, TypeIoOptions{}), flag(true), number(0),
                    number(statement->executions)});
  }
}

/// Advisory locks; the others are of this server's own kinds.
void lock_rows(const SystemContext& context, SystemRows& rows) {
  for (const AdvisoryLocks::Held& held : context.advisory_locks->held()) {
    rows.push_back({text("advisory"), oid(held.key.database), null(), null(), null(), null(), null(),
                    oid(held.key.class_id), oid(held.key.object_id), number(held.key.parts), null(),
                    number(held.session), text(held.shared ? "ShareLock" : "ExclusiveLock"), flag(true), flag(false),
                    null()});
  }
}

}  // namespace

void add_server_tables(SystemTableList& list) {
  list.add(kCatalog, "pg_database",
           "oid:oid datname:name datdba:oid encoding:int4 datlocprovider:\"char\" datistemplate:bool datallowconn:bool "
           "datconnlimit:int4 datfrozenxid:int8 "
           "datminmxid:int8 dattablespace:oid datcollate:text datctype:text daticulocale:text datcollversion:text "
           "datacl:text[]",
           database_rows);
  list.add(kCatalog, "pg_namespace", "oid:oid nspname:name nspowner:oid nspacl:text[]", schema_rows);
  constexpr std::string_view kRoleColumns =
      "oid:oid rolname:name rolsuper:bool rolinherit:bool rolcreaterole:bool rolcreatedb:bool rolcanlogin:bool "
      "rolreplication:bool rolconnlimit:int4 "
      "rolpassword:text rolvaliduntil:timestamptz rolbypassrls:bool rolconfig:text[]";
  list.add(kCatalog, "pg_roles", kRoleColumns, role_rows);
  list.add(kCatalog, "pg_authid", kRoleColumns, role_rows);
  list.add(kCatalog, "pg_user",
           "usename:name usesysid:oid usecreatedb:bool usesuper:bool userepl:bool usebypassrls:bool passwd:text "
           "valuntil:timestamptz useconfig:text[]",
           user_rows);
  list.add(kCatalog, "pg_auth_members", "roleid:oid member:oid grantor:oid admin_option:bool", member_rows);
  list.add(kCatalog, "pg_settings",
           "name:text setting:text unit:text category:text short_desc:text extra_desc:text context:text vartype:text "
           "source:text min_val:text max_val:text "
           "enumvals:text[] boot_val:text reset_val:text sourcefile:text sourceline:int4 pending_restart:bool",
           settings_rows);
  list.add(kCatalog, "pg_stat_activity",
           "datid:oid datname:name pid:int4 usesysid:oid usename:name application_name:text client_addr:text "
           "backend_start:timestamptz query_start:timestamptz "
           "wait_event_type:text wait_event:text state:text query:text backend_type:text",
           activity_rows);
  list.add(kCatalog, "pg_locks",
           "locktype:text database:oid relation:oid page:int4 tuple:int2 virtualxid:text transactionid:xid classid:oid "
           "objid:oid objsubid:int2 virtualtransaction:text pid:int4 mode:text granted:bool fastpath:bool "
           "waitstart:timestamptz",
           lock_rows);
  list.add(kCatalog, "pg_cursors",
           "name:text statement:text is_holdable:bool is_binary:bool is_scrollable:bool creation_time:timestamptz",
           open_cursor_rows);
  list.add(kCatalog, "pg_prepared_statements",
           "name:text statement:text prepare_time:timestamptz parameter_types:regtype[] from_sql:bool "
           "generic_plans:int8 custom_plans:int8",
           prepared_statement_rows);
}

}  // namespace tidemark
