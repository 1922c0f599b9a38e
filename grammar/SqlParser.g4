// The sentences of SQL: PostgreSQL 15's grammar, with this product's additions (UPSERT, ASOF JOIN, SAMPLE BY, LATEST ON, MATCHES, FLUSH, COMPACT, USE).
//
// Written for speed with ANTLR's SLL prediction: no left recursion, expressions as flat lists of operands and operators (precedence is
// settled when the syntax tree is built, parser/sql_expression_builder.cpp), and decisions that one or two tokens settle. The rules accept
// a little more than SQL; the builder refuses the rest with the error that PostgreSQL gives.
parser grammar SqlParser;

import SqlKeywordNames;

options { tokenVocab = SqlLexer; }

// ------------------------------------------------------------------------------------------------------------ entry points
statements : statement? ( SEMI statement? )* EOF ;
expressionOnly : expression EOF ;
typeOnly : typeName EOF ;

statement
  : bareQuery
  | insertStatement | updateStatement | deleteStatement | mergeStatement | withStatement
  | copyStatement | truncateStatement
  | createStatement | alterStatement | dropStatement | commentStatement | refreshStatement | reindexStatement
  | grantStatement | revokeStatement
  | transactionStatement | setStatement | showStatement | resetStatement
  | prepareStatement | executeStatement | deallocateStatement
  | declareStatement | fetchStatement | closeStatement
  | explainStatement | analyzeStatement | vacuumStatement | clusterStatement
  | maintenanceStatement | discardStatement | lockStatement
  | notificationStatement | useStatement | doStatement | callStatement
  | unsupportedStatement
  ;

// ------------------------------------------------------------------------------------------------------------ names
qualifiedName : columnName ( DOT anyLabel )* ;
qualifiedNames : qualifiedName ( COMMA qualifiedName )* ;
// A type's or function's name, outside of expressions.
functionName : typeFunctionName | columnName ( DOT anyLabel )+ ;
columnNames : columnName ( COMMA columnName )* ;
columnList : LP columnNames RP ;
roleName : nonReservedWord | K_CURRENT_USER | K_SESSION_USER | K_CURRENT_ROLE ;
roleNames : roleName ( COMMA roleName )* ;
stringLiteral : STRING | ESTRING | USTRING | DOLLAR_STRING ;
signedNumber : ( PLUS | MINUS )? ( INTEGER | DECIMAL ) ;
signedInteger : ( PLUS | MINUS )? INTEGER ;
ifExists : K_IF K_EXISTS ;
ifNotExists : K_IF K_NOT K_EXISTS ;
dropBehavior : K_CASCADE | K_RESTRICT ;

// ------------------------------------------------------------------------------------------------------------ options
// WITH (a = 1, b), COPY (FORMAT csv, FORCE_QUOTE (a, b)), EXPLAIN (ANALYZE, COSTS off).
optionList : LP option ( COMMA option )* RP ;
option : anyLabel ( DOT anyLabel )? ( EQ? optionValue )? ;
optionValue : anyLabel ( DOT anyLabel )* | signedNumber | stringLiteral | STAR | LP optionItem ( COMMA optionItem )* RP ;
optionItem : anyLabel | stringLiteral | signedNumber ;
withOptions : K_WITH optionList ;

// ------------------------------------------------------------------------------------------------------------ types
typeName : K_SETOF? simpleType typeArray* ( K_ARRAY ( LBRACKET INTEGER RBRACKET )? )? ;
typeArray : LBRACKET INTEGER? RBRACKET ;
simpleType
  : typeFunctionName ( DOT anyLabel )* ( PERCENT K_TYPE | typeModifiers )?
  | columnNameKeyword ( DOT anyLabel )+ ( PERCENT K_TYPE | typeModifiers )?
  | constantType
  | intervalType
  ;
typeModifiers : LP expressionList RP ;
// The types that SQL spells with words.
constantType
  : ( K_INT | K_INTEGER | K_SMALLINT | K_BIGINT | K_REAL | K_BOOLEAN )
  | K_FLOAT ( LP INTEGER RP )?
  | K_DOUBLE K_PRECISION
  | ( K_DECIMAL | K_DEC | K_NUMERIC ) typeModifiers?
  | K_BIT K_VARYING? typeModifiers?
  | ( K_CHARACTER | K_CHAR | K_NCHAR | K_NATIONAL ( K_CHARACTER | K_CHAR ) ) K_VARYING? ( LP INTEGER RP )?
  | K_VARCHAR ( LP INTEGER RP )?
  | ( K_TIMESTAMP | K_TIME ) ( LP INTEGER RP )? ( WITH_LA K_TIME K_ZONE | K_WITHOUT K_TIME K_ZONE )?
  ;
intervalType : K_INTERVAL ( LP INTEGER RP | intervalFields )? ;
intervalFields
  : K_YEAR ( K_TO K_MONTH )?
  | K_MONTH
  | K_DAY ( K_TO ( K_HOUR | K_MINUTE | intervalSecond ) )?
  | K_HOUR ( K_TO ( K_MINUTE | intervalSecond ) )?
  | K_MINUTE ( K_TO intervalSecond )?
  | intervalSecond
  ;
intervalSecond : K_SECOND ( LP INTEGER RP )? ;

// ------------------------------------------------------------------------------------------------------------ expressions
expression : ( PLUS | MINUS | OP | K_NOT | NOT_LA | qualifiedOperator )* primary expressionTail* ;
operand : ( PLUS | MINUS | OP | K_NOT | NOT_LA | qualifiedOperator )* primary ;
qualifiedOperator : K_OPERATOR LP ( columnName DOT )* anyOperator RP ;
anyOperator : OP | PLUS | MINUS | STAR | SLASH | PERCENT | CARET | LT | GT | EQ | LE | GE | NE ;

expressionTail
  : ( OP | PLUS | MINUS | STAR | SLASH | PERCENT | CARET | LT | GT | EQ | LE | GE | NE | qualifiedOperator ) ( operand | quantifier )
  | ( K_AND | K_OR ) operand
  | TYPECAST typeName
  | NOT_LA? K_IN parentheses
  | NOT_LA? K_BETWEEN ( K_SYMMETRIC | K_ASYMMETRIC )? operand
  | NOT_LA? ( K_LIKE | K_ILIKE ) ( operand | quantifier )
  | NOT_LA? K_SIMILAR K_TO operand
  | K_ESCAPE operand
  | K_MATCHES operand
  | K_IS K_NOT? ( K_NULL | K_TRUE | K_FALSE | K_UNKNOWN | K_DOCUMENT | K_DISTINCT K_FROM operand | unicodeNormalForm? K_NORMALIZED )
  | K_ISNULL
  | K_NOTNULL
  | K_COLLATE qualifiedName
  | K_AT K_TIME K_ZONE operand
  | K_OVERLAPS operand
  ;
quantifier : ( K_ANY | K_SOME | K_ALL ) parentheses ;
unicodeNormalForm : K_NFC | K_NFD | K_NFKC | K_NFKD ;

// The restricted expressions of column defaults, and of POSITION(a IN b): what ends them are words that the full form would take.
simpleExpression : simpleOperand simpleTail* ;
simpleOperand : ( PLUS | MINUS | OP | qualifiedOperator )* primary ;
simpleTail
  : ( OP | PLUS | MINUS | STAR | SLASH | PERCENT | CARET | LT | GT | EQ | LE | GE | NE | qualifiedOperator ) simpleOperand
  | TYPECAST typeName
  | K_IS K_NOT? ( K_DISTINCT K_FROM simpleOperand | K_DOCUMENT )
  ;

primary
  : ( INTEGER | DECIMAL | STRING | ESTRING | USTRING | BSTRING | XSTRING | DOLLAR_STRING | K_TRUE | K_FALSE | K_NULL | K_DEFAULT )
  | nameExpression
  | PARAMETER indirection*
  | parentheses indirection*
  | caseExpression
  | typedLiteral
  | specialCall
  | subqueryExpression
  | arrayExpression
  | rowExpression
  ;

typedLiteral
  : constantType stringLiteral
  | NSTRING
  | K_INTERVAL ( LP INTEGER RP )? stringLiteral intervalFields?
  ;

// A column, a call, or `type 'literal'`: they part after the name.
nameExpression
  : plainName indirection* ( call callOption* stringLiteral? | stringLiteral )?
  | columnNameKeyword ( indirection+ ( call callOption* stringLiteral? )? )?
  | functionNameKeyword ( call callOption* stringLiteral? | stringLiteral )
  ;
indirection
  : DOT ( anyLabel | STAR )
  | LBRACKET ( expression | expression? COLON expression? ) RBRACKET
  ;
call : LP callArguments? RP ;
callArguments
  : STAR
  | ( K_ALL | K_DISTINCT )? argument ( COMMA argument )* orderBy?
  ;
argument : K_VARIADIC? ( typeFunctionName ( COLON_EQ | ARROW ) )? expression ;
callOption
  : K_WITHIN K_GROUP LP orderBy RP
  | K_FILTER LP K_WHERE expression RP
  | K_OVER ( columnName | windowSpecification )
  ;

// `(` begins a row, an expression or a query; which one, the next token says.
parentheses
  : LP plainQuery RP
  | LP expression ( COMMA expression )* setTail? queryTail RP
  ;

caseExpression : K_CASE expression? caseBranch+ ( K_ELSE expression )? K_END ;
caseBranch : K_WHEN expression K_THEN expression ;

// Calls with words of their own inside the parentheses, and values without parentheses.
specialCall
  : ( K_COALESCE | K_GREATEST | K_LEAST | K_GROUPING ) LP expressionList RP
  | K_NULLIF LP expression COMMA expression RP
  | K_EXTRACT LP ( IDENT | QIDENT | K_YEAR | K_MONTH | K_DAY | K_HOUR | K_MINUTE | K_SECOND | stringLiteral ) K_FROM expression RP
  | K_OVERLAY LP overlayArguments RP
  | K_POSITION LP simpleExpression K_IN simpleExpression RP
  | K_SUBSTRING LP substringArguments? RP
  | K_TRIM LP ( K_BOTH | K_LEADING | K_TRAILING )? trimArguments RP
  | K_NORMALIZE LP expression ( COMMA unicodeNormalForm )? RP
  | K_TREAT LP expression K_AS typeName RP
  | K_CAST LP expression K_AS typeName RP
  | K_COLLATION K_FOR LP expression RP
  | ( K_CURRENT_DATE | K_CURRENT_ROLE | K_CURRENT_USER | K_SESSION_USER | K_USER | K_CURRENT_CATALOG | K_CURRENT_SCHEMA )
  | ( K_CURRENT_TIME | K_CURRENT_TIMESTAMP | K_LOCALTIME | K_LOCALTIMESTAMP ) ( LP INTEGER RP )?
  ;
overlayArguments : argument ( K_PLACING expression K_FROM expression ( K_FOR expression )? | ( COMMA argument )* ) ;
substringArguments
  : argument ( K_FROM expression ( K_FOR expression )? | K_FOR expression ( K_FROM expression )? | K_SIMILAR simpleExpression K_ESCAPE expression | ( COMMA argument )* ) ;
trimArguments : K_FROM expressionList | expressionList ( K_FROM expressionList )? ;

subqueryExpression : ( K_EXISTS | K_ARRAY ) queryInParentheses ;
arrayExpression : K_ARRAY arrayElements ;
arrayElements : LBRACKET ( expressionList | arrayElements ( COMMA arrayElements )* )? RBRACKET ;
rowExpression : K_ROW LP expressionList? RP ;
expressionList : expression ( COMMA expression )* ;

// ------------------------------------------------------------------------------------------------------------ windows and order
windowSpecification : LP plainName? ( K_PARTITION K_BY expressionList )? orderBy? windowFrame? RP ;
windowFrame : ( K_ROWS | K_RANGE | K_GROUPS ) ( frameBound | K_BETWEEN frameBound K_AND frameBound ) frameExclusion? ;
// UNBOUNDED is read as a column's name; the builder knows better.
frameBound
  : K_CURRENT K_ROW
  | expression ( K_PRECEDING | K_FOLLOWING )
  ;
frameExclusion : K_EXCLUDE ( K_CURRENT K_ROW | K_GROUP | K_TIES | K_NO K_OTHERS ) ;
orderBy : K_ORDER K_BY orderItem ( COMMA orderItem )* ;
orderItem : expression ( K_ASC | K_DESC | K_USING ( anyOperator | qualifiedOperator ) )? ( NULLS_LA ( K_FIRST | K_LAST ) )? ;

// ------------------------------------------------------------------------------------------------------------ queries
queryStatement : withClause? querySet queryTail ;
bareQuery : querySet queryTail ;
// A query that does not begin with a parenthesis.
plainQuery : withClause querySet queryTail | plainTerm setTail? queryTail ;
querySet : queryTerm setTail? ;
setTail : ( ( K_UNION | K_INTERSECT | K_EXCEPT ) ( K_ALL | K_DISTINCT )? queryTerm )+ ;
queryTerm : plainTerm | queryInParentheses ;
plainTerm : selectCore | valuesClause | K_TABLE relation ;
queryInParentheses
  : LP plainQuery RP
  | LP queryInParentheses setTail? queryTail RP
  ;
queryTail : orderBy? ( limitClause | offsetClause | lockingClause )* ;
limitClause
  : K_LIMIT ( K_ALL | expression ) ( COMMA expression )?
  | K_FETCH ( K_FIRST | K_NEXT ) fetchCount? ( K_ROW | K_ROWS ) ( K_ONLY | K_WITH K_TIES )
  ;
fetchCount : primary | ( PLUS | MINUS ) ( INTEGER | DECIMAL ) ;
offsetClause : K_OFFSET expression ( K_ROW | K_ROWS )? ;
lockingClause
  : K_FOR ( K_UPDATE | K_NO K_KEY K_UPDATE | K_SHARE | K_KEY K_SHARE ) ( K_OF qualifiedNames )? ( K_NOWAIT | K_SKIP K_LOCKED )?
  | K_FOR K_READ K_ONLY
  ;

withClause : ( K_WITH | WITH_LA ) K_RECURSIVE? commonTable ( COMMA commonTable )* ;
commonTable : columnName columnList? K_AS ( K_NOT? K_MATERIALIZED )? LP preparableStatement RP searchClause? cycleClause? ;
searchClause : K_SEARCH ( K_BREADTH | K_DEPTH ) K_FIRST K_BY columnNames K_SET columnName ;
cycleClause : K_CYCLE columnNames K_SET columnName ( K_TO expression K_DEFAULT expression )? K_USING columnName ;

selectCore
  : K_SELECT ( K_ALL | K_DISTINCT ( K_ON LP expressionList RP )? )? selectTargets? intoClause? fromClause? ( latestOn whereClause? | whereClause latestOn? )? sampleBy?
    groupBy? ( K_HAVING expression )? ( K_WINDOW windowDefinition ( COMMA windowDefinition )* )?
  ;
selectTargets : selectTarget ( COMMA selectTarget )* ;
selectTarget : STAR | expression ( K_AS anyLabel | bareLabel )? ;
intoClause : K_INTO ( K_LOCAL | K_GLOBAL )? ( K_TEMPORARY | K_TEMP | K_UNLOGGED )? K_TABLE? qualifiedName ;
fromClause : K_FROM tableReference ( COMMA tableReference )* ;
whereClause : K_WHERE ( expression | K_CURRENT K_OF columnName ) ;
groupBy : K_GROUP K_BY ( K_ALL | K_DISTINCT )? groupingItem ( COMMA groupingItem )* ;
groupingItem
  : expression
  | LP RP
  | K_GROUPING K_SETS LP groupingItem ( COMMA groupingItem )* RP
  ;
windowDefinition : columnName K_AS windowSpecification ;
valuesClause : K_VALUES valuesRow ( COMMA valuesRow )* ;
valuesRow : LP expressionList RP ;

latestOn : LATEST_LA K_ON qualifiedName K_PARTITION K_BY expressionList ;
sampleBy
  : SAMPLE_LA K_BY sampleStride ( K_FROM expression )? ( K_TO expression )?
    ( K_FILL LP expressionList RP )? ( K_ALIGN K_TO ( K_CALENDAR sampleCalendar* | K_FIRST K_OBSERVATION ) )?
  ;
sampleStride : DURATION | INTEGER ( IDENT | K_YEAR | K_MONTH | K_DAY | K_HOUR | K_MINUTE | K_SECOND )? | stringLiteral ;
sampleCalendar : K_TIME K_ZONE expression | ( K_WITH | WITH_LA ) K_OFFSET expression ;

// ------------------------------------------------------------------------------------------------------------ FROM
tableReference : tablePrimary joinTail* ;
joinTail
  : K_CROSS K_JOIN tablePrimary
  | K_NATURAL joinType? K_JOIN tablePrimary
  | joinType? K_JOIN tableReference joinCondition
  | K_LEFT? ASOF_LA K_JOIN tablePrimary joinCondition ( K_TOLERANCE expression )?
  ;
joinType : ( K_LEFT | K_RIGHT | K_FULL ) K_OUTER? | K_INNER ;
joinCondition : K_ON expression | K_USING columnList ( K_AS columnName )? ;
tablePrimary
  : relation alias? tableSample?
  | K_LATERAL? tableFunction ( WITH_LA K_ORDINALITY )? functionAlias?
  | K_LATERAL? LP plainQuery RP alias?
  | K_LATERAL? LP tableReference setTail? queryTail RP alias?
  ;
relation
  : qualifiedName STAR?
  | K_ONLY ( qualifiedName | LP qualifiedName RP )
  ;
alias : K_AS? columnName columnList? ;
functionAlias
  : K_AS? columnName ( LP functionAliasColumn ( COMMA functionAliasColumn )* RP )?
  | K_AS LP functionAliasColumn ( COMMA functionAliasColumn )* RP
  ;
functionAliasColumn : columnName ( typeName ( K_COLLATE qualifiedName )? )? ;
tableSample : K_TABLESAMPLE functionName LP expressionList RP ( K_REPEATABLE LP expression RP )? ;
tableFunction
  : tableFunctionCall
  | K_ROWS K_FROM LP rowsFromItem ( COMMA rowsFromItem )* RP
  ;
rowsFromItem : tableFunctionCall ( K_AS LP functionAliasColumn ( COMMA functionAliasColumn )* RP )? ;
tableFunctionCall
  : plainName ( DOT anyLabel )* call
  | columnNameKeyword ( DOT anyLabel )+ call
  | functionNameKeyword call
  | specialCall
  ;

// ------------------------------------------------------------------------------------------------------------ data
preparableStatement : bareQuery | insertStatement | updateStatement | deleteStatement | mergeStatement | withStatement ;
withStatement : withClause ( bareQuery | insertStatement | updateStatement | deleteStatement | mergeStatement ) ;
insertStatement
  : ( K_INSERT | K_UPSERT ) K_INTO qualifiedName ( K_AS columnName )? insertColumns? ( K_OVERRIDING ( K_USER | K_SYSTEM ) K_VALUE )?
    ( queryStatement | K_DEFAULT K_VALUES ) onConflict? returning?
  ;
insertColumns : LP assignmentTarget ( COMMA assignmentTarget )* RP ;
assignmentTarget : columnName indirection* ;
onConflict
  : K_ON K_CONFLICT ( LP indexElement ( COMMA indexElement )* RP ( K_WHERE expression )? | K_ON K_CONSTRAINT columnName )?
    K_DO ( K_NOTHING | K_UPDATE K_SET assignments whereClause? )
  ;
returning : K_RETURNING selectTargets ;
assignments : assignment ( COMMA assignment )* ;
assignment
  : assignmentTarget EQ expression
  | insertColumns EQ expression
  ;
updateStatement : K_UPDATE targetTable K_SET assignments fromClause? whereClause? returning? ;
targetTable : relation ( K_AS columnName | targetAlias )? ;
// SET ends the table of an UPDATE; it never names it.
targetAlias : columnName ;
deleteStatement : K_DELETE K_FROM targetTable ( K_USING tableReference ( COMMA tableReference )* )? whereClause? returning? ;
mergeStatement : K_MERGE K_INTO targetTable K_USING tablePrimary K_ON expression mergeBranch+ ;
mergeBranch
  : K_WHEN K_NOT? K_MATCHED ( K_AND expression )? K_THEN
    ( K_UPDATE K_SET assignments
    | K_DELETE
    | K_INSERT insertColumns? ( K_OVERRIDING ( K_USER | K_SYSTEM ) K_VALUE )? ( K_VALUES valuesRow | K_DEFAULT K_VALUES )
    | K_DO K_NOTHING )
  ;
truncateStatement : K_TRUNCATE K_TABLE? relation ( COMMA relation )* ( ( K_RESTART | K_CONTINUE ) K_IDENTITY )? dropBehavior? ;

copyStatement
  : K_COPY K_BINARY? ( qualifiedName columnList? ( K_FROM | K_TO ) | LP preparableStatement RP K_TO )
    K_PROGRAM? ( stringLiteral | K_STDIN | K_STDOUT ) copyDelimiters? K_WITH? ( optionList | copyOption* ) ( K_WHERE expression )?
  ;
copyDelimiters : K_USING? K_DELIMITERS stringLiteral ;
copyOption
  : K_BINARY | K_FREEZE | K_CSV | K_HEADER
  | ( K_DELIMITER | K_NULL | K_QUOTE | K_ESCAPE | K_ENCODING ) K_AS? stringLiteral
  | K_FORCE ( K_QUOTE ( STAR | columnNames ) | K_NOT K_NULL columnNames | K_NULL columnNames )
  ;

// ------------------------------------------------------------------------------------------------------------ definitions
persistence : ( K_LOCAL | K_GLOBAL )? ( K_TEMPORARY | K_TEMP ) | K_UNLOGGED ;
createStatement
  : K_CREATE persistence? K_TABLE ifNotExists? qualifiedName createTableBody
  | K_CREATE K_MATERIALIZED K_VIEW ifNotExists? qualifiedName columnList? ( K_USING columnName )? withOptions? ( K_TABLESPACE columnName )?
    K_AS queryStatement ( K_WITH K_NO? K_DATA )?
  | K_CREATE ( K_OR K_REPLACE )? persistence? K_RECURSIVE? K_VIEW qualifiedName columnList? withOptions? K_AS queryStatement
    ( K_WITH ( K_LOCAL | K_CASCADED )? K_CHECK K_OPTION )?
  | K_CREATE K_UNIQUE? K_INDEX K_CONCURRENTLY? ( ifNotExists? indexName )? K_ON K_ONLY? qualifiedName ( K_USING columnName )?
    LP indexElement ( COMMA indexElement )* RP ( K_INCLUDE columnList )? nullsDistinct? withOptions? ( K_TABLESPACE columnName )? ( K_WHERE expression )?
  | K_CREATE persistence? K_SEQUENCE ifNotExists? qualifiedName sequenceOption*
  | K_CREATE K_SCHEMA ifNotExists? ( columnName? K_AUTHORIZATION roleName | columnName ) createStatement*
  | K_CREATE K_DATABASE ifNotExists? columnName K_WITH? databaseOption*
  | K_CREATE K_TYPE qualifiedName K_AS ( K_ENUM LP ( stringLiteral ( COMMA stringLiteral )* )? RP | LP ( functionAliasColumn ( COMMA functionAliasColumn )* )? RP )
  | K_CREATE K_DOMAIN qualifiedName K_AS? typeName columnConstraint*
  | K_CREATE ( K_ROLE | K_USER | K_GROUP ) roleName K_WITH? roleOption*
  ;
indexName : plainName | columnNameKeyword ;
nullsDistinct : ( K_NULLS | NULLS_LA ) K_NOT? K_DISTINCT ;

createTableBody
  : LP ( tableElement ( COMMA tableElement )* )? RP ( K_INHERITS LP qualifiedNames RP )? partitionBy? tableSuffix* ( K_AS createTableQuery )?
  | tableSuffix* K_AS createTableQuery
  | K_PARTITION K_OF qualifiedName anyToken*
  | K_OF qualifiedName anyToken*
  ;
createTableQuery : ( queryStatement | executeStatement ) ( K_WITH K_NO? K_DATA )? ;
tableSuffix
  : K_USING columnName
  | withOptions
  | K_WITHOUT K_OIDS
  | K_ON K_COMMIT ( K_DROP | K_DELETE K_ROWS | K_PRESERVE K_ROWS )
  | K_TABLESPACE columnName
  ;
partitionBy : K_PARTITION K_BY columnName LP indexElement ( COMMA indexElement )* RP ;
tableElement
  : columnDefinition
  | tableConstraint
  | K_LIKE qualifiedName ( ( K_INCLUDING | K_EXCLUDING ) anyLabel )*
  ;
columnDefinition : columnName ( typeName columnStorage* columnConstraint* )? ;
columnStorage : K_STORAGE columnName | K_COMPRESSION ( columnName | K_DEFAULT ) ;
columnConstraint
  : K_CONSTRAINT columnName columnConstraintBody
  | columnConstraintBody
  | K_NOT? K_DEFERRABLE
  | K_INITIALLY ( K_DEFERRED | K_IMMEDIATE )
  | K_COLLATE qualifiedName
  ;
columnConstraintBody
  : K_NOT K_NULL
  | K_NULL
  | K_DEFAULT simpleExpression
  | K_CHECK LP expression RP ( K_NO K_INHERIT )?
  | K_PRIMARY K_KEY withOptions? usingIndexTablespace?
  | K_UNIQUE nullsDistinct? withOptions? usingIndexTablespace?
  | K_GENERATED ( K_ALWAYS | K_BY K_DEFAULT ) K_AS ( K_IDENTITY ( LP sequenceOption+ RP )? | LP expression RP K_STORED )
  | references
  ;
references : K_REFERENCES qualifiedName columnList? ( K_MATCH ( K_FULL | K_PARTIAL | K_SIMPLE ) )? keyAction* ;
keyAction : K_ON ( K_DELETE | K_UPDATE ) ( K_NO K_ACTION | K_RESTRICT | K_CASCADE | K_SET ( K_NULL | K_DEFAULT ) columnList? ) ;
usingIndexTablespace : K_USING K_INDEX K_TABLESPACE columnName ;
constraintAttribute : K_NOT? K_DEFERRABLE | K_INITIALLY ( K_DEFERRED | K_IMMEDIATE ) | K_NOT K_VALID | K_NO K_INHERIT ;
tableConstraint
  : ( K_CONSTRAINT columnName )? tableConstraintBody constraintAttribute*
  ;
tableConstraintBody
  : K_CHECK LP expression RP
  | K_PRIMARY K_KEY ( columnList ( K_INCLUDE columnList )? withOptions? usingIndexTablespace? | K_USING K_INDEX columnName )
  | K_UNIQUE ( nullsDistinct? columnList ( K_INCLUDE columnList )? withOptions? usingIndexTablespace? | K_USING K_INDEX columnName )
  | K_FOREIGN K_KEY columnList references
  | K_EXCLUDE ( K_USING columnName )? LP exclusionElement ( COMMA exclusionElement )* RP ( K_INCLUDE columnList )? withOptions? usingIndexTablespace? ( K_WHERE LP expression RP )?
  ;
exclusionElement : indexElement K_WITH ( anyOperator | qualifiedOperator ) ;
indexElement
  : ( columnName | indexCall | LP expression RP ) ( K_COLLATE qualifiedName )? ( qualifiedName optionList? )? ( K_ASC | K_DESC )? ( NULLS_LA ( K_FIRST | K_LAST ) )?
  ;
indexCall : tableFunctionCall ;

sequenceOption
  : K_AS typeName
  | K_CACHE signedNumber
  | K_CYCLE
  | K_NO ( K_CYCLE | K_MAXVALUE | K_MINVALUE )
  | K_INCREMENT K_BY? signedNumber
  | ( K_MAXVALUE | K_MINVALUE ) signedNumber
  | K_OWNED K_BY qualifiedName
  | K_SEQUENCE K_NAME qualifiedName
  | K_START K_WITH? signedNumber
  | K_RESTART ( K_WITH? signedNumber )?
  ;
databaseOption
  : ( IDENT | K_CONNECTION K_LIMIT | K_ENCODING | K_LOCATION | K_OWNER | K_TABLESPACE | K_TEMPLATE ) EQ? ( signedNumber | K_DEFAULT | K_TRUE | K_FALSE | K_ON | nonReservedWord | stringLiteral )
  ;
roleOption
  : ( K_ENCRYPTED | K_UNENCRYPTED )? K_PASSWORD ( stringLiteral | K_NULL )
  | K_CONNECTION K_LIMIT signedInteger
  | K_VALID K_UNTIL stringLiteral
  | K_SYSID INTEGER
  | K_IN ( K_ROLE | K_GROUP ) roleNames
  | ( K_ROLE | K_USER | K_ADMIN ) roleNames
  | K_INHERIT
  | IDENT
  ;

alterStatement
  : K_ALTER ( K_TABLE | K_VIEW | K_INDEX | K_MATERIALIZED K_VIEW ) ifExists? relation alterRelation
  | K_ALTER K_SEQUENCE ifExists? qualifiedName ( sequenceOption+ | alterRelation )
  | K_ALTER ( K_SCHEMA | K_DATABASE ) columnName ( K_RENAME K_TO columnName | K_OWNER K_TO roleName )
  | K_ALTER K_DATABASE columnName ( K_WITH? databaseOption+ | settingClause )
  | K_ALTER K_TYPE qualifiedName K_ADD K_VALUE ifNotExists? stringLiteral ( ( K_BEFORE | K_AFTER ) stringLiteral )?
  | K_ALTER K_TYPE qualifiedName K_RENAME K_VALUE stringLiteral K_TO stringLiteral
  | K_ALTER ( K_TYPE | K_DOMAIN ) qualifiedName ( K_RENAME ( ( K_ATTRIBUTE | K_CONSTRAINT ) columnName )? K_TO columnName dropBehavior? | K_SET K_SCHEMA columnName | K_OWNER K_TO roleName )
  | K_ALTER K_DOMAIN qualifiedName domainAction
  | K_ALTER ( K_ROLE | K_USER | K_GROUP ) roleName ( K_WITH? roleOption* | K_RENAME K_TO roleName | ( K_ADD | K_DROP ) K_USER roleNames )
  | K_ALTER ( K_ROLE | K_USER ) ( roleName | K_ALL ) ( K_IN K_DATABASE columnName )? settingClause
  ;
settingClause : K_SET setting | resetStatement ;
alterRelation
  : alterAction ( COMMA alterAction )*
  | K_RENAME ( K_COLUMN? columnName | K_CONSTRAINT columnName )? K_TO columnName
  | K_SET K_SCHEMA columnName
  ;
alterAction
  : K_ADD K_COLUMN? ifNotExists? columnDefinition
  | K_ADD tableConstraint
  | K_DROP K_COLUMN? ifExists? columnName dropBehavior?
  | K_DROP K_CONSTRAINT ifExists? columnName dropBehavior?
  | K_ALTER K_COLUMN? ( columnName | INTEGER ) alterColumn
  | K_ALTER K_CONSTRAINT columnName constraintAttribute*
  | K_VALIDATE K_CONSTRAINT columnName
  | K_SET optionList
  | K_RESET optionList
  | K_SET ( K_LOGGED | K_UNLOGGED )
  | K_OWNER K_TO roleName
  | K_NO? K_INHERIT qualifiedName
  | K_SET K_TABLESPACE columnName
  | K_CLUSTER K_ON columnName
  | K_SET K_WITHOUT ( K_OIDS | K_CLUSTER )
  | ( K_ENABLE | K_DISABLE | K_ATTACH | K_DETACH | K_REPLICA | K_FORCE | K_NO K_FORCE | K_OF | K_NOT K_OF ) actionToken*
  ;
alterColumn
  : K_SET K_DEFAULT expression
  | K_DROP K_DEFAULT
  | ( K_SET | K_DROP ) K_NOT K_NULL
  | ( K_SET K_DATA )? K_TYPE typeName ( K_COLLATE qualifiedName )? ( K_USING expression )?
  | K_SET K_STATISTICS signedInteger
  | K_SET ( K_STORAGE | K_COMPRESSION ) ( columnName | K_DEFAULT )
  | ( K_SET | K_RESET ) optionList
  | K_ADD K_GENERATED ( K_ALWAYS | K_BY K_DEFAULT ) K_AS K_IDENTITY ( LP sequenceOption+ RP )?
  | ( K_SET ( K_GENERATED ( K_ALWAYS | K_BY K_DEFAULT ) | sequenceOption ) | K_RESTART ( K_WITH? signedNumber )? )+
  | K_DROP ( K_IDENTITY | K_EXPRESSION ) ifExists?
  ;
domainAction
  : K_SET K_DEFAULT expression
  | K_DROP K_DEFAULT
  | ( K_SET | K_DROP ) K_NOT K_NULL
  | K_ADD tableConstraint
  | K_DROP K_CONSTRAINT ifExists? columnName dropBehavior?
  | K_VALIDATE K_CONSTRAINT columnName
  ;

objectType
  : K_TABLE | K_VIEW | K_MATERIALIZED K_VIEW | K_INDEX | K_SEQUENCE | K_TYPE | K_DOMAIN | K_COLLATION | K_CONVERSION | K_STATISTICS
  | K_FOREIGN K_TABLE | K_TEXT K_SEARCH ( K_PARSER | K_DICTIONARY | K_TEMPLATE | K_CONFIGURATION )
  | K_SCHEMA | K_EXTENSION | K_LANGUAGE | K_PROCEDURAL K_LANGUAGE | K_ACCESS K_METHOD | K_EVENT K_TRIGGER | K_PUBLICATION | K_SERVER
  | K_FOREIGN K_DATA K_WRAPPER
  ;
functionType : K_FUNCTION | K_PROCEDURE | K_ROUTINE | K_AGGREGATE ;
functionSignature : functionName ( LP ( STAR | signatureArgument ( COMMA signatureArgument )* )? RP )? ;
signatureArgument : ( K_IN | K_OUT | K_INOUT | K_VARIADIC )? typeFunctionName? typeName ;
dropStatement
  : K_DROP objectType ifExists? qualifiedNames dropBehavior?
  | K_DROP K_INDEX K_CONCURRENTLY ifExists? qualifiedNames dropBehavior?
  | K_DROP K_DATABASE ifExists? columnName ( K_WITH? LP K_FORCE RP )?
  | K_DROP ( K_ROLE | K_USER | K_GROUP ) ifExists? roleNames
  | K_DROP functionType ifExists? functionSignature ( COMMA functionSignature )* dropBehavior?
  | K_DROP ( K_TRIGGER | K_RULE | K_POLICY ) ifExists? columnName K_ON qualifiedName dropBehavior?
  | K_DROP ( K_TABLESPACE | K_SUBSCRIPTION ) ifExists? columnName dropBehavior?
  | K_DROP ( K_OPERATOR | K_CAST | K_TRANSFORM | K_OWNED | K_USER K_MAPPING ifExists? K_FOR ) anyToken+
  ;
commentStatement
  : K_COMMENT K_ON
    ( ( objectType | K_COLUMN | K_DATABASE | K_ROLE | K_TABLESPACE | K_SUBSCRIPTION ) qualifiedName
    | functionType functionSignature
    | ( K_CONSTRAINT | K_TRIGGER | K_RULE | K_POLICY ) columnName K_ON K_DOMAIN? qualifiedName
)
    K_IS ( stringLiteral | K_NULL )
  | K_COMMENT K_ON ( K_OPERATOR | K_CAST | K_TRANSFORM | K_LARGE K_OBJECT ) anyToken+
  ;
refreshStatement : K_REFRESH K_MATERIALIZED K_VIEW K_CONCURRENTLY? qualifiedName ( K_WITH K_NO? K_DATA )? ;
reindexStatement : K_REINDEX optionList? ( K_INDEX | K_TABLE | K_SCHEMA | K_DATABASE | K_SYSTEM ) K_CONCURRENTLY? qualifiedName ;

// ------------------------------------------------------------------------------------------------------------ roles
grantStatement
  : K_GRANT privileges ( K_ON grantTarget )? K_TO grantees ( K_WITH ( K_GRANT | K_ADMIN ) K_OPTION )? ( K_GRANTED K_BY roleName )?
  ;
revokeStatement
  : K_REVOKE ( ( K_GRANT | K_ADMIN ) K_OPTION K_FOR )? privileges ( K_ON grantTarget )? K_FROM grantees ( K_GRANTED K_BY roleName )? dropBehavior?
  ;
privileges : K_ALL K_PRIVILEGES? columnList? | privilege ( COMMA privilege )* ;
privilege : ( K_SELECT | K_REFERENCES | K_CREATE | nonReservedWord ) columnList? ;
grantTarget
  : K_TABLE? qualifiedNames
  | ( K_SEQUENCE | K_DATABASE | K_DOMAIN | K_SCHEMA | K_TYPE | K_LANGUAGE | K_TABLESPACE | K_FOREIGN K_SERVER | K_FOREIGN K_DATA K_WRAPPER ) qualifiedNames
  | functionType functionSignature ( COMMA functionSignature )*
  | K_ALL ( K_TABLES | K_SEQUENCES | K_FUNCTIONS | K_PROCEDURES | K_ROUTINES ) K_IN K_SCHEMA columnNames
  | K_LARGE K_OBJECT signedNumber ( COMMA signedNumber )*
  ;
grantees : K_GROUP? roleName ( COMMA K_GROUP? roleName )* ;

// ------------------------------------------------------------------------------------------------------------ session
transactionStatement
  : ( K_BEGIN ( K_WORK | K_TRANSACTION )? | K_START K_TRANSACTION ) transactionModes?
  | ( K_COMMIT | K_END | K_ROLLBACK | K_ABORT ) ( K_WORK | K_TRANSACTION )? ( K_AND K_NO? K_CHAIN )?
  | K_SAVEPOINT columnName
  | K_RELEASE K_SAVEPOINT? columnName
  | K_ROLLBACK ( K_WORK | K_TRANSACTION )? K_TO K_SAVEPOINT? columnName
  | K_PREPARE K_TRANSACTION stringLiteral
  | ( K_COMMIT | K_ROLLBACK ) K_PREPARED stringLiteral
  ;
transactionModes : transactionMode ( COMMA? transactionMode )* ;
transactionMode : K_ISOLATION K_LEVEL isolationLevel | K_READ ( K_ONLY | K_WRITE ) | K_NOT? K_DEFERRABLE ;
isolationLevel : K_READ ( K_UNCOMMITTED | K_COMMITTED ) | K_REPEATABLE K_READ | K_SERIALIZABLE ;

setStatement
  : K_SET ( K_SESSION | K_LOCAL )? setting
  | K_SET ( K_LOCAL | K_SESSION )? K_TRANSACTION ( transactionModes | K_SNAPSHOT stringLiteral )
  | K_SET K_SESSION K_CHARACTERISTICS K_AS K_TRANSACTION transactionModes
  | K_SET K_CONSTRAINTS ( K_ALL | qualifiedNames ) ( K_DEFERRED | K_IMMEDIATE )
  ;
setting
  : settingName ( ( K_TO | EQ ) ( settingValue ( COMMA settingValue )* | K_DEFAULT ) | K_FROM K_CURRENT )
  | K_TIME K_ZONE ( stringLiteral | IDENT | QIDENT | K_INTERVAL ( LP INTEGER RP )? stringLiteral intervalFields? | signedNumber | K_DEFAULT | K_LOCAL )
  | K_SCHEMA stringLiteral
  | K_NAMES ( stringLiteral | K_DEFAULT )?
  | K_ROLE ( nonReservedWord | stringLiteral )
  | K_SESSION K_AUTHORIZATION ( nonReservedWord | stringLiteral | K_DEFAULT )
  | K_XML K_OPTION ( K_DOCUMENT | K_CONTENT )
  ;
settingName : columnName ( DOT columnName )* ;
settingValue : K_TRUE | K_FALSE | K_ON | nonReservedWord | stringLiteral | signedNumber ;
showStatement : K_SHOW ( settingName | K_TIME K_ZONE | K_TRANSACTION K_ISOLATION K_LEVEL | K_SESSION K_AUTHORIZATION | K_ALL ) ;
resetStatement : K_RESET ( settingName | K_TIME K_ZONE | K_TRANSACTION K_ISOLATION K_LEVEL | K_SESSION K_AUTHORIZATION | K_ALL ) ;

prepareStatement : K_PREPARE columnName ( LP typeName ( COMMA typeName )* RP )? K_AS preparableStatement ;
executeStatement : K_EXECUTE columnName ( LP expressionList RP )? ;
deallocateStatement : K_DEALLOCATE K_PREPARE? ( columnName | K_ALL ) ;
declareStatement
  : K_DECLARE columnName ( K_BINARY | K_NO? K_SCROLL | K_INSENSITIVE | K_ASENSITIVE )* K_CURSOR ( ( K_WITH | WITH_LA | K_WITHOUT ) K_HOLD )? K_FOR queryStatement
  ;
fetchStatement : ( K_FETCH | K_MOVE ) fetchArguments ;
fetchArguments
  : columnName
  | ( K_FROM | K_IN ) columnName
  | fetchDirection ( K_FROM | K_IN )? columnName
  ;
fetchDirection
  : K_NEXT | K_PRIOR | K_FIRST | K_LAST
  | ( K_ABSOLUTE | K_RELATIVE ) signedInteger
  | signedInteger
  | K_ALL
  | ( K_FORWARD | K_BACKWARD ) ( signedInteger | K_ALL )?
  ;
closeStatement : K_CLOSE ( columnName | K_ALL ) ;

explainStatement
  : K_EXPLAIN ( K_ANALYZE | K_ANALYSE )? K_VERBOSE? explainable
  | K_EXPLAIN LP explainOption ( COMMA explainOption )* RP explainable
  ;
explainOption : ( nonReservedWord | K_ANALYZE | K_ANALYSE ) explainValue? ;
explainValue : nonReservedWord | K_TRUE | K_FALSE | K_ON | signedNumber | stringLiteral ;
explainable : preparableStatement | declareStatement | createStatement | refreshStatement | executeStatement ;
analyzeStatement : ( K_ANALYZE | K_ANALYSE ) ( K_VERBOSE | optionList )? maintenanceTargets? ;
vacuumStatement : K_VACUUM ( optionList | K_FULL? K_FREEZE? K_VERBOSE? ( K_ANALYZE | K_ANALYSE )? ) maintenanceTargets? ;
maintenanceTargets : maintenanceTarget ( COMMA maintenanceTarget )* ;
maintenanceTarget : qualifiedName columnList? ;
clusterStatement : K_CLUSTER ( optionList | K_VERBOSE )? ( qualifiedName ( K_USING columnName )? )? ;
maintenanceStatement : K_CHECKPOINT | ( K_FLUSH | K_COMPACT ) K_TABLE? qualifiedName? ;
discardStatement : K_DISCARD ( K_ALL | K_TEMP | K_TEMPORARY | K_PLANS | K_SEQUENCES ) ;
lockStatement : K_LOCK K_TABLE? relation ( COMMA relation )* ( K_IN lockMode K_MODE )? K_NOWAIT? ;
lockMode
  : K_ACCESS ( K_SHARE | K_EXCLUSIVE )
  | K_ROW ( K_SHARE | K_EXCLUSIVE )
  | K_SHARE ( K_UPDATE K_EXCLUSIVE | K_ROW K_EXCLUSIVE )?
  | K_EXCLUSIVE
  ;
notificationStatement
  : K_LISTEN columnName
  | K_UNLISTEN ( columnName | STAR )
  | K_NOTIFY columnName ( COMMA stringLiteral )?
  ;
useStatement : K_USE columnName ;
doStatement : K_DO ( stringLiteral | K_LANGUAGE nonReservedWord )+ ;
callStatement : K_CALL tableFunctionCall ;

// Statements known by their first words only.
unsupportedStatement
  : K_CREATE ( K_OR K_REPLACE )?
    ( K_FUNCTION | K_PROCEDURE | K_TRIGGER | K_CONSTRAINT K_TRIGGER | K_RULE | K_AGGREGATE | K_OPERATOR ( K_CLASS | K_FAMILY )? | K_CAST | K_EXTENSION | K_COLLATION
    | ( K_TRUSTED? K_PROCEDURAL? ) K_LANGUAGE | K_PUBLICATION | K_SUBSCRIPTION | K_POLICY | K_SERVER | K_FOREIGN ( K_TABLE | K_DATA K_WRAPPER )
    | K_TABLESPACE | K_STATISTICS | K_TEXT K_SEARCH ( K_PARSER | K_DICTIONARY | K_TEMPLATE | K_CONFIGURATION ) | K_DEFAULT? K_CONVERSION
    | K_ACCESS K_METHOD | K_EVENT K_TRIGGER | K_TRANSFORM | K_USER K_MAPPING K_FOR ) anyToken*
  | K_CREATE K_TYPE qualifiedName ( ( K_AS K_RANGE | LP ) anyToken* )?
  | K_ALTER
    ( K_FUNCTION | K_PROCEDURE | K_ROUTINE | K_TRIGGER | K_RULE | K_AGGREGATE | K_OPERATOR ( K_CLASS | K_FAMILY )? | K_EXTENSION | K_COLLATION
    | K_PROCEDURAL? K_LANGUAGE | K_PUBLICATION | K_SUBSCRIPTION | K_POLICY | K_SERVER | K_FOREIGN ( K_TABLE | K_DATA K_WRAPPER )
    | K_TABLESPACE | K_STATISTICS | K_TEXT K_SEARCH ( K_PARSER | K_DICTIONARY | K_TEMPLATE | K_CONFIGURATION ) | K_CONVERSION | K_EVENT K_TRIGGER
    | K_DEFAULT K_PRIVILEGES | K_SYSTEM | K_LARGE K_OBJECT | K_USER K_MAPPING K_FOR ) anyToken*
  | K_ALTER K_TYPE qualifiedName ( ( K_ADD | K_DROP | K_ALTER ) K_ATTRIBUTE | K_SET LP ) anyToken*
  | K_REASSIGN K_OWNED anyToken*
  | K_SECURITY K_LABEL anyToken*
  | K_IMPORT K_FOREIGN anyToken*
  | K_LOAD stringLiteral
  ;
anyToken : ~SEMI ;
actionToken : ~( SEMI | COMMA ) ;
