package io.github.hasqlite.postgres.sql;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.util.List;

/** Statements of PostgreSQL that SQLite has nothing for: what to do instead is more than a syntax error says. Stateless. */
final class Refusals {

    private static final String ONE_ROLE = "there is one role, which may do everything, and one database";
    private static final String NO_PROGRAMS = "SQLite keeps no functions; a trigger has its statements in its body";

    /**
     * What a statement begins with.
     *
     * @param words all of them
     * @param advice what to do
     */
    private record Refused(List<String> words, String advice) {

        static Refused of(String words, String advice) {
            return new Refused(List.of(words.split(" ")), advice);
        }

        boolean begins(TokenBuffer tokens) {
            for (int i = 0; i < words.size(); i++) {
                boolean mark = words.get(i).equals("(");
                if (mark ? !tokens.is(i, "(") : !tokens.isWord(i, words.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }

    private static final List<Refused> REFUSED = List.of(
            Refused.of("CREATE SCHEMA", "there is one schema, public"),
            Refused.of("DROP SCHEMA", "there is one schema, public"),
            Refused.of("CREATE SEQUENCE", "a column that is INTEGER PRIMARY KEY counts by itself"),
            Refused.of("DROP SEQUENCE", "a column that is INTEGER PRIMARY KEY counts by itself"),
            Refused.of("CREATE TYPE", "use TEXT with a CHECK condition"),
            Refused.of("ALTER TYPE", "use TEXT with a CHECK condition"),
            Refused.of("DROP TYPE", "use TEXT with a CHECK condition"),
            Refused.of("CREATE AGGREGATE", NO_PROGRAMS),
            Refused.of("CREATE CAST", NO_PROGRAMS),
            Refused.of("CREATE OPERATOR", NO_PROGRAMS),
            Refused.of("CREATE EVENT", NO_PROGRAMS),
            Refused.of("ALTER FUNCTION", NO_PROGRAMS),
            Refused.of("ALTER SCHEMA", "there is one schema, public"),
            Refused.of("ALTER EXTENSION", "what SQLite has is there without extensions"),
            Refused.of("CREATE STATISTICS", "use ANALYZE"),
            Refused.of("CREATE PUBLICATION", "what is committed on one node is applied on all others by itself"),
            Refused.of("CREATE SUBSCRIPTION", "what is committed on one node is applied on all others by itself"),
            Refused.of("CREATE FOREIGN", "what is in another database is brought by COPY, or by the application"),
            Refused.of("CREATE SERVER", "what is in another database is brought by COPY, or by the application"),
            Refused.of("REINDEX TABLE", "write REINDEX and the name of the table"),
            Refused.of("REINDEX INDEX", "write REINDEX and the name of the index"),
            Refused.of("CREATE DOMAIN", "use a type with a CHECK condition"),
            Refused.of("CREATE EXTENSION", "what SQLite has is there without extensions"),
            Refused.of("DROP EXTENSION", "what SQLite has is there without extensions"),
            Refused.of("CREATE OR REPLACE", "DROP … IF EXISTS and CREATE it, in one transaction"),
            Refused.of("CREATE FUNCTION", NO_PROGRAMS),
            Refused.of("CREATE PROCEDURE", NO_PROGRAMS),
            Refused.of("DROP FUNCTION", NO_PROGRAMS),
            Refused.of("DO", NO_PROGRAMS),
            Refused.of("CALL", NO_PROGRAMS),
            Refused.of("CREATE MATERIALIZED", "use a view, or a table that is filled again"),
            Refused.of("REFRESH", "use a view, or a table that is filled again"),
            Refused.of("CREATE RULE", "use an INSTEAD OF trigger on a view"),
            Refused.of("CREATE POLICY", ONE_ROLE),
            Refused.of("CREATE ROLE", ONE_ROLE),
            Refused.of("CREATE USER", ONE_ROLE),
            Refused.of("DROP ROLE", ONE_ROLE),
            Refused.of("DROP USER", ONE_ROLE),
            Refused.of("CREATE DATABASE", ONE_ROLE),
            Refused.of("DROP DATABASE", ONE_ROLE),
            Refused.of("ALTER ROLE", ONE_ROLE),
            Refused.of("ALTER USER", ONE_ROLE),
            Refused.of("ALTER DATABASE", ONE_ROLE),
            Refused.of("ALTER SYSTEM", "the application sets such things"),
            Refused.of("ALTER SEQUENCE", "a column that is INTEGER PRIMARY KEY counts by itself"),
            Refused.of("ALTER INDEX", "DROP INDEX and CREATE INDEX"),
            Refused.of("ALTER VIEW", "DROP VIEW and CREATE VIEW"),
            Refused.of("LOCK", "BEGIN IMMEDIATE takes the write lock"),
            Refused.of("CHECKPOINT", "the application's node does that by itself"),
            Refused.of("MERGE", "use INSERT … ON CONFLICT"),
            Refused.of("CLUSTER", "WITHOUT ROWID tables are kept in the order of their key"),
            Refused.of("EXPLAIN ANALYZE", "use EXPLAIN QUERY PLAN, which names the indexes"),
            Refused.of("EXPLAIN (", "use EXPLAIN QUERY PLAN, which names the indexes"),
            Refused.of("VACUUM FULL", "use VACUUM"),
            Refused.of("VACUUM ANALYZE", "use VACUUM and ANALYZE"),
            Refused.of("VACUUM VERBOSE", "use VACUUM"),
            Refused.of("VACUUM (", "use VACUUM and ANALYZE"));

    private Refusals() {}

    /** @throws SQLException if there is nothing for it (0A000) */
    static void check(TokenBuffer tokens) throws SQLException {
        for (Refused refused : REFUSED) {
            if (refused.begins(tokens)) {
                throw refused(String.join(" ", refused.words()).replace(" (", ""), refused.advice());
            }
        }
        if (tokens.isWord(0, "SELECT")) {
            into(tokens);
        } else if (tokens.isWord(0, "TRUNCATE")) {
            if (tokens.containsWord("RESTART")) {
                throw refused(
                        "TRUNCATE … RESTART IDENTITY",
                        "numbers of rows count on, so that no two nodes give the same; leave RESTART IDENTITY out");
            }
        } else if (tokens.isWord(0, "CREATE") && tokens.containsWord("TABLE")) {
            like(tokens);
            kinds(tokens);
        }
    }

    private static void into(TokenBuffer tokens) throws SQLException {
        for (int i = 1; i < tokens.size() && !tokens.isWord(i, "FROM"); i++) {
            if (tokens.is(i, "(")) {
                i = tokens.closing(i);
            } else if (tokens.isWord(i, "INTO")) {
                throw refused("SELECT … INTO", "use CREATE TABLE … AS SELECT …");
            }
        }
    }

    /** SQLite would make a column that is called so. */
    private static void like(TokenBuffer tokens) throws SQLException {
        for (int i = 1; i < tokens.size(); i++) {
            boolean column = tokens.is(i - 1, "(") || tokens.is(i - 1, ",");
            if (column && tokens.isWord(i, "LIKE") && tokens.get(i + 1).isName() && !tokens.is(i + 1, "(")) {
                throw refused(
                        "CREATE TABLE … (LIKE …)",
                        "write the columns, or use CREATE TABLE … AS SELECT * FROM … WHERE false");
            }
        }
    }

    /** Behind the columns. */
    private static void kinds(TokenBuffer tokens) throws SQLException {
        int open = 2;
        while (open < tokens.size() && !tokens.is(open, "(") && !tokens.isWord(open, "AS")) {
            open++;
        }
        int behind = tokens.is(open, "(") ? tokens.closing(open) + 1 : open;
        if (tokens.isWord(behind, "PARTITION") || tokens.isWords(open - 2, "PARTITION", "OF")) {
            throw refused("PARTITION", "one table holds all rows; an index finds those of a part");
        }
        if (tokens.isWord(behind, "INHERITS")) {
            throw refused("INHERITS", "write the columns, or use a view of both tables");
        }
        for (int i = behind; i < tokens.size(); i++) {
            if (tokens.isWords(i, "WITH", "NO", "DATA")) {
                throw refused("WITH NO DATA", "use CREATE TABLE … AS SELECT … WHERE false");
            }
        }
    }

    private static SQLException refused(String what, String advice) {
        return new SQLException(what + " is not supported: " + advice, SqlStates.FEATURE_NOT_SUPPORTED);
    }
}
