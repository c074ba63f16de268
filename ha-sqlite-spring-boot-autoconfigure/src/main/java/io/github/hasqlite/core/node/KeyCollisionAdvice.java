package io.github.hasqlite.core.node;

import io.github.hasqlite.Change;
import io.github.hasqlite.Conflict;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once for each table that its automatic keys collide: two nodes chose the same INTEGER PRIMARY
 * KEY for different rows, and one of the rows is gone. Thread-safe.
 */
final class KeyCollisionAdvice {

    private static final Logger logger = LoggerFactory.getLogger(KeyCollisionAdvice.class);

    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    void see(Conflict conflict) {
        if (conflict.kind() == Conflict.Kind.INSERT_INSERT
                && isRowidKey(conflict.losing())
                && warned.add(conflict.table())) {
            logger.warn(
                    "Two nodes inserted different rows with the same key into table {}; the later one in the stream"
                            + " replaced the other, which is kept in ha_conflicts. SQLite chooses the next free number"
                            + " on each node for itself: let new keys come from ha_id() or ha_uuid7(). Said once for"
                            + " each table.",
                    conflict.table());
        }
    }

    private static boolean isRowidKey(@Nullable Change losing) {
        if (losing == null || losing.pkColumns().size() != 1 || losing.oldRowid() == null) {
            return false;
        }
        int column = losing.columns().indexOf(losing.pkColumns().get(0));
        return column >= 0 && losing.oldRowid().equals(losing.oldValues().get(column));
    }
}
