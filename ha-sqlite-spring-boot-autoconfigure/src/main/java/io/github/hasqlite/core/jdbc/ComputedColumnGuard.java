package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.SqlTokens;
import io.github.hasqlite.core.sqlite.TableDefinition;
import io.github.hasqlite.core.sqlite.TokenList;
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
 * Guards what nodes compute from rows by themselves: generated columns, indexes over expressions, indexes of
 * some rows only, and the order of texts in an index. With a function or collation that only this connection
 * has, or has replaced, others would compute something else, or nothing at all. Not thread-safe; used with
 * the write lock held.
 */
final class ComputedColumnGuard {

    private static final Set<String> BUILT_IN = Set.of("binary", "nocase", "rtrim");

    private final Connection connection;
    private final ProgramFunctions programs;
    private final SqlCall<? extends Connection> present;
    private @Nullable Set<String> functions;
    private Set<String> collations = Set.of();
    private boolean checked;

    /**
     * Looks at nothing yet.
     *
     * @param present a connection with the functions and collations that replication has
     */
    ComputedColumnGuard(Connection connection, ProgramFunctions programs, SqlCall<? extends Connection> present) {
        this.connection = connection;
        this.programs = programs;
        this.present = present;
    }

    /** Says that the schema may be another one. */
    void schemaOutdated() {
        functions = null;
        checked = false;
    }

    /** Says that the connection may have registered or replaced functions. */
    void functionsOutdated() {
        checked = false;
    }

    /**
     * Checks, if something may be another than last time, that all nodes compute alike.
     *
     * @throws SQLException if they do not, or the database cannot be asked
     */
    void check() throws SQLException {
        if (checked) {
            return;
        }
        Set<String> used = functions;
        if (used == null) {
            used = usedFunctions();
            collations = usedCollations();
            functions = used;
        }
        if (!used.isEmpty()) {
            Set<String> own = ownFunctions();
            own.retainAll(used);
            own.removeIf(function -> function.equals("like(2)") && likeIsUsual());
            if (!own.isEmpty()) {
                throw refused("the function " + own.iterator().next());
            }
        }
        if (!collations.isEmpty()) {
            Set<String> missing = new HashSet<>(collations);
            missing.removeAll(strings(present.run(), "SELECT name FROM pragma_collation_list"));
            if (!missing.isEmpty()) {
                throw refused("the collation " + missing.iterator().next());
            }
        }
        checked = true;
    }

    private Set<String> usedFunctions() throws SQLException {
        Set<String> used = new HashSet<>();
        for (TableDefinition table : tables()) {
            Set<String> ofTable = programs.ofInsert(table, true);
            if (ofTable != null) {
                used.addAll(ofTable);
            }
        }
        return used;
    }

    private static SQLException refused(String what) {
        return new SQLException(
                "a generated column or an index uses " + what + ", which is registered or replaced on this connection"
                        + " only, so other nodes would compute something else: provide it as an extension"
                        + " (ha.sqlite.extensions) on all nodes, or leave PRAGMA case_sensitive_like off if it is like",
                SqlStates.FEATURE_NOT_SUPPORTED);
    }

    private boolean likeIsUsual() {
        try {
            return strings(connection, "SELECT ('a' LIKE 'A') || ('a_' LIKE 'a__')")
                    .contains("10");
        } catch (SQLException e) {
            return false;
        }
    }

    /** What the connection has of its own, as {@code name(arguments)}. */
    private Set<String> ownFunctions() throws SQLException {
        // names of functions are in lower case; no function here, which may be one of those
        String query = "SELECT name || '(' || narg || ')' FROM pragma_function_list WHERE NOT builtin";
        Set<String> own = strings(connection, query);
        own.removeAll(strings(present.run(), query));
        return own;
    }

    private Set<String> usedCollations() throws SQLException {
        Set<String> used = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT sql FROM main.sqlite_schema WHERE sql IS NOT NULL")) {
            while (rows.next()) {
                SqlTokens tokens = new SqlTokens(rows.getString(1));
                boolean named = false;
                while (tokens.advance()) {
                    if (named) {
                        used.add(SqlIdentifier.fold(tokens.name()));
                    }
                    named = tokens.isWord("COLLATE");
                }
            }
        }
        used.removeAll(BUILT_IN);
        return used;
    }

    /** The tables that may have computed parts. */
    private List<TableDefinition> tables() throws SQLException {
        Set<String> names = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT type, tbl_name, sql FROM main.sqlite_schema"
                        + " WHERE type IN ('table', 'index') AND sql IS NOT NULL")) {
            while (rows.next()) {
                String sql = rows.getString(3);
                if (rows.getString(1).equals("table") ? mayGenerate(sql) : mayCompute(sql)) {
                    names.add(rows.getString(2));
                }
            }
        }
        List<TableDefinition> tables = new ArrayList<>();
        if (!names.isEmpty()) {
            for (TableDefinition table : TableDefinition.readAll(connection)) {
                if (table.kind() == TableDefinition.Kind.ORDINARY && names.contains(table.name())) {
                    tables.add(table);
                }
            }
        }
        return tables;
    }

    /** Whether a table may have generated columns; a few more cost only time. */
    private static boolean mayGenerate(String sql) {
        SqlTokens tokens = new SqlTokens(sql);
        boolean afterAs = false;
        while (tokens.advance()) {
            if (afterAs && tokens.is('(')) {
                return true;
            }
            afterAs = tokens.isWord("AS");
        }
        return false;
    }

    /** Whether an index may be over expressions or of some rows only; a few more cost only time. */
    private static boolean mayCompute(String sql) {
        return sql.indexOf('(') != sql.lastIndexOf('(') || new TokenList(sql).contains("WHERE");
    }

    private static Set<String> strings(Connection connection, String query) throws SQLException {
        Set<String> strings = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                strings.add(SqlIdentifier.fold(rows.getString(1)));
            }
        }
        return strings;
    }
}
