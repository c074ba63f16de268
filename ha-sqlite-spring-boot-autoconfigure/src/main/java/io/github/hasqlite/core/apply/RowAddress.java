package io.github.hasqlite.core.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.RowIdentify;

/** What a row is found by that a change updates or deletes. */
enum RowAddress {
    KEY,
    ROWID,
    /** All values; the row found is then reached by its rowid. */
    VALUES,
    /** All values, and the key to reach it: it has no rowid. */
    VALUES_AND_KEY,
    /** All values; columns hide every name of the rowid. */
    VALUES_ONLY;

    static RowAddress of(RowIdentify identify, RowLayout layout, RowSql sql, Change change) {
        if (identify == RowIdentify.ROWID && change.oldRowid() != null && sql.reachesRowid()) {
            return ROWID;
        }
        boolean keyed = layout.hasWholeKey(change.oldValues());
        if (identify != RowIdentify.FULL && keyed) {
            return KEY;
        }
        if (sql.reachesRowid()) {
            return VALUES;
        }
        return keyed ? VALUES_AND_KEY : VALUES_ONLY;
    }
}
