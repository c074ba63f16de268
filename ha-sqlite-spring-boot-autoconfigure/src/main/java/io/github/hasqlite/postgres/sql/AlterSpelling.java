package io.github.hasqlite.postgres.sql;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.util.Set;

/** What object-relational mappers write when they make tables: types of time with a length, changes of tables. */
final class AlterSpelling {

    /** What a constraint without a name begins with. */
    private static final Set<String> KINDS = Set.of("primary", "unique", "foreign", "check", "exclude");

    private AlterSpelling() {}

    static void apply(TokenBuffer tokens) throws SQLException {
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.isWord(i, "TIMESTAMP") || tokens.isWord(i, "TIME")) {
                time(tokens, i);
            } else if (tokens.isWords(i, "ALTER", "TABLE")) {
                table(tokens, i + 2);
            }
        }
    }

    /** {@code timestamp(6) with time zone}: SQLite takes no word of a type behind its length. */
    private static void time(TokenBuffer tokens, int at) {
        int length = tokens.is(at + 1, "(") ? tokens.closing(at + 1) + 1 : at + 1;
        boolean zoned = tokens.isWords(length, "WITH", "TIME", "ZONE");
        if (zoned || tokens.isWords(length, "WITHOUT", "TIME", "ZONE")) {
            tokens.replace(at, length + 3, tokens.get(at).text() + (zoned ? "TZ" : ""));
        }
    }

    private static void table(TokenBuffer tokens, int at) throws SQLException {
        if (tokens.isWords(at, "IF", "EXISTS")) {
            tokens.remove(at, at + 2);
        }
        if (tokens.isWord(at, "ONLY")) {
            tokens.remove(at, at + 1);
        }
        int action = tokens.is(at + 1, ".") ? at + 3 : at + 1;
        if (tokens.isWords(action, "ADD", "CONSTRAINT")) {
            constraint(tokens, at, action);
            return;
        }
        if (tokens.isWords(action, "DROP", "CONSTRAINT")) {
            // of those that can be added, which are indexes; others are refused before
            boolean exists = tokens.isWords(action + 2, "IF", "EXISTS");
            String name = tokens.get(exists ? action + 4 : action + 2).text();
            tokens.replace(at - 2, tokens.size(), "DROP INDEX " + (exists ? "IF EXISTS " : "") + name);
            return;
        }
        if (tokens.isWord(action, "ADD")
                && KINDS.contains(tokens.get(action + 1).name())) {
            throw cannotAdd(tokens.get(action + 1).text());
        }
        int change = tokens.isWord(action + 1, "COLUMN") ? action + 2 : action + 1;
        if (tokens.isWord(action, "ADD") && tokens.isWords(change, "IF", "NOT", "EXISTS")) {
            tokens.remove(change, change + 3);
        } else if (tokens.isWord(action, "DROP") && tokens.isWords(change, "IF", "EXISTS")) {
            tokens.remove(change, change + 2);
        }
        if (tokens.isWord(action, "DROP")
                && (tokens.isWord(change + 1, "CASCADE") || tokens.isWord(change + 1, "RESTRICT"))) {
            tokens.remove(change + 1, change + 2);
        }
        requirePossible(tokens, action);
    }

    private static void requirePossible(TokenBuffer tokens, int action) throws SQLException {
        boolean known = tokens.isWord(action, "ADD")
                || tokens.isWord(action, "DROP")
                || (tokens.isWord(action, "RENAME") && !tokens.isWord(action + 1, "CONSTRAINT"));
        if (!known && tokens.get(action).kind() == SqlToken.Kind.WORD) {
            throw new SQLException(
                    "SQLite can add, drop and rename columns, and rename tables: ALTER TABLE … "
                            + tokens.get(action).text() + " is not supported; make the table anew",
                    SqlStates.FEATURE_NOT_SUPPORTED);
        }
        for (int i = action; i < tokens.size(); i++) {
            if (tokens.is(i, "(")) {
                i = tokens.closing(i);
            } else if (tokens.is(i, ",")) {
                throw new SQLException(
                        "SQLite changes a table by one step at a time: write an ALTER TABLE for each",
                        SqlStates.FEATURE_NOT_SUPPORTED);
            }
        }
    }

    private static SQLException cannotAdd(String name) {
        return new SQLException(
                "the constraint " + name
                        + " cannot be added: SQLite has constraints only from CREATE TABLE. "
                        + RebuildAdvice.of("with it"),
                SqlStates.FEATURE_NOT_SUPPORTED);
    }

    /** One that is unique is an index; SQLite knows all others only from CREATE TABLE. */
    private static void constraint(TokenBuffer tokens, int table, int action) throws SQLException {
        String name = tokens.get(action + 2).text();
        int kind = action + 3;
        int close = tokens.closing(kind + 1);
        boolean ends = close + 1 >= tokens.size()
                || tokens.is(close + 1, ";")
                || tokens.get(close + 1).text().isEmpty();
        if (!tokens.isWord(kind, "UNIQUE") || !tokens.is(kind + 1, "(") || !ends) {
            throw cannotAdd(name);
        }
        String index = "CREATE UNIQUE INDEX " + name + " ON "
                + tokens.text(table, action).strip();
        String columns = tokens.text(kind + 1, close + 1).strip();
        tokens.replace(table - 2, close + 1, index + " " + columns);
    }
}
