#pragma once

#include <string>
#include <vector>

#include "catalog/object_id.h"
#include "parser/ast_query.h"

namespace tidemark {

/// What the names in a statement's own text were bound to, for those who store the text and have to keep it true when
/// what it names is renamed (D29). Pointers are into the syntax tree that was bound. What the views that it reads name
/// is not among them.
struct NameUses {
  struct Relation {
    const ast::TableReference* syntax = nullptr;
    ObjectId id = kNoObject;
  };
  struct Column {
    const ast::ColumnReference* syntax = nullptr;
    std::string alias;  ///< of the relation in FROM
    ObjectId relation = kNoObject;
    ColumnId column = kNoColumn;
    friend bool operator==(const Column& a, const Column& b) {
      return a.alias == b.alias && a.relation == b.relation && a.column == b.column;
    }
  };
  /// A `*` of a select list, and what it stood for; `parts` as of a ColumnReference. Empty: it cannot be spelt out.
  struct Star {
    const ast::ColumnReference* syntax = nullptr;
    std::vector<std::vector<std::string>> columns;
  };

  /// NATURAL, and by which columns it joined.
  struct NaturalJoin {
    const ast::JoinReference* syntax = nullptr;
    std::vector<ast::Name> columns;
  };

  /// A user-defined type that a cast names, or a literal that is read as a value of one; by its place in the text.
  struct Type {
    int position = 0;
    ObjectId id = kNoObject;
  };

  std::vector<Relation> relations;
  std::vector<Column> columns;
  std::vector<Star> stars;
  std::vector<NaturalJoin> natural_joins;
  std::vector<Type> types;
  std::vector<Type> values;
  std::vector<const std::vector<ast::SelectTarget>*> lists;  ///< all select lists
};

}  // namespace tidemark
