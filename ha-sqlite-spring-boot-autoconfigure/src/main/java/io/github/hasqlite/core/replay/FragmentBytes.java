package io.github.hasqlite.core.replay;

import io.github.hasqlite.core.changeset.ByteSource;
import io.github.hasqlite.core.changeset.SingleByte;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

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
        return new Input();
    }

    private byte[] part(int index) throws SQLException, EOFException {
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

    private final class Input extends InputStream {

        private byte[] part = {};
        private int position;
        private int next;

        @Override
        public int read() throws IOException {
            return SingleByte.of(this);
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            if (count == 0) {
                return 0;
            }
            while (position == part.length) {
                if (next == stored + fresh.size()) {
                    return -1;
                }
                try {
                    part = part(next);
                } catch (SQLException e) {
                    throw new IOException(e);
                }
                next++;
                position = 0;
            }
            int copied = Math.min(count, part.length - position);
            System.arraycopy(part, position, target, offset, copied);
            position += copied;
            return copied;
        }
    }
}
