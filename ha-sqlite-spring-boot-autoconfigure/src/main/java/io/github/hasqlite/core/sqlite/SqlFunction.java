package io.github.hasqlite.core.sqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A function that a connection knows.
 *
 * @param name in lower case
 * @param arguments how many it takes; -1 for any number
 * @param alike whether it is SQLite's own and gives the same result for the same arguments, always and on every node
 */
public record SqlFunction(String name, int arguments, boolean alike) {

    /** In the flags of {@code PRAGMA function_list}: the same arguments give the same result, always. */
    private static final int DETERMINISTIC = 0x800;

    private static final Set<String> CLOCKS = Set.of("CURRENT_TIME", "CURRENT_DATE", "CURRENT_TIMESTAMP");

    /** What may stand before a parenthesis in an expression and is no function. */
    private static final Set<String> KEYWORDS = Set.of(
            "CHECK",
            "AND",
            "OR",
            "NOT",
            "IN",
            "IS",
            "BETWEEN",
            "LIKE",
            "GLOB",
            "ESCAPE",
            "CASE",
            "WHEN",
            "THEN",
            "ELSE",
            "CAST",
            "COLLATE",
            "ISNULL",
            "NOTNULL",
            "EXISTS",
            "DISTINCT",
            "FROM",
            "AS");

    /** All that the connection knows; one of a name for each number of arguments, and more where meanings differ. */
    public static List<SqlFunction> all(Connection connection) throws SQLException {
        List<SqlFunction> functions = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT name, narg, builtin, flags FROM pragma_function_list")) {
            while (rows.next()) {
                boolean alike = rows.getBoolean(3) && (rows.getInt(4) & DETERMINISTIC) != 0;
                functions.add(new SqlFunction(SqlIdentifier.fold(rows.getString(1)), rows.getInt(2), alike));
            }
        }
        return functions;
    }

    /** Whether a word is a clock that is written without parentheses, in whatever case. */
    public static boolean isClock(String word) {
        return CLOCKS.contains(SqlIdentifier.upper(word));
    }

    /** Whether a word may stand before a parenthesis in an expression and is no function, in whatever case. */
    public static boolean isKeyword(String word) {
        return KEYWORDS.contains(SqlIdentifier.upper(word));
    }
}
