package io.github.hasqlite.postgres.sql;

import io.github.hasqlite.core.sqlite.SqlIdentifier;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/** Tells which columns a constraint is about, which SQLite wants to know where PostgreSQL takes its name. */
@FunctionalInterface
public interface ConflictNames {

    /**
     * Of a key.
     *
     * @return empty if there is none such
     * @throws SQLException if the schema cannot be read
     */
    List<String> columns(String table, String constraint) throws SQLException;

    /**
     * Puts columns in the place of {@code ON CONFLICT ON CONSTRAINT name}.
     *
     * @return whether something was changed
     * @throws SQLException if there is no such constraint (42704)
     */
    default boolean apply(TokenBuffer tokens) throws SQLException {
        boolean changed = false;
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.isWords(i, "ON", "CONFLICT", "ON", "CONSTRAINT")) {
                String table = ChangedTable.of(tokens.sql());
                String name = tokens.get(i + 4).name();
                List<String> columns = columns(table, name);
                if (columns.isEmpty()) {
                    throw new SQLException(
                            "constraint \"" + name + "\" for table \"" + table + "\" does not exist", "42704");
                }
                String list = columns.stream().map(SqlIdentifier::quote).collect(Collectors.joining(", ", "(", ")"));
                tokens.replace(i + 2, i + 5, list);
                changed = true;
            }
        }
        return changed;
    }
}
