package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.SchemaPragmas;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks SQLite's own program, not the text of the schema, which functions a row is judged and completed by.
 * Not thread-safe.
 */
final class ProgramFunctions {

    private final Connection connection;
    private final ChangeCounters counters;

    /**
     * Asks nothing yet.
     *
     * @param counters keeps what the application sees of them, which an EXPLAIN would set back
     */
    ProgramFunctions(Connection connection, ChangeCounters counters) {
        this.connection = connection;
        this.counters = counters;
    }

    /**
     * The functions that are called when a row with all columns is inserted, without those of triggers.
     *
     * @param withoutChecks whether to leave out those that only CHECKs call
     * @return as {@code name(arguments)}, in lower case; {@code null} if no row can be inserted, because a parent
     *     table is missing for example
     * @throws SQLException if the connection cannot be asked
     */
    @Nullable
    Set<String> ofInsert(TableDefinition table, boolean withoutChecks) throws SQLException {
        List<String> before = SchemaPragmas.read(connection);
        List<String> meanwhile = new ArrayList<>(before);
        meanwhile.remove(SchemaPragmas.IGNORE_CHECK_CONSTRAINTS);
        if (withoutChecks) {
            meanwhile.add(SchemaPragmas.IGNORE_CHECK_CONSTRAINTS);
        }
        counters.beforeOwnStatement();
        try {
            if (before.containsAll(meanwhile) && meanwhile.containsAll(before)) {
                return read(table);
            }
            SchemaPragmas.set(connection, meanwhile);
            try {
                return read(table);
            } finally {
                SchemaPragmas.set(connection, before);
            }
        } finally {
            counters.afterOwnStatement();
        }
    }

    private @Nullable Set<String> read(TableDefinition table) throws SQLException {
        String insert = "EXPLAIN INSERT INTO main." + SqlIdentifier.quote(table.name()) + "("
                + SqlIdentifier.quoteAll(table.columns()) + ") VALUES("
                + "?,".repeat(table.columns().size() - 1) + "?)";
        PreparedStatement statement;
        try {
            statement = connection.prepareStatement(insert);
        } catch (SQLException e) {
            return null;
        }
        Set<String> functions = new HashSet<>();
        try (statement;
                ResultSet program = statement.executeQuery()) {
            boolean trigger = false;
            for (int row = 0; !trigger && program.next(); row++) {
                // the programs of triggers come behind and count from 0 again
                trigger = row > 0 && program.getInt("addr") == 0;
                String operation = program.getString("opcode");
                if (!trigger && (operation.equals("Function") || operation.equals("PureFunc"))) {
                    functions.add(SqlIdentifier.fold(program.getString("p4")));
                }
            }
        }
        return functions;
    }
}
