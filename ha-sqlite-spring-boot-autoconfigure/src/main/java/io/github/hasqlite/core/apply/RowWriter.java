package io.github.hasqlite.core.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.Conflict.Kind;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.core.sqlite.ValueStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sets and removes the rows of one table as messages with one list of columns describe them. Each is
 * tried first as if its author had seen all there is, which takes one statement; only if that does
 * nothing is looked at what is in the way.
 */
final class RowWriter {

    private final ApplyContext context;
    private final RowLayout layout;
    private final RowidWatch rowids;
    private final Overwritten overwritten;
    private final KeyConflicts occupants;
    private final WholeColumns whole;
    private final MissingDefaults missing;
    private final RowSql sql;
    private final FullRowLookup wholeRow;
    private final ApplySavepoint savepoint;
    private final List<ValueStatement> statements = new ArrayList<>();
    private final ValueStatement insert;
    private final ValueStatement insertIfFree;
    private final ValueStatement insertFree;
    private final BooleanSupplier ownConflicts;
    private final ValueStatement insertedRowid;
    private final Updates updates;
    private final Updates checkedUpdates;
    private final ValueStatement updateOneMatch;
    private final ValueStatement moveByKey;
    private final ValueStatement moveByRowid;
    private final RowDeletes deletes;

    /** Writes whole rows of the same table. */
    @FunctionalInterface
    interface WholeColumns {
        RowWriter writer() throws SQLException, RefusedChangeException;
    }

    /** The updates that find a row by its key or rowid, with or without looking at what it is. */
    private final class Updates {
        final ValueStatement byKey;
        final ValueStatement byKeyInPlace;
        final ValueStatement byRowid;

        Updates(boolean checked) {
            byKey = statement(() -> sql.updateByKey(true, checked));
            byKeyInPlace = statement(() -> sql.updateByKey(false, checked));
            byRowid = statement(() -> sql.updateByRowid(checked));
        }
    }

    RowWriter(
            ApplyContext context,
            RowLayout layout,
            UniqueIndexes unique,
            MissingDefaults missing,
            WholeColumns whole,
            BooleanSupplier ownConflicts) {
        this.ownConflicts = ownConflicts;
        this.context = context;
        this.layout = layout;
        this.rowids = context.rowids();
        this.overwritten = context.overwritten();
        this.whole = whole;
        this.missing = missing;
        this.sql = new RowSql(layout, context.identify(), missing, ownConflicts);
        this.wholeRow = new FullRowLookup(context.connection(), layout, sql);
        this.savepoint = new ApplySavepoint(context.connection());
        this.occupants = new KeyConflicts(context.connection(), layout, sql, unique);
        this.deletes = new RowDeletes(context, layout, sql, occupants, wholeRow);
        this.insert = statement(sql::insert);
        this.insertIfFree = statement(sql::insertIfFree);
        this.insertFree = statement(sql::insertFree);
        this.insertedRowid = statement(() -> "SELECT last_insert_rowid()");
        this.updates = new Updates(false);
        this.checkedUpdates = new Updates(true);
        this.updateOneMatch = statement(sql::updateOneMatch);
        this.moveByKey = statement(sql::moveByKey);
        this.moveByRowid = statement(sql::moveByRowid);
    }

    private ValueStatement statement(Supplier<String> text) {
        ValueStatement statement = new ValueStatement(context.connection(), text);
        statements.add(statement);
        return statement;
    }

    // ---- inserting

    void insert(Change change) throws SQLException {
        insert(change.newValues(), change.newRowid(), Kind.INSERT_INSERT);
    }

    /** Sets a row in place of those that hold its keys. */
    private void insert(List<@Nullable Object> row, @Nullable Long rowid, Kind samePrimaryKey) throws SQLException {
        if (ownConflicts.getAsBoolean()
                && occupants.of(row, occupiedRowid(rowid)).isEmpty()) {
            insert(insertFree, row, rowid);
        } else if (insert(insertIfFree, row, rowid) == 0) {
            noteOccupants(row, rowid, samePrimaryKey);
            insert(insert, row, rowid);
        }
        if (rowids.isOn() && layout.hasImplicitRowid() && !Objects.equals(rowid, insertedRowid())) {
            rowids.miss();
        }
    }

    private int insert(ValueStatement statement, List<@Nullable Object> row, @Nullable Long rowid) throws SQLException {
        layout.bind(statement, 0, row);
        if (layout.hasImplicitRowid()) {
            statement.set(layout.width() + 1, rowid);
        }
        missing.bind(statement, context.author());
        return statement.update();
    }

    private void noteOccupants(List<@Nullable Object> row, @Nullable Long rowid, Kind samePrimaryKey)
            throws SQLException {
        if (!overwritten.collects()) {
            return;
        }
        List<KeyConflicts.Occupant> inTheWay = occupants.of(row, occupiedRowid(rowid));
        if (inTheWay.isEmpty() && occupants.someAreHidden()) {
            overwritten.add(Kind.UNIQUE_KEY, layout.table().name(), null);
        }
        for (KeyConflicts.Occupant each : inTheWay) {
            boolean same = each.samePrimaryKey() && each.row().equalsIn(layout, row);
            if (!same) {
                overwritten.add(
                        each.samePrimaryKey() ? samePrimaryKey : Kind.UNIQUE_KEY,
                        layout.table().name(),
                        each.row().asDeletion(layout));
            }
        }
    }

    /** The rowid by which a row is known. */
    private @Nullable Long occupiedRowid(@Nullable Long rowid) {
        return context.identify() == RowIdentify.ROWID ? rowid : null;
    }

    /** Whether an update would meet another row, where SQLite must not be asked to find that out. */
    private boolean meetsAnother(Change change, @Nullable StoredRow current) throws SQLException {
        for (KeyConflicts.Occupant each : occupants.of(change.newValues(), null)) {
            if (current != null && !each.row().isSame(current)) {
                return true;
            }
        }
        return false;
    }

    private Long insertedRowid() throws SQLException {
        try (ResultSet rows = insertedRowid.query()) {
            return rows.getLong(1);
        }
    }

    // ---- updating

    void update(Change change) throws SQLException, RefusedChangeException {
        List<@Nullable Object> old = change.oldValues();
        boolean found = switch (RowAddress.of(context.identify(), layout, sql, change)) {
            case KEY -> updateByKey(change, true);
            case ROWID -> updateAt(Objects.requireNonNull(change.oldRowid()), change, true);
            case VALUES -> {
                Long rowid = wholeRow.find(old, change.oldRowid());
                yield rowid != null && updateAt(rowid, change, false);
            }
            case VALUES_AND_KEY -> wholeRow.find(old, null) != null && updateByKey(change, false);
            case VALUES_ONLY -> updateOneMatch(change);
        };
        if (!found) {
            overwritten.add(Kind.UPDATE_DELETE, layout.table().name(), null);
            insert(change.newValues(), change.newRowid(), Kind.UNIQUE_KEY);
        }
    }

    private boolean updateByKey(Change change, boolean check) throws SQLException, RefusedChangeException {
        if (check && updateByKey(checkedUpdates, change, true)) {
            return true;
        }
        StoredRow current = occupants.byKey(change.oldValues());
        if (current == null) {
            return false;
        }
        Change effective = merged(current, change);
        noteUnseen(current, effective);
        if (!updateByKey(updates, effective, false)) {
            replace(current, effective);
        }
        return true;
    }

    private boolean updateByKey(Updates by, Change change, boolean check) throws SQLException {
        if (ownConflicts.getAsBoolean() && meetsAnother(change, occupants.byKey(change.oldValues()))) {
            return false;
        }
        List<@Nullable Object> old = change.oldValues();
        List<@Nullable Object> row = change.newValues();
        // setting the INTEGER PRIMARY KEY, even to what it is, makes SQLite rewrite every index entry
        boolean inPlace = layout.alias() >= 0
                && layout.width() > 1
                && Objects.equals(layout.value(old, layout.alias()), layout.value(row, layout.alias()));
        ValueStatement statement = inPlace ? by.byKeyInPlace : by.byKey;
        for (int i = 0; i < layout.width(); i++) {
            if (!inPlace || i != layout.alias()) {
                statement.set(i + 1, layout.value(row, i));
            }
        }
        layout.bindKey(statement, layout.width(), old);
        if (check) {
            layout.bind(statement, layout.width() + layout.key().length, old);
        }
        if (statement.update() == 0) {
            return false;
        }
        if (moves(change)) {
            ValueStatement move = moveByKey;
            layout.bindKey(move, 0, row);
            move.set(layout.key().length + 1, change.newRowid());
            move(move);
        }
        return true;
    }

    private boolean updateAt(long rowid, Change change, boolean check) throws SQLException, RefusedChangeException {
        if (check && updateAt(checkedUpdates, rowid, change, true)) {
            return true;
        }
        StoredRow current = occupants.byRowid(rowid);
        if (current == null) {
            return false;
        }
        Change effective = merged(current, change);
        noteUnseen(current, effective);
        if (!updateAt(updates, rowid, effective, false)) {
            replace(current, effective);
        }
        return true;
    }

    private boolean updateAt(Updates by, long rowid, Change change, boolean check) throws SQLException {
        if (ownConflicts.getAsBoolean() && meetsAnother(change, occupants.byRowid(rowid))) {
            return false;
        }
        ValueStatement statement = by.byRowid;
        layout.bind(statement, 0, change.newValues());
        statement.set(layout.width() + 1, rowid);
        if (check) {
            layout.bind(statement, layout.width() + 1, change.oldValues());
        }
        if (statement.update() == 0) {
            return false;
        }
        if (moves(change)) {
            ValueStatement move = moveByRowid;
            move.set(1, rowid);
            move.set(2, change.newRowid());
            move(move);
        }
        return true;
    }

    private boolean updateOneMatch(Change change) throws SQLException {
        if (wholeRow.find(change.oldValues(), null) == null) {
            return false;
        }
        ValueStatement statement = updateOneMatch;
        layout.bind(statement, 0, change.newValues());
        layout.bind(statement, layout.width(), change.oldValues());
        if (statement.update() == 0) {
            deletes.oneMatch(change.oldValues());
            insert(change.newValues(), null, Kind.UNIQUE_KEY);
        }
        return true;
    }

    /** The update as it is meant for the row as it is now. */
    private Change merged(StoredRow current, Change change) {
        return context.merge() == MergeMode.COLUMN ? current.merged(layout, change) : change;
    }

    private void noteUnseen(StoredRow current, Change change) {
        if (overwritten.collects()
                && !current.equalsIn(layout, change.oldValues())
                && !current.equalsIn(layout, change.newValues())) {
            overwritten.add(Kind.UPDATE_UPDATE, layout.table().name(), current.asDeletion(layout));
        }
    }

    /** Sets a row that cannot be updated where it is, because others hold its new keys. */
    private void replace(StoredRow current, Change change) throws SQLException, RefusedChangeException {
        RowWriter writer = whole.writer();
        List<@Nullable Object> row = change.newValues();
        List<@Nullable Object> complete = writer == this ? row : writer.occupants.overlaid(current, layout, row);
        Long rowid = moves(change) ? change.newRowid() : Long.valueOf(current.rowid());
        savepoint.begin();
        try {
            if (sql.reachesRowid()) {
                deletes.at(current.rowid());
            } else {
                deletes.byKey(change.oldValues());
            }
            writer.insert(complete, rowid, Kind.UNIQUE_KEY);
        } catch (SQLException e) {
            savepoint.undo();
            throw e;
        }
        savepoint.release();
    }

    private void move(ValueStatement move) throws SQLException {
        if (move.update() == 0) {
            rowids.miss();
        }
    }

    /** Whether the author gave the row another rowid than it had. */
    private boolean moves(Change change) {
        return layout.hasImplicitRowid()
                && change.oldRowid() != null
                && change.newRowid() != null
                && !change.oldRowid().equals(change.newRowid());
    }

    // ---- deleting

    void delete(Change change) throws SQLException {
        deletes.delete(change);
    }

    void close() throws SQLException {
        for (ValueStatement statement : statements) {
            statement.close();
        }
        deletes.close();
        wholeRow.close();
        occupants.close();
        savepoint.close();
    }
}
