package io.github.hasqlite.core.apply;

import io.github.hasqlite.MergeMode;
import io.github.hasqlite.RowIdentify;
import org.sqlite.SQLiteConnection;

/**
 * What all tables have in common while changes are applied through one connection.
 *
 * @param connection the applier's own
 * @param identify how rows are found
 * @param merge what updates of rows mean that somebody else has changed
 * @param rowids learns of rows that could not have their author's rowid
 * @param overwritten collects what the author of a change had not seen
 * @param author who made the change set that is being applied
 */
record ApplyContext(
        SQLiteConnection connection,
        RowIdentify identify,
        MergeMode merge,
        RowidWatch rowids,
        Overwritten overwritten,
        Authorship author) {

    ApplyContext(SQLiteConnection connection, RowIdentify identify, MergeMode merge) {
        this(connection, identify, merge, new RowidWatch(), new Overwritten(), new Authorship());
    }
}
