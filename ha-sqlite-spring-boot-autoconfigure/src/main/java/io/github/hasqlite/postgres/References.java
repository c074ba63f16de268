package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayResult;
import io.github.hasqlite.core.gateway.GatewaySession;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which tables refer to which others by foreign keys, as a session sees them. SQLite deletes the rows of a table that is
 * emptied or dropped one by one where it enforces foreign keys, with all that {@code ON DELETE} says of those that refer to
 * them. Used by one thread at a time.
 */
record References(GatewaySession gateway) {

    private static final String REFERRING = "SELECT DISTINCT m.name FROM sqlite_schema m"
            + " JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' AND f.\"table\" = ?1 COLLATE NOCASE"
            + " AND m.name <> ?1 COLLATE NOCASE AND EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE)";

    private static final String ENFORCED = "SELECT 1 FROM pragma_foreign_keys WHERE foreign_keys = 1";

    /**
     * Finds a foreign key that is enforced, from a table that is none of these to one of them.
     *
     * @return {@code null} if there is none
     * @throws SQLException if the schema cannot be read
     */
    @Nullable
    Reference fromOthers(List<String> tables) throws SQLException {
        for (String table : tables) {
            for (String referring : referring(table)) {
                if (tables.stream().noneMatch(referring::equalsIgnoreCase)) {
                    return isEnforced() ? new Reference(referring, table) : null;
                }
            }
        }
        return null;
    }

    /**
     * A foreign key.
     *
     * @param from the table that has it
     * @param to the table that it is about
     */
    record Reference(String from, String to) {}

    private boolean isEnforced() throws SQLException {
        try (GatewayResult rows = gateway.prepare(ENFORCED).execute(List.of())) {
            return rows.next();
        }
    }

    /** The tables, and all that refer to them, also by others. */
    List<String> withReferring(List<String> tables) throws SQLException {
        List<String> all = new ArrayList<>(tables);
        for (int i = 0; i < all.size(); i++) {
            for (String table : referring(all.get(i))) {
                if (all.stream().noneMatch(table::equalsIgnoreCase)) {
                    all.add(table);
                }
            }
        }
        return all;
    }

    /** Those that refer to others before these. */
    List<String> ordered(List<String> tables) throws SQLException {
        List<String> left = new ArrayList<>(tables);
        List<String> ordered = new ArrayList<>();
        while (!left.isEmpty()) {
            ordered.add(left.remove(next(left)));
        }
        return ordered;
    }

    /** The place of one to which none of the others refers; of a circle the first. */
    private int next(List<String> left) throws SQLException {
        for (int i = 0; i < left.size(); i++) {
            List<String> referring = referring(left.get(i));
            if (left.stream().noneMatch(other -> referring.stream().anyMatch(other::equalsIgnoreCase))) {
                return i;
            }
        }
        return 0;
    }

    private List<String> referring(String table) throws SQLException {
        List<String> found = new ArrayList<>();
        try (GatewayResult rows = gateway.prepare(REFERRING).execute(List.of(table))) {
            while (rows.next()) {
                found.add(String.valueOf(rows.value(0)));
            }
        }
        return found;
    }
}
