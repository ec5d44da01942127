/*
 * RASP, the Restricted Access Sequence Processing language.
 *
 * One statement is one call of the rule `statement`: the reader calls it until the file ends, so that an error in one
 * statement leaves the next ones alone. Nothing is skipped silently: comments go to a channel where the reader sees
 * them, and a character that starts no token becomes UNKNOWN_CHARACTER.
 */
grammar Rasp;

statement
    : assignment ';'                                                        # AssignmentStatement
    | 'def' name '(' names? ')' block                                       # FunctionDefinition
    | 'for' names 'in' expression block                                     # ForStatement
    | 'return' expressions ';'                                              # ReturnStatement
    | 'load' STRING ';'                                                     # LoadStatement
    | interactive ';'?                                                      # InteractiveStatement
    | expressions ';'                                                       # ExpressionStatement
    ;

block : '{' statement* '}' ;

assignment : names '=' expressions ;

// What one types at the interactive prompt. Files written to be piped into an interpreter hold these too.
interactive
    : 'set' subject? 'example' (STRING | list | name)                       # SetExample
    | 'show' subject? 'example'                                             # ShowExample
    | subject? 'examples' ('on' | 'off')                                    # SwitchExamples
    | 'full' 'seq' 'display' ('on' | 'off')                                 # SwitchSequenceDisplay
    | ('exit' | 'quit') ('(' ')')?                                          # Leave
    ;

// The words are `s-op`, which the lexer reads as three tokens, and `selector`.
subject : name '-' name | 'selector' ;

names : name (',' name)* ;

expressions : expression (',' expression)* ;

/*
 * Tightest first; everything associates to the left. Not as one would expect, but as the language has it:
 *   - prefix operators bind tighter than `^`:           -2^2 is 4
 *   - `not` binds tighter than comparisons:             not a == b is (not a) == b
 *   - `and` and `or` share one level:                   True or False and False is False
 *   - `in` is loosest:                                  x in [1] and y is x in ([1] and y)
 */
expression
    : '(' expression ')'                                                    # Parenthesized
    | 'select' '(' expression ',' expression ',' comparison ')'             # Select
    | literal                                                               # LiteralValue
    | list                                                                  # ListValue
    | dictionary                                                            # DictionaryValue
    | name                                                                  # NameReference
    | expression '[' expression ']'                                         # Index
    | expression '(' expressions? ')'                                       # Call
    | ('not' | '-' | '+') expression                                        # Prefix
    | <assoc = left> expression '^' expression                              # Binary
    | expression ('*' | '/') expression                                     # Binary
    | expression '%' expression                                             # Binary
    | expression ('+' | '-') expression                                     # Binary
    | expression ('==' | '<=' | '>=' | '>' | '<') expression                # Binary
    | expression ('and' | 'or') expression                                  # Binary
    | <assoc = left> expression 'if' expression 'else' expression           # Conditional
    | expression 'in' expression                                            # Contained
    ;

// A list and a comprehension begin alike. As two alternatives the parser would have to read ahead to the 'for', at every
// level of nesting again.
list : '[' (expression (comprehension | (',' expression)*))? ']' ;

dictionary : '{' (entry (comprehension | (',' entry)*))? '}' ;

comprehension : 'for' names 'in' expression ;

entry : expression ':' expression ;

// `!=` exists only here.
comparison : '==' | '!=' | '<' | '<=' | '>' | '>=' ;

literal : INTEGER | FLOAT | STRING ;

// Words of the interactive statements are ordinary names wherever no such statement can be meant.
name
    : NAME
    | 'load' | 'set' | 'show' | 'example' | 'examples' | 'on' | 'off' | 'selector' | 'full' | 'seq' | 'display' | 'exit' | 'quit'
    ;

// Keywords have names so that the reader can tell them apart.
DEF : 'def' ;
FOR : 'for' ;
IN : 'in' ;
RETURN : 'return' ;
IF : 'if' ;
ELSE : 'else' ;
AND : 'and' ;
OR : 'or' ;
NOT : 'not' ;
SELECT : 'select' ;
LOAD : 'load' ;
SET : 'set' ;
SHOW : 'show' ;
EXAMPLE : 'example' ;
EXAMPLES : 'examples' ;
ON : 'on' ;
OFF : 'off' ;
SELECTOR : 'selector' ;
FULL : 'full' ;
SEQ : 'seq' ;
DISPLAY : 'display' ;
EXIT : 'exit' ;
QUIT : 'quit' ;

OPEN_PARENTHESIS : '(' ;
CLOSE_PARENTHESIS : ')' ;
OPEN_BRACKET : '[' ;
CLOSE_BRACKET : ']' ;
OPEN_BRACE : '{' ;
CLOSE_BRACE : '}' ;
SEMICOLON : ';' ;
COMMA : ',' ;
COLON : ':' ;
ASSIGN : '=' ;
EQUAL : '==' ;
NOT_EQUAL : '!=' ;
LESS_OR_EQUAL : '<=' ;
GREATER_OR_EQUAL : '>=' ;
LESS : '<' ;
GREATER : '>' ;
PLUS : '+' ;
MINUS : '-' ;
TIMES : '*' ;
DIVIDE : '/' ;
MODULO : '%' ;
POWER : '^' ;

// No exponents, no escapes. True and False are reserved names, not literals.
FLOAT : DIGIT+ '.' DIGIT+ ;
INTEGER : DIGIT+ ;
STRING : '"' ~["\r\n]* '"' ;
UNTERMINATED_STRING : '"' ~["\r\n]* ;
NAME : [a-zA-Z_] [a-zA-Z_0-9]* ;

COMMENT : '#' ~[\r\n]* -> channel(HIDDEN) ;
WHITESPACE : [ \t\r\n\uFEFF]+ -> skip ;
UNKNOWN_CHARACTER : . ;

fragment DIGIT : [0-9] ;
