// The sentences of InfluxQL, one statement at a time (the text is cut at its semicolons before). Expressions are flat lists of operands and
// operators; parser/influxql_parser.cpp settles precedence.
parser grammar InfluxQlParser;

options { tokenVocab = InfluxQlLexer; }

oneStatement : statement EOF ;

statement : selectStatement | showStatement | createDatabase | dropDatabase | dropMeasurement ;

createDatabase : K_CREATE K_DATABASE NAME ;
dropDatabase : K_DROP K_DATABASE NAME ;
dropMeasurement : K_DROP K_MEASUREMENT NAME ;

// ------------------------------------------------------------------------------------------------------------------ SELECT
selectStatement : K_SELECT fields fromClause whereClause? groupByClause? fillClause? orderByClause? limits zoneClause? ;

fields : field ( COMMA field )* ;
field : expression ( K_AS NAME )? ;

fromClause : K_FROM source ( COMMA source )* ;
source : subquery | measurement ;
subquery : LP selectStatement RP ;
measurement
  : measurementName
  | NAME DOT measurementName
  | NAME DOT NAME? DOT measurementName
  ;
measurementName : NAME | REGEX ;

whereClause : K_WHERE expression ;
groupByClause : K_GROUP K_BY dimension ( COMMA dimension )* ;
dimension : expression ;
fillClause : FILL LP fillOption RP ;
fillOption : NAME | MINUS? ( INTEGER | NUMBER ) ;
orderByClause : K_ORDER K_BY orderItem ( COMMA orderItem )* ;
orderItem : NAME? ( K_ASC | K_DESC )? ;
limits : limit* ;
limit : ( K_LIMIT | K_OFFSET | K_SLIMIT | K_SOFFSET ) INTEGER ;
zoneClause : TZ LP STRING RP ;

// ------------------------------------------------------------------------------------------------------------- expressions
expression : operand ( binaryOperator operand )* ;
binaryOperator
  : PLUS | MINUS | STAR | SLASH | PERCENT | AMPERSAND | PIPE | CARET
  | EQ | NE | LT | LE | GT | GE | EQ_REGEX | NE_REGEX | K_AND | K_OR
  ;
operand : ( PLUS | MINUS )? primary ;
primary
  : LP expression RP
  | call
  | K_DISTINCT NAME
  | reference
  | wildcard
  | REGEX | STRING | INTEGER | NUMBER | DURATION | K_TRUE | K_FALSE | PARAMETER
  ;
call : ( NAME | K_DISTINCT ) LP ( argument ( COMMA argument )* )? RP ;
argument : expression ;
reference : NAME ( DOUBLE_COLON columnKind )? ;
wildcard : STAR ( DOUBLE_COLON columnKind )? ;
columnKind : NAME | K_FIELD | K_TAG ;

// -------------------------------------------------------------------------------------------------------------------- SHOW
showStatement
  : K_SHOW K_DATABASES
  | K_SHOW K_RETENTION K_POLICIES onClause?
  | K_SHOW K_MEASUREMENTS onClause? ( K_WITH K_MEASUREMENT nameMatch )? whereClause? orderByClause? limits
  | K_SHOW K_TAG K_KEYS onClause? fromClause? whereClause? orderByClause? limits
  | K_SHOW K_TAG K_VALUES onClause? fromClause? K_WITH K_KEY keyMatch whereClause? orderByClause? limits
  | K_SHOW K_FIELD K_KEYS onClause? fromClause? orderByClause? limits
  | K_SHOW K_SERIES onClause? fromClause? whereClause? orderByClause? limits
  ;
onClause : K_ON NAME ;
nameMatch : EQ NAME | EQ_REGEX REGEX ;
keyMatch : ( EQ | NE ) NAME | ( EQ_REGEX | NE_REGEX ) REGEX | K_IN LP NAME ( COMMA NAME )* RP ;
