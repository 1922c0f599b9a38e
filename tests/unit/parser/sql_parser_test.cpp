#include "parser/sql_parser.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidemark {
TEST(X, Y) {
  for (const char* s :
       {"SELECT 1", "select a,b from t where a between 1 and 2 and b < 3",
        "create table t(a int primary key, b text not null default 'x')", "insert into t(a,b) values (1,'x'),(2,null)",
        "begin; commit", "upsert into t(a) values (1)", "update t set a=1 where b=2", "delete from t"}) {
    try {
      auto r = parse_sql(s);
      EXPECT_GE(r.size(), 1U);
    } catch (const Error& e) {
      ADD_FAILURE() << s << ": " << e.message() << " at " << e.position();
    }
  }
}
}  // namespace tidemark
