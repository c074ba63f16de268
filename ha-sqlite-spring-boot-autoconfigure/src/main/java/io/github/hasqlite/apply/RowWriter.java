package io.github.hasqlite.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.RowIdentify;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** Sets and removes the rows of one table as messages with one list of columns describe them. */
final class RowWriter {

    /** What a row is found by. */
    private enum Address {
        KEY,
        ROWID,
        /** All values; the row found is then reached by its rowid. */
        VALUES,
        /** All values, and the key to reach it: it has no rowid. */
        VALUES_AND_KEY,
        /** All values; columns hide every name of the rowid. */
        VALUES_ONLY
    }

    private final SQLiteConnection connection;
    private final RowLayout layout;
    private final RowIdentify identify;
    private final RowidWatch rowids;
    private final RowSql sql;
    private final WholeRow wholeRow;
    private final List<LazyStatement> statements = new ArrayList<>();
    private final LazyStatement insert;
    private final LazyStatement insertedRowid;
    private final LazyStatement updateByKey;
    private final LazyStatement updateByKeyInPlace;
    private final LazyStatement updateByRowid;
    private final LazyStatement updateOneMatch;
    private final LazyStatement moveByKey;
    private final LazyStatement moveByRowid;
    private final LazyStatement deleteByKey;
    private final LazyStatement deleteByRowid;
    private final LazyStatement deleteOneMatch;

    RowWriter(SQLiteConnection connection, RowLayout layout, RowIdentify identify, RowidWatch rowids) {
        this.connection = connection;
        this.layout = layout;
        this.identify = identify;
        this.rowids = rowids;
        this.sql = new RowSql(layout, identify);
        this.wholeRow = new WholeRow(connection, layout, sql);
        this.insert = statement(sql::insert);
        this.insertedRowid = statement(() -> "SELECT last_insert_rowid()");
        this.updateByKey = statement(() -> sql.updateByKey(true));
        this.updateByKeyInPlace = statement(() -> sql.updateByKey(false));
        this.updateByRowid = statement(() -> sql.updateByRowid(true));
        this.updateOneMatch = statement(sql::updateOneMatch);
        this.moveByKey = statement(sql::moveByKey);
        this.moveByRowid = statement(sql::moveByRowid);
        this.deleteByKey = statement(sql::deleteByKey);
        this.deleteByRowid = statement(sql::deleteByRowid);
        this.deleteOneMatch = statement(sql::deleteOneMatch);
    }

    private LazyStatement statement(Supplier<String> text) {
        LazyStatement statement = new LazyStatement(connection, text);
        statements.add(statement);
        return statement;
    }

    void insert(Change change) throws SQLException {
        insert(change.newValues(), change.newRowid());
    }

    private void insert(List<@Nullable Object> row, @Nullable Long rowid) throws SQLException {
        PreparedStatement statement = insert.get();
        bindRow(statement, 0, row);
        if (layout.hasImplicitRowid()) {
            statement.setObject(layout.width() + 1, rowid);
        }
        statement.executeUpdate();
        if (rowids.isOn() && layout.hasImplicitRowid() && !Objects.equals(rowid, insertedRowid())) {
            rowids.miss();
        }
    }

    private Long insertedRowid() throws SQLException {
        try (ResultSet rows = insertedRowid.get().executeQuery()) {
            return rows.getLong(1);
        }
    }

    void update(Change change) throws SQLException {
        List<@Nullable Object> old = change.oldValues();
        boolean updated = switch (address(old, change.oldRowid())) {
            case KEY -> updateByKey(change);
            case ROWID -> updateAt(Objects.requireNonNull(change.oldRowid()), change);
            case VALUES -> {
                Long rowid = wholeRow.find(old, change.oldRowid());
                yield rowid != null && updateAt(rowid, change);
            }
            case VALUES_AND_KEY -> wholeRow.find(old, null) != null && updateByKey(change);
            case VALUES_ONLY -> {
                PreparedStatement statement = updateOneMatch.get();
                bindRow(statement, 0, change.newValues());
                bindRow(statement, layout.width(), old);
                yield statement.executeUpdate() > 0;
            }
        };
        if (!updated) {
            insert(change);
        }
    }

    private boolean updateByKey(Change change) throws SQLException {
        List<@Nullable Object> old = change.oldValues();
        List<@Nullable Object> row = change.newValues();
        // setting the INTEGER PRIMARY KEY, even to what it is, makes SQLite rewrite every index entry
        boolean inPlace = layout.alias() >= 0
                && layout.width() > 1
                && Objects.equals(layout.value(old, layout.alias()), layout.value(row, layout.alias()));
        PreparedStatement statement = (inPlace ? updateByKeyInPlace : updateByKey).get();
        for (int i = 0; i < layout.width(); i++) {
            if (!inPlace || i != layout.alias()) {
                statement.setObject(i + 1, layout.value(row, i));
            }
        }
        bindKey(statement, layout.width(), old);
        if (statement.executeUpdate() == 0) {
            return false;
        }
        if (moves(change)) {
            PreparedStatement move = moveByKey.get();
            bindKey(move, 0, row);
            move.setObject(layout.key().length + 1, change.newRowid());
            move(move);
        }
        return true;
    }

    private boolean updateAt(long rowid, Change change) throws SQLException {
        PreparedStatement statement = updateByRowid.get();
        bindRow(statement, 0, change.newValues());
        statement.setObject(layout.width() + 1, rowid);
        if (statement.executeUpdate() == 0) {
            return false;
        }
        if (moves(change)) {
            PreparedStatement move = moveByRowid.get();
            move.setObject(1, rowid);
            move.setObject(2, change.newRowid());
            move(move);
        }
        return true;
    }

    private void move(PreparedStatement move) throws SQLException {
        if (move.executeUpdate() == 0) {
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

    void delete(Change change) throws SQLException {
        List<@Nullable Object> old = change.oldValues();
        switch (address(old, change.oldRowid())) {
            case KEY -> deleteByKey(old);
            case ROWID -> deleteAt(Objects.requireNonNull(change.oldRowid()));
            case VALUES -> {
                Long rowid = wholeRow.find(old, change.oldRowid());
                if (rowid != null) {
                    deleteAt(rowid);
                }
            }
            case VALUES_AND_KEY -> {
                if (wholeRow.find(old, null) != null) {
                    deleteByKey(old);
                }
            }
            case VALUES_ONLY -> {
                PreparedStatement statement = deleteOneMatch.get();
                bindRow(statement, 0, old);
                statement.executeUpdate();
            }
        }
    }

    private void deleteByKey(List<@Nullable Object> old) throws SQLException {
        PreparedStatement statement = deleteByKey.get();
        bindKey(statement, 0, old);
        statement.executeUpdate();
    }

    private void deleteAt(long rowid) throws SQLException {
        PreparedStatement statement = deleteByRowid.get();
        statement.setObject(1, rowid);
        statement.executeUpdate();
    }

    private Address address(List<@Nullable Object> old, @Nullable Long rowid) {
        if (identify == RowIdentify.ROWID && rowid != null && sql.reachesRowid()) {
            return Address.ROWID;
        }
        boolean keyed = layout.hasWholeKey(old);
        if (identify != RowIdentify.FULL && keyed) {
            return Address.KEY;
        }
        if (sql.reachesRowid()) {
            return Address.VALUES;
        }
        return keyed ? Address.VALUES_AND_KEY : Address.VALUES_ONLY;
    }

    private void bindRow(PreparedStatement statement, int offset, List<@Nullable Object> row) throws SQLException {
        for (int i = 0; i < layout.width(); i++) {
            statement.setObject(offset + i + 1, layout.value(row, i));
        }
    }

    private void bindKey(PreparedStatement statement, int offset, List<@Nullable Object> row) throws SQLException {
        int[] key = layout.key();
        for (int i = 0; i < key.length; i++) {
            statement.setObject(offset + i + 1, layout.value(row, key[i]));
        }
    }

    void close() throws SQLException {
        for (LazyStatement statement : statements) {
            statement.close();
        }
        wholeRow.close();
    }
}
