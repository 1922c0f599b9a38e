// The words of InfluxQL. Regular expressions and the two words FILL and TZ depend on what stands around them, so that the tokens are made
// by hand (parser/influxql_scanner.cpp); this file gives them their names and numbers. RESERVED is a key word that no rule here uses;
// BAD is what no rule takes.
lexer grammar InfluxQlLexer;

tokens {
  K_ALL, K_AND, K_AS, K_ASC, K_BY, K_CREATE, K_DATABASE, K_DATABASES, K_DESC, K_DISTINCT, K_DROP, K_EXACT, K_CARDINALITY, K_FIELD,
  K_FROM, K_GROUP, K_IN, K_KEY, K_KEYS, K_LIMIT, K_MEASUREMENT, K_MEASUREMENTS, K_OFFSET, K_ON, K_OR, K_ORDER, K_POLICIES, K_RETENTION,
  K_SELECT, K_SERIES, K_SHOW, K_SLIMIT, K_SOFFSET, K_TAG, K_TRUE, K_FALSE, K_VALUES, K_WHERE, K_WITH, FILL, TZ, RESERVED,
  NAME, STRING, INTEGER, NUMBER, DURATION, REGEX, PARAMETER,
  EQ, NE, EQ_REGEX, NE_REGEX, LT, LE, GT, GE, PLUS, MINUS, STAR, SLASH, PERCENT, AMPERSAND, PIPE, CARET,
  LP, RP, COMMA, DOT, SEMI, DOUBLE_COLON, BAD
}

// Never used: a lexer grammar has to have a rule.
ANYTHING : . ;
