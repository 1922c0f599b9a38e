#include "base/digest.h"
#include "engine/ddl/definitions.h"
#include "engine/scram_verifier.h"

namespace tidemark {
namespace {

void apply_role_options(RoleEntry& role, const std::vector<ast::Option>& options, DdlContext& context) {
  for (const ast::Option& option : options) {
    const bool on = option.value != "false";
    if (option.name == "superuser") {
      role.superuser = on;
    } else if (option.name == "login") {
      role.can_login = on;
    } else if (option.name == "createdb") {
      role.create_database = on;
    } else if (option.name == "createrole") {
      role.create_role = on;
    } else if (option.name == "password") {
      role.password_verifier = option.value_kind == ast::Option::ValueKind::None ? "" : scram_verifier(option.value);
    } else if (option.name == "in_role") {
      for (const std::string& name : option.list) {
        const RoleEntry* group = context.catalog().role(name);
        if (group == nullptr) {
          throw Error(sqlstate::kUndefinedObject, "role \"" + name + "\" does not exist");
        }
        role.member_of.push_back(group->id);
      }
    } else if (option.name != "inherit" && option.name != "connection_limit" && option.name != "replication" &&
               option.name != "bypassrls" && option.name != "sysid") {
      throw Error(sqlstate::kFeatureNotSupported, "role option \"" + option.name + "\" is not supported");
    }
  }
}

void require_create_role(const DdlContext& context) {
  if (!context.environment().superuser) {
    throw Error(sqlstate::kInsufficientPrivilege, "permission denied to create role");
  }
}

}  // namespace

void create_role(const ast::CreateRoleStatement& statement, DdlContext& context) {
  require_create_role(context);
  if (statement.name.starts_with("pg_")) {
    throw Error(sqlstate::kReservedName, "role name \"" + statement.name + "\" is reserved")
        .with_detail("Role names starting with \"pg_\" are reserved.");
  }
  if (context.catalog().role(statement.name) != nullptr) {
    throw Error(sqlstate::kDuplicateObject, "role \"" + statement.name + "\" already exists");
  }
  RoleEntry role;
  role.id = context.allocate_id();
  role.name = statement.name;
  role.can_login = statement.word == ast::CreateRoleStatement::Word::User;
  apply_role_options(role, statement.options, context);
  context.put(std::move(role));
}

void alter_role(const ast::AlterRoleStatement& statement, DdlContext& context) {
  const RoleEntry* role = context.catalog().role(statement.name);
  if (role == nullptr) {
    throw Error(sqlstate::kUndefinedObject, "role \"" + statement.name + "\" does not exist");
  }
  const bool own_password_only = role->id == context.environment().role && statement.options.size() == 1 &&
                                 statement.options.front().name == "password";
  if (!own_password_only && !context.environment().superuser) {
    throw Error(sqlstate::kInsufficientPrivilege, "permission denied");
  }
  RoleEntry changed = *role;
  apply_role_options(changed, statement.options, context);
  context.put(std::move(changed));
}

}  // namespace tidemark
