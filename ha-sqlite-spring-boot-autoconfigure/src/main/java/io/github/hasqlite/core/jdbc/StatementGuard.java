package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.PragmaText;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.SqlTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.sqlite.SQLiteConnection;

/**
 * Refuses statements that would take away what replication stands on, or write to the database past
 * it: pragmas, sqlite-jdbc's own commands, and the same file attached under another name. Belongs to
 * one connection.
 */
final class StatementGuard {

    private static final Set<String> OFF = Set.of("0", "off", "false", "no");
    private static final int MAIN = 0;
    private static final int TEMP = 1;
    private static final String LOCK_SUFFIX = "-ha-lock";

    private final SQLiteConnection connection;
    private final boolean reader;

    StatementGuard(SQLiteConnection connection, boolean reader) {
        this.connection = connection;
        this.reader = reader;
    }

    /**
     * A statement that is no query, writes no rows and changes no schema is about to run.
     *
     * @throws RefusedStatementException if it must not
     */
    void before(ParsedSql sql) throws SQLException {
        if (sql.isPragma()) {
            pragma(sql.text(), PragmaText.of(sql.text()));
            return;
        }
        switch (firstWord(sql)) {
            case "RESTORE" ->
                throw RefusedStatementException.notSupported(
                        sql.text(), "the database is replicated and cannot be overwritten by another one");
            case "BACKUP" -> backup(sql.text());
            default -> {}
        }
    }

    private static String firstWord(ParsedSql sql) {
        SqlTokens tokens = new SqlTokens(sql.text());
        return tokens.advance() ? tokens.word() : "";
    }

    private void pragma(String text, PragmaText pragma) throws SQLException {
        if (!pragma.sets()) {
            return;
        }
        boolean off = OFF.contains(pragma.value());
        switch (pragma.name()) {
            case "writable_schema" -> {
                if (!off && !pragma.value().equals("reset")) {
                    throw RefusedStatementException.notSupported(
                            text, "other nodes would not follow a schema that is edited by hand");
                }
            }
            case "count_changes" -> {
                if (!off) {
                    throw RefusedStatementException.notSupported(
                            text, "statements of replication on this connection would answer rows, too");
                }
            }
            case "schema_version" -> {
                if (pragma.isMain()) {
                    throw RefusedStatementException.notSupported(
                            text, "the version of the schema tells replication of schema changes");
                }
            }
            case "journal_mode" -> {
                if (pragma.isMain() && !pragma.value().equals("wal")) {
                    throw RefusedStatementException.notSupported(text, "replication needs the write-ahead log");
                }
            }
            case "locking_mode" -> {
                if (pragma.isMain() && pragma.value().equals("exclusive")) {
                    throw RefusedStatementException.notSupported(
                            text, "replication has connections of its own to the database");
                }
            }
            case "query_only" -> {
                if (reader && off) {
                    throw RefusedStatementException.notSupported(text, "this connection is for reading only");
                }
            }
            default -> {}
        }
    }

    /** {@code backup [database] to file}: the driver would write the file. */
    private void backup(String text) throws SQLException {
        SqlTokens tokens = new SqlTokens(text);
        while (tokens.advance()) {
            if (tokens.isWord("TO")) {
                String target = text.substring(tokens.end()).strip();
                boolean quoted = target.length() > 1 && "'\"".indexOf(target.charAt(0)) >= 0;
                String file = quoted ? target.substring(1, target.length() - 1) : target;
                if (isSame(databases().get(MAIN).file(), file)) {
                    throw RefusedStatementException.notSupported(text, "the database cannot be copied over itself");
                }
                return;
            }
        }
    }

    /**
     * Such a statement has run: an attached database that is this one would be written to without
     * capture, and is detached again.
     *
     * @throws RefusedStatementException if that was so
     */
    void after(ParsedSql sql) throws SQLException {
        if (reader || !firstWord(sql).equals("ATTACH")) {
            return;
        }
        List<Attached> databases = databases();
        for (int i = 1; i < databases.size(); i++) {
            Attached other = databases.get(i);
            if (other.number() > TEMP && isReplicated(databases.get(MAIN).file(), other.file())) {
                try (Statement statement = connection.createStatement()) {
                    statement.executeUpdate("DETACH " + SqlIdentifier.quote(other.name()));
                }
                throw RefusedStatementException.notSupported(
                        sql.text(),
                        "a replicated database cannot be attached to a connection that writes, past which"
                                + " nothing would be replicated; attach it to a read-only connection, or attach a copy");
            }
        }
    }

    private static boolean isReplicated(String own, String file) {
        return !file.isEmpty() && (isSame(own, file) || Files.exists(Path.of(file + LOCK_SUFFIX)));
    }

    private static boolean isSame(String own, String file) {
        try {
            Path path = Path.of(file);
            return Files.exists(path) && Files.isSameFile(Path.of(own), path);
        } catch (IOException | InvalidPathException e) {
            return false;
        }
    }

    private record Attached(int number, String name, String file) {}

    private List<Attached> databases() throws SQLException {
        List<Attached> databases = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA database_list")) {
            while (rows.next()) {
                String file = rows.getString(3);
                databases.add(new Attached(rows.getInt(1), rows.getString(2), file == null ? "" : file));
            }
        }
        return databases;
    }
}
