package io.github.hasqlite.core.sqlite;

import java.util.ArrayList;
import java.util.List;

/**
 * The first statement of some SQL text, as far as it must be understood: its kind, and the name it
 * is about.
 *
 * @param text the statement's text without what follows it
 * @param kind what it means for the transaction
 * @param insert whether it is an INSERT or REPLACE, after which there is a generated key
 * @param name the table written to ({@link StatementKind#WRITE}), created ({@link
 *     StatementKind#CREATE} with {@code copiesRows}), the pragma in lower case, or the savepoint; otherwise
 *     empty
 * @param copiesRows whether it is a CREATE TABLE … AS SELECT
 * @param constant whether it is a query without any FROM: what it answers is not in the database
 * @param updateOrReplace whether it is an UPDATE OR REPLACE
 */
public record ParsedSql(
        String text,
        StatementKind kind,
        boolean insert,
        String name,
        boolean copiesRows,
        boolean constant,
        boolean updateOrReplace) {

    /** A query whose text ends with this comment takes the write lock before it reads. */
    public static final String LOCK = "/* FOR UPDATE */";

    /**
     * Parses the first statement of {@code sql} that is not empty, which is what SQLite compiles: it reads over
     * semicolons in front of a statement, and nothing behind a NUL character.
     */
    public static ParsedSql first(String sql) {
        String text = untilNul(sql);
        int from = behindEmptyStatements(text);
        ParsedSql first = parse(text, from, endOfStatement(text, from));
        return from == 0 ? first : first.withoutKey();
    }

    /** sqlite-jdbc does not see an INSERT behind a semicolon. */
    private ParsedSql withoutKey() {
        return new ParsedSql(text, kind, false, name, copiesRows, constant, updateOrReplace);
    }

    private static String untilNul(String sql) {
        int nul = sql.indexOf('\0');
        return nul < 0 ? sql : sql.substring(0, nul);
    }

    private static int behindEmptyStatements(String sql) {
        SqlTokens tokens = new SqlTokens(sql);
        int from = 0;
        while (tokens.advance() && tokens.is(';')) {
            from = tokens.end();
        }
        return from;
    }

    /** Splits a script the way {@code sqlite3_exec} does, empty statements left out. */
    public static List<ParsedSql> script(String script) {
        String sql = untilNul(script);
        List<ParsedSql> statements = new ArrayList<>();
        int from = 0;
        while (from < sql.length()) {
            int to = endOfStatement(sql, from);
            ParsedSql parsed = parse(sql, from, to);
            if (parsed.kind != StatementKind.EMPTY) {
                statements.add(parsed);
            }
            from = to;
        }
        return statements;
    }

    /** Where the statement that begins at {@code from} ends: behind its semicolon or at the end. */
    private static int endOfStatement(String sql, int from) {
        SqlTokens tokens = new SqlTokens(sql, from, sql.length());
        boolean trigger = startsTrigger(new SqlTokens(sql, from, sql.length()));
        boolean afterEnd = false;
        boolean afterSemicolon = false;
        while (tokens.advance()) {
            if (tokens.is(';')) {
                if (!trigger || afterEnd) {
                    return tokens.end();
                }
                afterSemicolon = true;
                continue;
            }
            // only an END right after a statement's semicolon closes a trigger; others close a CASE
            afterEnd = trigger && afterSemicolon && tokens.isWord("END");
            afterSemicolon = false;
        }
        return sql.length();
    }

    private static boolean startsTrigger(SqlTokens tokens) {
        if (!tokens.advance()) {
            return false;
        }
        if (tokens.isWord("EXPLAIN")) {
            tokens.advance();
            if (tokens.isWord("QUERY")) {
                tokens.advance();
                tokens.advance();
            }
        }
        if (!tokens.isWord("CREATE") || !tokens.advance()) {
            return false;
        }
        if (tokens.isWord("TEMP") || tokens.isWord("TEMPORARY")) {
            tokens.advance();
        }
        return tokens.isWord("TRIGGER");
    }

    private static ParsedSql parse(String sql, int from, int to) {
        SqlTokens tokens = new SqlTokens(sql, from, to);
        String text = sql.substring(from, to);
        if (!tokens.advance() || tokens.is(';')) {
            return of(text, StatementKind.EMPTY);
        }
        return switch (tokens.word()) {
            case "SELECT", "VALUES" -> query(text, tokens);
            case "EXPLAIN" -> explain(text, tokens);
            case "WITH" -> afterWith(text, tokens);
            case "INSERT", "REPLACE", "UPDATE", "DELETE" -> write(text, tokens);
            case "CREATE" -> create(text, tokens);
            case "DROP" -> of(text, StatementKind.DROP);
            case "ALTER" -> of(text, StatementKind.ALTER);
            case "VACUUM", "ANALYZE", "REINDEX" -> of(text, StatementKind.MAINTENANCE);
            case "PRAGMA" -> pragma(text, tokens);
            case "BEGIN" -> begin(text, tokens);
            case "COMMIT", "END" -> of(text, StatementKind.COMMIT);
            case "ROLLBACK" -> rollback(text, tokens);
            case "SAVEPOINT" -> named(text, StatementKind.SAVEPOINT, tokens);
            case "RELEASE" -> named(text, StatementKind.RELEASE, tokens);
            default -> of(text, StatementKind.OTHER);
        };
    }

    private static ParsedSql of(String text, StatementKind kind) {
        return new ParsedSql(text, kind, false, "", false, false, false);
    }

    private static ParsedSql query(String text, SqlTokens tokens) {
        return new ParsedSql(text, StatementKind.READ, false, "", false, !mentionsFrom(tokens), false);
    }

    /** Whether this is a query whose rows nobody else is to change before the transaction ends: it ends with {@link #LOCK}. */
    public boolean locks() {
        if (kind != StatementKind.READ || text.length() < LOCK.length()) {
            return false;
        }
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) <= ' ' || text.charAt(end - 1) == ';')) {
            end--;
        }
        return text.regionMatches(true, end - LOCK.length(), LOCK, 0, LOCK.length());
    }

    /** Many pragmas take effect when they are compiled, so that explaining one is running it. */
    private static ParsedSql explain(String text, SqlTokens tokens) {
        boolean more = tokens.advance();
        if (more && tokens.isWord("QUERY")) {
            tokens.advance();
            more = tokens.advance();
        }
        if (!more || !tokens.isWord("PRAGMA")) {
            return query(text, tokens);
        }
        String name = PragmaText.read(tokens).name();
        return new ParsedSql(text, StatementKind.OTHER, false, name, false, false, false);
    }

    /** Whether this is a pragma that is not one of those that write. */
    public boolean isPragma() {
        return kind == StatementKind.OTHER && !name.isEmpty();
    }

    private static boolean mentionsFrom(SqlTokens tokens) {
        while (tokens.advance()) {
            if (tokens.isWord("FROM")) {
                return true;
            }
        }
        return false;
    }

    /** Steps over {@code WITH [RECURSIVE] name [(columns)] AS [[NOT] MATERIALIZED] (query), …}. */
    private static ParsedSql afterWith(String text, SqlTokens tokens) {
        boolean more = tokens.advance();
        if (more && tokens.isWord("RECURSIVE")) {
            more = tokens.advance();
        }
        while (more) {
            more = tokens.advance();
            if (more && tokens.is('(')) {
                more = tokens.advanceBehindParentheses();
            }
            while (more && (tokens.isWord("AS") || tokens.isWord("NOT") || tokens.isWord("MATERIALIZED"))) {
                more = tokens.advance();
            }
            if (!more || !tokens.is('(') || !tokens.advanceBehindParentheses()) {
                break;
            }
            if (!tokens.is(',')) {
                return switch (tokens.word()) {
                    case "SELECT", "VALUES" -> of(text, StatementKind.READ);
                    case "INSERT", "REPLACE", "UPDATE", "DELETE" -> write(text, tokens);
                    default -> of(text, StatementKind.OTHER);
                };
            }
            more = tokens.advance();
        }
        return of(text, StatementKind.OTHER);
    }

    private static ParsedSql write(String text, SqlTokens tokens) {
        // as sqlite-jdbc recognizes it: a comment or a byte order mark in front hides it
        boolean insert = (tokens.isWord("INSERT") || tokens.isWord("REPLACE"))
                && Character.isLetter(text.stripLeading().charAt(0));
        boolean update = tokens.isWord("UPDATE");
        boolean replaces = false;
        boolean more = tokens.advance();
        if (more && tokens.isWord("OR")) {
            replaces = tokens.advance() && tokens.isWord("REPLACE");
            more = tokens.advance();
        }
        if (more && (tokens.isWord("INTO") || tokens.isWord("FROM"))) {
            more = tokens.advance();
        }
        String name = more ? qualifiedName(tokens) : "";
        return new ParsedSql(text, StatementKind.WRITE, insert, name, false, false, update && replaces);
    }

    /** The name at the current token, without the schema it may be qualified with. */
    private static String qualifiedName(SqlTokens tokens) {
        String name = tokens.name();
        if (tokens.advance() && tokens.is('.') && tokens.advance()) {
            name = tokens.name();
            tokens.advance();
        }
        return name;
    }

    private static ParsedSql create(String text, SqlTokens tokens) {
        boolean more = tokens.advance();
        if (more && (tokens.isWord("TEMP") || tokens.isWord("TEMPORARY"))) {
            more = tokens.advance();
        }
        if (!more || !tokens.isWord("TABLE") || !tokens.advance()) {
            return of(text, StatementKind.CREATE);
        }
        if (tokens.isWord("IF")) {
            tokens.advance();
            tokens.advance();
            tokens.advance();
        }
        String name = qualifiedName(tokens);
        return new ParsedSql(text, StatementKind.CREATE, false, name, tokens.isWord("AS"), false, false);
    }

    private static ParsedSql pragma(String text, SqlTokens tokens) {
        PragmaText pragma = PragmaText.read(tokens);
        if (pragma.isHeader()) {
            return new ParsedSql(text, StatementKind.HEADER_PRAGMA, false, pragma.name(), false, false, false);
        }
        StatementKind kind = pragma.writes() ? StatementKind.MAINTENANCE : StatementKind.OTHER;
        return new ParsedSql(text, kind, false, pragma.name(), false, false, false);
    }

    private static ParsedSql begin(String text, SqlTokens tokens) {
        boolean locks = tokens.advance() && (tokens.isWord("IMMEDIATE") || tokens.isWord("EXCLUSIVE"));
        return of(text, locks ? StatementKind.BEGIN_IMMEDIATE : StatementKind.BEGIN);
    }

    /** {@code ROLLBACK [TRANSACTION [name]] [TO [SAVEPOINT] name]}. */
    private static ParsedSql rollback(String text, SqlTokens tokens) {
        boolean more = tokens.advance();
        if (more && tokens.isWord("TRANSACTION")) {
            more = tokens.advance();
            if (more && !tokens.isWord("TO") && !tokens.is(';')) {
                more = tokens.advance();
            }
        }
        if (more && tokens.isWord("TO")) {
            return named(text, StatementKind.ROLLBACK_TO, tokens);
        }
        return of(text, StatementKind.ROLLBACK);
    }

    private static ParsedSql named(String text, StatementKind kind, SqlTokens tokens) {
        boolean more = tokens.advance();
        String name = more ? tokens.name() : "";
        boolean optionalWord = more && kind != StatementKind.SAVEPOINT && tokens.isWord("SAVEPOINT");
        if (optionalWord && tokens.advance() && !tokens.is(';')) {
            name = tokens.name();
        }
        return new ParsedSql(text, kind, false, name, false, false, false);
    }
}
