package io.github.hasqlite.core.gateway;

import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.PragmaText;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.SqlTokens;
import io.github.hasqlite.core.sqlite.StatementKind;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * Refuses statements that reach outside of the database, at what belongs to replication, or at the connection, which
 * is the next client's afterwards. Names are looked for in the tokens of the text, wherever they stand and however they
 * are quoted, since SQLite has no other way to name something; what has such a name without reason is refused, too.
 */
final class OutsideGuard {

    /** The tables of replication. */
    static final Set<String> RESERVED_TABLES = Set.of(
            "ha_conflicts",
            "ha_dead_letters",
            "ha_feeds",
            "ha_outbox",
            "ha_outbox_chunks",
            "ha_parts",
            "ha_publishers",
            "ha_renames",
            "ha_schema",
            "ha_schema_changes",
            "ha_state");

    /** How its TEMP tables, triggers and functions begin. Other names are the application's, such as those of columns. */
    private static final List<String> RESERVED_PREFIXES = List.of(
            "ha_capture",
            "ha_change_set",
            "ha_commit",
            "ha_key",
            "ha_outbox",
            "ha_silent",
            "ha_stats",
            "ha_tick",
            "ha_touched",
            "ha_verified");

    /** Functions, tables and modules of SQLite's shell and extensions that read or write files or raw pages. */
    private static final Set<String> OUTSIDE = Set.of(
            "load_extension",
            "readfile",
            "writefile",
            "edit",
            "fsdir",
            "lsdir",
            "lsmode",
            "zipfile",
            "fts3_tokenizer",
            "sqlite_stmt",
            "sqlar_compress",
            "sqlar_uncompress",
            "csv",
            "vfsstat",
            "fossil_delta");

    /** Modules of virtual tables that keep what they hold in the database. */
    private static final Set<String> MODULES =
            Set.of("fts3", "fts4", "fts5", "fts4aux", "fts5vocab", "rtree", "rtree_i32", "geopoly");

    /** Pragmas beside those that {@linkplain PragmaText#reads read}; none changes the connection. */
    private static final Set<String> HARMLESS = Set.of(
            "collation_list",
            "compile_options",
            "function_list",
            "module_list",
            "pragma_list",
            "encoding",
            "page_size",
            "data_version",
            "optimize",
            "incremental_vacuum");

    /** Pragmas that answer a setting where none is given. */
    private static final Set<String> ANSWERING = Set.of(
            "foreign_keys",
            "recursive_triggers",
            "journal_mode",
            "synchronous",
            "auto_vacuum",
            "cache_size",
            "busy_timeout",
            "max_page_count",
            "case_sensitive_like",
            "query_only",
            "trusted_schema",
            "cell_size_check",
            "ignore_check_constraints",
            "read_uncommitted",
            "defer_foreign_keys");

    private OutsideGuard() {}

    /**
     * Sees whether a statement may run.
     *
     * @throws SQLException if not (42501, 0A000), or if it is no SQL (42601)
     */
    static void check(ParsedSql sql) throws SQLException {
        names(sql);
        if (sql.kind() == StatementKind.OTHER || sql.kind() == StatementKind.MAINTENANCE) {
            special(sql);
        } else if (sql.kind() == StatementKind.CREATE) {
            create(sql.text());
        }
    }

    private static void names(ParsedSql sql) throws SQLException {
        SqlTokens tokens = new SqlTokens(sql.text());
        String name = "";
        while (tokens.advance()) {
            check(sql, name, tokens.is('('));
            name = name(tokens);
        }
        check(sql, name, false);
    }

    private static void check(ParsedSql sql, String name, boolean called) throws SQLException {
        if (isReserved(name)) {
            throw refused(sql.text(), "the name " + name + " belongs to replication");
        }
        if (name.startsWith("sqlite_db")
                || name.equals("dbstat")
                || isForeignPragma(name)
                || (called && OUTSIDE.contains(name))) {
            throw refused(sql.text(), name + " reaches outside of the database");
        }
    }

    private static boolean isReserved(String name) {
        return RESERVED_TABLES.contains(name) || RESERVED_PREFIXES.stream().anyMatch(name::startsWith);
    }

    /** What a token can name. A text can stand for a table, as in FROM 'ha_outbox', but mostly it is a value. */
    private static String name(SqlTokens tokens) {
        boolean text = tokens.text().charAt(0) == '\'';
        if (!text && !tokens.startsName()) {
            return "";
        }
        String name = SqlIdentifier.fold(tokens.name());
        return text && !RESERVED_TABLES.contains(name) && isReserved(name) ? "" : name;
    }

    /** A table-valued function for a pragma. */
    private static boolean isForeignPragma(String name) {
        return name.startsWith("pragma_") && !isAllowed(new PragmaText("", name.substring(7), false, ""));
    }

    /** A list of all tables has those of replication in it. */
    private static boolean isAllowed(PragmaText pragma) {
        return (pragma.reads() && !pragma.name().equals("table_list"))
                || HARMLESS.contains(pragma.name())
                || (!pragma.sets() && ANSWERING.contains(pragma.name()));
    }

    private static void special(ParsedSql sql) throws SQLException {
        SqlTokens tokens = new SqlTokens(sql.text());
        tokens.advance();
        String first = tokens.word();
        switch (first) {
            case "PRAGMA", "EXPLAIN" -> pragma(sql.text());
            case "ATTACH", "DETACH", "BACKUP", "RESTORE" ->
                throw refused(sql.text(), first + " reaches outside of the database");
            case "VACUUM" -> vacuum(sql.text(), tokens);
            case "ANALYZE", "REINDEX", "WITH" -> {}
            default ->
                throw new SQLException("near \"" + tokens.text() + "\": syntax error", SqlStates.SYNTAX_ERROR, 1);
        }
    }

    private static void pragma(String text) throws SQLException {
        PragmaText pragma = PragmaText.of(text);
        boolean deferred = pragma.name().equals("defer_foreign_keys");
        if (!isAllowed(pragma) && !deferred) {
            throw refused(
                    text,
                    "PRAGMA " + pragma.name()
                            + (pragma.sets()
                                    ? " would change a connection that others use, too; the application sets such things"
                                    : " says what clients need not know"));
        }
    }

    private static void vacuum(String text, SqlTokens tokens) throws SQLException {
        while (tokens.advance()) {
            if (tokens.isWord("INTO")) {
                throw refused(text, "VACUUM INTO writes a file; take a backup instead");
            }
        }
    }

    private static void create(String text) throws SQLException {
        SqlTokens tokens = new SqlTokens(text);
        tokens.advance();
        tokens.advance();
        boolean temporary = tokens.isWord("TEMP") || tokens.isWord("TEMPORARY");
        boolean virtual = tokens.isWord("VIRTUAL");
        String before = "";
        while (!temporary && tokens.advance() && !tokens.is('(')) {
            if (virtual && before.equals("using") && !MODULES.contains(SqlIdentifier.fold(tokens.name()))) {
                throw refused(
                        text, "a virtual table of the module " + tokens.name() + " may reach outside of the database");
            }
            temporary = tokens.is('.') && before.equals("temp");
            before = SqlIdentifier.fold(tokens.name());
        }
        if (temporary) {
            throw new SQLException(
                    "what is TEMP belongs to a connection, which is another one for each transaction: use an ordinary"
                            + " table, or a common table expression",
                    SqlStates.FEATURE_NOT_SUPPORTED);
        }
    }

    private static SQLException refused(String text, String why) {
        String shown = text.strip().length() > 200 ? text.strip().substring(0, 200) + "…" : text.strip();
        return new SQLException("refused for clients: " + why + ": " + shown, SqlStates.NO_PRIVILEGE, 23);
    }
}
