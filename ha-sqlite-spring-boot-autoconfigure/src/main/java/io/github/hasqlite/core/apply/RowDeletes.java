package io.github.hasqlite.core.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.Conflict.Kind;
import io.github.hasqlite.core.sqlite.ValueStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Deletes rows of one table, for messages with the same columns. What is deleted although its author had not
 * seen it as it is, is noted. Not thread-safe.
 */
final class RowDeletes {

    private final ApplyContext context;
    private final RowLayout layout;
    private final RowSql sql;
    private final KeyConflicts occupants;
    private final FullRowLookup wholeRow;
    private final ValueStatement byKey;
    private final ValueStatement byKeyChecked;
    private final ValueStatement byRowid;
    private final ValueStatement byRowidChecked;
    private final ValueStatement oneMatch;

    RowDeletes(ApplyContext context, RowLayout layout, RowSql sql, KeyConflicts occupants, FullRowLookup wholeRow) {
        this.context = context;
        this.layout = layout;
        this.sql = sql;
        this.occupants = occupants;
        this.wholeRow = wholeRow;
        this.byKey = new ValueStatement(context.connection(), () -> sql.deleteByKey(false));
        this.byKeyChecked = new ValueStatement(context.connection(), () -> sql.deleteByKey(true));
        this.byRowid = new ValueStatement(context.connection(), () -> sql.deleteByRowid(false));
        this.byRowidChecked = new ValueStatement(context.connection(), () -> sql.deleteByRowid(true));
        this.oneMatch = new ValueStatement(context.connection(), sql::deleteOneMatch);
    }

    /** Deletes the row that a change means, if it is there. */
    void delete(Change change) throws SQLException {
        List<@Nullable Object> old = change.oldValues();
        switch (RowAddress.of(context.identify(), layout, sql, change)) {
            case KEY -> byKeyIfThere(old);
            case ROWID -> atIfThere(Objects.requireNonNull(change.oldRowid()), old);
            case VALUES -> {
                Long rowid = wholeRow.find(old, change.oldRowid());
                if (rowid != null) {
                    at(rowid);
                }
            }
            case VALUES_AND_KEY -> {
                if (wholeRow.find(old, null) != null) {
                    byKey(old);
                }
            }
            case VALUES_ONLY -> oneMatch(old);
        }
    }

    private void byKeyIfThere(List<@Nullable Object> old) throws SQLException {
        layout.bindKey(byKeyChecked, 0, old);
        layout.bind(byKeyChecked, layout.key().length, old);
        if (byKeyChecked.update() == 0) {
            StoredRow current = occupants.byKey(old);
            if (current != null) {
                noteUnseen(current);
                byKey(old);
            }
        }
    }

    private void atIfThere(long rowid, List<@Nullable Object> old) throws SQLException {
        byRowidChecked.set(1, rowid);
        layout.bind(byRowidChecked, 1, old);
        if (byRowidChecked.update() == 0) {
            StoredRow current = occupants.byRowid(rowid);
            if (current != null) {
                noteUnseen(current);
                at(rowid);
            }
        }
    }

    private void noteUnseen(StoredRow current) {
        context.overwritten().add(Kind.UPDATE_DELETE, layout.table().name(), current.asDeletion(layout));
    }

    /** Deletes the row with the key of a row of the message. */
    void byKey(List<@Nullable Object> old) throws SQLException {
        layout.bindKey(byKey, 0, old);
        byKey.update();
    }

    /** Deletes the row with a rowid. */
    void at(long rowid) throws SQLException {
        byRowid.set(1, rowid);
        byRowid.update();
    }

    /** Deletes one of the rows with all values of a row of the message. */
    void oneMatch(List<@Nullable Object> old) throws SQLException {
        layout.bind(oneMatch, 0, old);
        oneMatch.update();
    }

    void close() throws SQLException {
        byKey.close();
        byKeyChecked.close();
        byRowid.close();
        byRowidChecked.close();
        oneMatch.close();
    }
}
