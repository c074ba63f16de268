package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayResult;
import io.github.hasqlite.core.gateway.GatewaySession;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Which tables refer to which others by foreign keys, as a session sees them. Used by one thread at a time. */
record References(GatewaySession gateway) {

    private static final String REFERRING = "SELECT DISTINCT m.name FROM sqlite_schema m"
            + " JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' AND f.\"table\" = ?1 COLLATE NOCASE"
            + " AND m.name <> ?1 COLLATE NOCASE";

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
