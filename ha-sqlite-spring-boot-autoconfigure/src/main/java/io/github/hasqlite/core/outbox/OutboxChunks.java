package io.github.hasqlite.core.outbox;

import com.github.luben.zstd.Zstd;
import io.github.hasqlite.core.changeset.ByteSource;
import io.github.hasqlite.core.file.ChunkInputStream;
import io.github.hasqlite.core.file.ChunkOutputStream;
import java.io.EOFException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code ha_outbox_chunks} as one connection sees it: what is too large for one row of the
 * outbox. It has no rowid, so that writing to it leaves {@code last_insert_rowid()} alone. Not
 * thread-safe.
 */
final class OutboxChunks {

    /** Bytes of a chunk of a message. All but the last have so many. */
    private static final int CHUNK = 256 << 10;

    private static final int MESSAGE = 0;
    private static final int UNDO = 1;

    private final PreparedStatement insert;
    private final PreparedStatement read;
    private final PreparedStatement sum;
    private final PreparedStatement delete;
    private final PreparedStatement deleteUpTo;
    private final PreparedStatement deleteUndo;

    OutboxChunks(Connection connection) throws SQLException {
        this.insert =
                connection.prepareStatement("INSERT INTO main.ha_outbox_chunks(id, undo, chunk, data) VALUES(?,?,?,?)");
        this.read = connection.prepareStatement(
                "SELECT data FROM main.ha_outbox_chunks WHERE id = ? AND undo = ? AND chunk = ?");
        this.sum = connection.prepareStatement(
                "SELECT total(length(data)) FROM main.ha_outbox_chunks WHERE id = ? AND undo = " + MESSAGE);
        this.delete = connection.prepareStatement("DELETE FROM main.ha_outbox_chunks WHERE id = ?");
        this.deleteUndo =
                connection.prepareStatement("DELETE FROM main.ha_outbox_chunks WHERE id = ? AND undo = " + UNDO);
        this.deleteUpTo = connection.prepareStatement("DELETE FROM main.ha_outbox_chunks WHERE id <= ?");
    }

    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE IF NOT EXISTS main.ha_outbox_chunks(id INTEGER NOT NULL,"
                    + " undo INTEGER NOT NULL, chunk INTEGER NOT NULL, data BLOB NOT NULL,"
                    + " PRIMARY KEY(id, undo, chunk)) WITHOUT ROWID");
        }
    }

    void deleteUpTo(long id) throws SQLException {
        deleteUpTo.setLong(1, id);
        deleteUpTo.executeUpdate();
    }

    void delete(long id) throws SQLException {
        delete.setLong(1, id);
        delete.executeUpdate();
    }

    void deleteUndo(long id) throws SQLException {
        deleteUndo.setLong(1, id);
        deleteUndo.executeUpdate();
    }

    private void insert(long id, int undo, int chunk, byte[] data) throws SQLException {
        insert.setLong(1, id);
        insert.setInt(2, undo);
        insert.setInt(3, chunk);
        insert.setBytes(4, data);
        insert.executeUpdate();
    }

    private byte @Nullable [] read(long id, int undo, int chunk) throws SQLException {
        read.setLong(1, id);
        read.setInt(2, undo);
        read.setInt(3, chunk);
        try (ResultSet rows = read.executeQuery()) {
            return rows.next() ? rows.getBytes(1) : null;
        }
    }

    // ---- messages

    /** Writes a message; an {@link java.io.IOException} of it has an {@link SQLException} as its cause. */
    OutputStream write(long id) {
        return new ChunkOutputStream(CHUNK, (number, chunk) -> insert(id, MESSAGE, number, chunk));
    }

    /** The bytes of a message. */
    ByteSource bytes(long id) throws SQLException {
        sum.setLong(1, id);
        try (ResultSet rows = sum.executeQuery()) {
            return new StoredBytes(id, rows.next() ? rows.getLong(1) : 0);
        }
    }

    private final class StoredBytes implements ByteSource {

        private final long id;
        private final long length;

        StoredBytes(long id, long length) {
            this.id = id;
            this.length = length;
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public InputStream open() {
            return new ChunkInputStream(this::chunk);
        }

        private byte @Nullable [] chunk(int number) throws SQLException, EOFException {
            long left = length - (long) number * CHUNK;
            if (left <= 0) {
                return null;
            }
            byte[] data = OutboxChunks.this.read(id, MESSAGE, number);
            if (data == null || data.length != Math.min(CHUNK, left)) {
                throw new EOFException("row " + id + " of the outbox is gone");
            }
            return data;
        }
    }

    // ---- what a row did to the database

    /** Adds a message to what undoes a row. */
    void addUndo(long id, int number, byte[] message) throws SQLException {
        insert(id, UNDO, number, Zstd.compress(message, 1));
    }

    byte[] undo(long id, int number) throws SQLException {
        byte[] stored = read(id, UNDO, number);
        if (stored == null) {
            throw new SQLException("row " + id + " of the outbox lacks piece " + number + " of what undoes it");
        }
        return Zstd.decompress(stored, (int) Zstd.getFrameContentSize(stored));
    }
}
