package io.github.hasqlite.core.replay;

import io.github.hasqlite.core.changeset.ByteSource;
import io.github.hasqlite.core.changeset.Fragment;
import io.github.hasqlite.core.file.TemporaryFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of one change set that have come so far, for who reads the stream again: the first in memory, all in a
 * file when there are several. Not thread-safe.
 */
final class GatheredParts implements ByteSource, AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(GatheredParts.class);

    private final long counter;
    private final Path folder;
    private final List<byte[]> first = new ArrayList<>(1);
    private @Nullable TemporaryFile file;
    private int last;
    private long length;

    GatheredParts(long counter, Path folder) {
        this.counter = counter;
        this.folder = folder;
    }

    /** Keeps a part if it is the next one; whether it is. */
    boolean take(Fragment part) throws IOException {
        if (part.counter() != counter || part.part() != last + 1 || length + part.data().length > part.size()) {
            return false;
        }
        add(part.data());
        return true;
    }

    private void add(byte[] data) throws IOException {
        if (last == 0) {
            first.add(data);
        } else {
            TemporaryFile kept = file;
            if (kept == null) {
                kept = TemporaryFile.create(folder);
                file = kept;
                kept.write(0, first.get(0));
                first.clear();
            }
            kept.write(length, data);
        }
        last++;
        length += data.length;
    }

    /**
     * Reads the parts that wait in a node's database.
     *
     * @param target gets them by their publishers
     */
    static void read(Connection connection, Path folder, Map<String, GatheredParts> target)
            throws SQLException, IOException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT publisher, counter, data FROM main.ha_parts" + " ORDER BY publisher, counter, part")) {
            while (rows.next()) {
                String publisher = rows.getString(1);
                long counter = rows.getLong(2);
                GatheredParts parts = target.get(publisher);
                if (parts == null || parts.counter != counter) {
                    parts = new GatheredParts(counter, folder);
                    target.put(publisher, parts);
                }
                parts.add(rows.getBytes(3));
            }
        }
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public InputStream open() {
        TemporaryFile kept = file;
        return kept == null ? new ByteArrayInputStream(first.get(0)) : kept.input();
    }

    @Override
    public void close() {
        TemporaryFile kept = file;
        if (kept != null) {
            try {
                kept.close();
            } catch (IOException e) {
                logger.warn("A temporary file with parts of a change set could not be deleted", e);
            }
        }
    }
}
