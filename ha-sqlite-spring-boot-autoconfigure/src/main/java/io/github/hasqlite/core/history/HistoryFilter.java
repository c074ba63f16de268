package io.github.hasqlite.core.history;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.HistoryQuery;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says which change sets a query asks for. Thread-safe. */
final class HistoryFilter {

    private final HistoryQuery query;
    private final List<@Nullable Object> key;

    HistoryFilter(HistoryQuery query) {
        this.query = query;
        this.key = query.key().stream().map(HistoryFilter::stored).toList();
    }

    /** As SQLite stores it. */
    private static Object stored(Object value) {
        if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        return value instanceof Float real ? real.doubleValue() : value;
    }

    boolean fits(ChangeSet changeSet, StreamMessage message) {
        if (query.node() != null && !query.node().equals(changeSet.node())) {
            return false;
        }
        if (query.since() != null && message.timestampNs() < Times.nanos(query.since())) {
            return false;
        }
        if (query.until() != null && message.timestampNs() > Times.nanos(query.until())) {
            return false;
        }
        return query.table() == null || touches(changeSet, query.table());
    }

    private boolean touches(ChangeSet changeSet, String table) {
        for (Change change : changeSet.changes()) {
            if (SqlIdentifier.isSame(change.table(), table) && (key.isEmpty() || isOfRow(change))) {
                return true;
            }
        }
        return false;
    }

    private boolean isOfRow(Change change) {
        return isOfRow(change, change.oldValues()) || isOfRow(change, change.newValues());
    }

    private boolean isOfRow(Change change, List<@Nullable Object> values) {
        return !values.isEmpty() && new ValueList(key).equals(RowKey.primaryKey(change, values));
    }
}
