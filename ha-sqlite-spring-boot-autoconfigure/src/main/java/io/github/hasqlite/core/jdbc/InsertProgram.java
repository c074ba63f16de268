package io.github.hasqlite.core.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;

/**
 * What SQLite says of the program of an INSERT, because no reading of SQL text can be trusted.
 *
 * @param parameters how many it has
 * @param chooses the root pages of tables of the main schema to which the statement itself adds rows for which SQLite
 *     chooses a key
 * @param triggersChoose the same of its triggers
 * @param asks whether it asks for keys itself
 * @param refuses whether a key that is there already makes it fail as a whole
 */
record InsertProgram(int parameters, Set<Long> chooses, Set<Long> triggersChoose, boolean asks, boolean refuses) {

    private static final int ABORT = 2;

    /** What a trigger may call for a key; see {@link io.github.hasqlite.core.sqlite.KeyFunctions}. */
    private static final String OWN_KEY = "ha_id(";

    /**
     * Compiles a statement and looks at its program.
     *
     * @throws SQLException if it cannot be compiled
     */
    static InsertProgram of(SQLiteConnection connection, String sql, String function) throws SQLException {
        Set<Long> chooses = new HashSet<>();
        Set<Long> triggersChoose = new HashSet<>();
        Map<Integer, Long> written = new HashMap<>();
        Set<Integer> given = new HashSet<>();
        boolean asks = false;
        boolean refuses = false;
        try (PreparedStatement explain = connection.prepareStatement("EXPLAIN " + sql);
                ResultSet program = explain.executeQuery()) {
            boolean trigger = false;
            for (int row = 0; program.next(); row++) {
                int p1 = program.getInt("p1");
                if (program.getInt("addr") == 0 && row > 0) {
                    // the programs of triggers come behind and count from 0 again
                    trigger = true;
                    written.clear();
                    given.clear();
                }
                switch (program.getString("opcode")) {
                    case "OpenWrite" -> written.put(p1, program.getInt("p3") == 0 ? program.getLong("p2") : 0);
                    case "NewRowid" -> {
                        if (!given.contains(program.getInt("p2"))) {
                            (trigger ? triggersChoose : chooses).add(written.getOrDefault(p1, 0L));
                        }
                    }
                    case "Function" -> {
                        String called = program.getString("p4");
                        asks |= !trigger && called.startsWith(function + "(");
                        if (trigger && called.startsWith(OWN_KEY)) {
                            // its answer is never NULL
                            given.add(program.getInt("p3"));
                        }
                    }
                    case "Halt" ->
                        refuses |= !trigger
                                && p1 == SQLiteErrorCode.SQLITE_CONSTRAINT_PRIMARYKEY.code
                                && program.getInt("p2") == ABORT;
                    default -> {}
                }
            }
            return new InsertProgram(
                    explain.getParameterMetaData().getParameterCount(), chooses, triggersChoose, asks, refuses);
        }
    }
}
