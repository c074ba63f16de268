package io.github.hasqlite.core.replay;

import io.github.hasqlite.core.changeset.ByteSource;
import io.github.hasqlite.core.file.ChunkInputStream;
import java.io.EOFException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of one change set hold: the first are in the table {@code ha_parts}, the last are not
 * there yet.
 *
 * @param stored how many are in the table
 * @param fresh what the others hold
 * @param length bytes of all of them
 */
record FragmentBytes(Connection connection, String publisher, long counter, int stored, List<byte[]> fresh, long length)
        implements ByteSource {

    @Override
    public InputStream open() {
        return new ChunkInputStream(this::part);
    }

    private byte @Nullable [] part(int index) throws SQLException, EOFException {
        if (index == stored + fresh.size()) {
            return null;
        }
        if (index >= stored) {
            return fresh.get(index - stored);
        }
        // nothing stays open in between: the caller may roll a savepoint back
        try (PreparedStatement read = connection.prepareStatement(
                "SELECT data FROM main.ha_parts WHERE publisher = ? AND counter = ? AND part = ?")) {
            read.setString(1, publisher);
            read.setLong(2, counter);
            read.setInt(3, index + 1);
            try (ResultSet rows = read.executeQuery()) {
                if (!rows.next()) {
                    throw new EOFException("part " + (index + 1) + " of change set " + counter + " is not in ha_parts");
                }
                return rows.getBytes(1);
            }
        }
    }
}
