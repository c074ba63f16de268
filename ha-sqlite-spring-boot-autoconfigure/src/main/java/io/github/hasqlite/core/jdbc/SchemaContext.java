package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.SchemaPragmas;
import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlFunction;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.SqlTokens;
import io.github.hasqlite.core.sqlite.StatementKind;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a schema command's meaning depends on besides its text and the database: switches of the connection,
 * and conditions in CHECKs that every node would find another answer to. Not thread-safe.
 */
final class SchemaContext {

    private final Connection connection;
    private final ProgramFunctions programs;
    private List<String> pragmas = List.of();
    private boolean renamesParents;

    SchemaContext(Connection connection, ProgramFunctions programs) {
        this.connection = connection;
        this.programs = programs;
    }

    /** A schema command is about to run. */
    void begun() throws SQLException {
        pragmas = SchemaPragmas.read(connection);
        renamesParents = pragmas.contains(SchemaPragmas.LEGACY_ALTER_TABLE) && isOn("foreign_keys");
    }

    private boolean isOn(String pragma) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA " + pragma)) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    /**
     * Refuses what other nodes cannot do alike. They apply with foreign keys off, and SQLite lets nobody
     * switch them on inside a transaction; and when a CHECK is added, SQLite tests the rows that are there in
     * any case.
     *
     * @throws SQLException if this is such a command
     */
    void requireAlike(ParsedSql sql) throws SQLException {
        if (sql.kind() != StatementKind.ALTER) {
            return;
        }
        String condition = addedCheckOfMoreThanTheData(sql);
        if (condition != null) {
            throw new SQLException(
                    "a CHECK that calls " + condition + " is not replicated if it is added to a table, because each"
                            + " node would test the rows that are there at another time, or not know the function:"
                            + " create the table anew with it: " + sql.text().strip(),
                    SqlStates.FEATURE_NOT_SUPPORTED);
        }
        if (renamesParents) {
            throw new SQLException(
                    "ALTER TABLE is not replicated while PRAGMA legacy_alter_table and PRAGMA foreign_keys are both on,"
                            + " because together they change REFERENCES clauses as no other node can: switch one of"
                            + " them off and run it again: " + sql.text().strip(),
                    SqlStates.FEATURE_NOT_SUPPORTED);
        }
    }

    /** What the CHECK that is added depends on, {@code null} if on the data alone or there is none. */
    private @Nullable String addedCheckOfMoreThanTheData(ParsedSql sql) throws SQLException {
        SqlTokens tokens = new SqlTokens(sql.text());
        boolean adds = false;
        boolean tests = false;
        String name = "";
        Set<String> known = null;
        while (tokens.advance()) {
            if (tests && SqlFunction.isClock(tokens.word())) {
                return tokens.word();
            }
            if (tests && tokens.is('(') && !name.isEmpty()) {
                known = known == null ? names(deterministicFunctions()) : known;
                if (!known.contains(SqlIdentifier.fold(name)) && !SqlFunction.isKeyword(name)) {
                    return name;
                }
            }
            tests |= adds && tokens.isWord("CHECK");
            adds = (adds && !tokens.isWord("COLUMN")) || tokens.isWord("ADD");
            name = tokens.startsName() ? tokens.name() : "";
        }
        return null;
    }

    /** The switches that a command needs which has just run. */
    List<String> of(ParsedSql sql) throws SQLException {
        if (sql.kind() != StatementKind.ALTER
                || pragmas.contains(SchemaPragmas.IGNORE_CHECK_CONSTRAINTS)
                || checksAreOfTheData(sql)) {
            return pragmas;
        }
        // its author has tested the rows that are there, and others would by another clock
        List<String> more = new ArrayList<>(pragmas);
        more.add(SchemaPragmas.IGNORE_CHECK_CONSTRAINTS);
        return List.copyOf(more);
    }

    /** Whether every node finds the same when it tests a row of the altered table. */
    private boolean checksAreOfTheData(ParsedSql sql) throws SQLException {
        TableDefinition table = altered(sql);
        if (table == null || table.columns().isEmpty()) {
            return true;
        }
        Set<String> used = programs.ofInsert(table, false);
        return used != null && (used.isEmpty() || deterministicFunctions().containsAll(used));
    }

    private @Nullable TableDefinition altered(ParsedSql sql) throws SQLException {
        SqlTokens tokens = new SqlTokens(sql.text());
        // behind ALTER and TABLE, and behind a schema
        boolean found = true;
        for (int i = 0; i <= 2 && found; i++) {
            found = tokens.advance();
        }
        String name = found ? tokens.name() : "";
        if (found && tokens.advance() && tokens.is('.') && tokens.advance()) {
            name = tokens.name();
        }
        for (TableDefinition table : TableDefinition.readAll(connection)) {
            if (SqlIdentifier.isSame(table.name(), name)) {
                return table;
            }
        }
        return null;
    }

    /** SQLite's own functions that give the same result always; what an application defines may be missing elsewhere. */
    private Set<String> deterministicFunctions() throws SQLException {
        Set<String> functions = new HashSet<>();
        Set<String> others = new HashSet<>();
        for (SqlFunction function : SqlFunction.all(connection)) {
            (function.alike() ? functions : others).add(function.name() + "(" + function.arguments() + ")");
        }
        functions.removeAll(others);
        return functions;
    }

    private static Set<String> names(Set<String> functions) {
        Set<String> names = new HashSet<>();
        functions.forEach(function -> names.add(function.substring(0, function.indexOf('('))));
        return names;
    }
}
