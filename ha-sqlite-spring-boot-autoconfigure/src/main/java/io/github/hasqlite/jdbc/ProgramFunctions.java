package io.github.hasqlite.jdbc;

import io.github.hasqlite.SchemaPragmas;
import io.github.hasqlite.SqlIdentifier;
import io.github.hasqlite.TableDefinition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Asks SQLite's own program, not the text of the schema, which functions a row is judged and completed by. */
final class ProgramFunctions {

    private ProgramFunctions() {}

    /**
     * The functions that are called when a row with all columns is inserted, without those of triggers.
     *
     * @param withoutChecks whether to leave out those that only CHECKs call
     * @return as {@code name(arguments)}, in lower case
     */
    static Set<String> ofInsert(Connection connection, TableDefinition table, boolean withoutChecks)
            throws SQLException {
        List<String> before = SchemaPragmas.read(connection);
        boolean switches = withoutChecks != before.contains(SchemaPragmas.IGNORE_CHECK_CONSTRAINTS);
        if (!switches) {
            return read(connection, table);
        }
        List<String> meanwhile = new ArrayList<>(before);
        if (withoutChecks) {
            meanwhile.add(SchemaPragmas.IGNORE_CHECK_CONSTRAINTS);
        } else {
            meanwhile.remove(SchemaPragmas.IGNORE_CHECK_CONSTRAINTS);
        }
        SchemaPragmas.set(connection, meanwhile);
        try {
            return read(connection, table);
        } finally {
            SchemaPragmas.set(connection, before);
        }
    }

    private static Set<String> read(Connection connection, TableDefinition table) throws SQLException {
        String insert = "EXPLAIN INSERT INTO main." + SqlIdentifier.quote(table.name()) + "("
                + SqlIdentifier.quoteAll(table.columns()) + ") VALUES("
                + "?,".repeat(table.columns().size() - 1) + "?)";
        Set<String> functions = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(insert);
                ResultSet program = statement.executeQuery()) {
            boolean trigger = false;
            for (int row = 0; !trigger && program.next(); row++) {
                // the programs of triggers come behind and count from 0 again
                trigger = row > 0 && program.getInt("addr") == 0;
                String operation = program.getString("opcode");
                if (!trigger && (operation.equals("Function") || operation.equals("PureFunc"))) {
                    functions.add(program.getString("p4").toLowerCase(Locale.ROOT));
                }
            }
        }
        return functions;
    }
}
