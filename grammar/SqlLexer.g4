// The words of SQL: PostgreSQL 15's lexical rules over a stream of bytes. At run time a hand-written scanner (parser/sql_scanner.cpp) makes the
// same tokens six times faster; a unit test holds the two equal, and this file is the definition.
lexer grammar SqlLexer;

import SqlKeywordTokens;

options { superClass = SqlLexerBase; }

tokens {
  // Made by the scanner from a key word and what follows it, so that the parser needs no far look: NOT before BETWEEN, IN, LIKE …
  NOT_LA, NULLS_LA, WITH_LA, LATEST_LA, ASOF_LA, SAMPLE_LA,
  // Operators with a precedence of their own; OPERATOR_RUN below sorts them out.
  PLUS, MINUS, STAR, SLASH, PERCENT, CARET, LT, GT, EQ, LE, GE, NE, OP, ARROW,
  // Tokens that no rule of the parser takes: their place is where the error is.
  NUMBER_JUNK, PARAMETER_JUNK, UNTERMINATED_STRING, UNTERMINATED_IDENTIFIER, UNTERMINATED_COMMENT, UNTERMINATED_DOLLAR, UNTERMINATED_BITS,
  UNTERMINATED_HEX, EMPTY_IDENTIFIER, BAD_CHARACTER
}

@lexer::postinclude {
#include "grammar/sql_lexer_base.h"
}

SPACE : [ \t\r\n\f]+ -> skip ;
LINE_COMMENT : '--' ~[\r\n]* -> skip ;
BLOCK_COMMENT : COMMENT -> skip ;
fragment COMMENT : '/*' ( COMMENT | '/' ~[*] | '*'+ ~[*/] | ~[/*] )* '*'+ '/' ;

LP : '(' ;
RP : ')' ;
LBRACKET : '[' ;
RBRACKET : ']' ;
COMMA : ',' ;
SEMI : ';' ;
DOT : '.' ;
DOT_DOT : '..' ;
COLON : ':' ;
TYPECAST : '::' ;
COLON_EQ : ':=' ;

PARAMETER : '$' DIGIT+ ;
INTEGER : DIGIT+ { classify_integer(); } ;
DECIMAL : ( DIGIT+ '.' DIGIT* | '.' DIGIT+ ) EXPONENT? | DIGIT+ EXPONENT ;
DURATION : ( DIGIT+ LETTER+ )+ { classify_duration(); } ;
fragment EXPONENT : [eE] [+\-]? DIGIT+ ;
fragment DIGIT : [0-9] ;
fragment LETTER : [A-Za-z] ;

STRING : QUOTED CONTINUED* ;
ESTRING : [eE] ESCAPED ESCAPED_CONTINUED* ;
USTRING : [uU] '&' QUOTED CONTINUED* ;
BSTRING : [bB] QUOTED CONTINUED* ;
XSTRING : [xX] QUOTED CONTINUED* ;
NSTRING : [nN] QUOTED CONTINUED* ;
fragment QUOTED : '\'' ( ~['] | '\'\'' )* '\'' ;
fragment ESCAPED : '\'' ( ~['\\] | '\'\'' | '\\' . )* '\'' ;
// Two strings with a line break between them are one.
fragment BREAK : ( [ \t\f] | '--' ~[\r\n]* )* [\r\n] ( [ \t\r\n\f] | '--' ~[\r\n]* [\r\n] )* ;
fragment CONTINUED : BREAK QUOTED ;
fragment ESCAPED_CONTINUED : BREAK ESCAPED ;

DOLLAR_OPEN : '$' TAG? '$' { open_dollar(); } -> more, mode(DOLLAR) ;
fragment TAG : IDENT_START ( IDENT_START | DIGIT )* ;

// IDENT itself stands in SqlKeywordTokens, after the key words: of two rules that match alike the first one wins.
fragment IDENT_START : [A-Za-z_\u0080-\u00ff] ;
QIDENT : '"' ( ~["] | '""' )+ '"' ;
UQIDENT : [uU] '&' '"' ( ~["] | '""' )+ '"' ;

OPERATOR_RUN : [~!@#^&|`?+\-*/%<>=]+ { trim_operator(); } ;

mode DOLLAR;
DOLLAR_STRING : '$' TAG? '$' { closes_dollar() }? -> mode(DEFAULT_MODE) ;
DOLLAR_BODY : . -> more ;
