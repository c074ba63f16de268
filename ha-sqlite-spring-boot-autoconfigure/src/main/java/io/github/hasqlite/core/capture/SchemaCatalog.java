package io.github.hasqlite.core.capture;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The schema as all connections of this process share it. Whoever commits a schema change says so
 * here; every other connection then renews its triggers before its next write. A counter in memory
 * costs nothing where {@code PRAGMA schema_version} would cost 3 µs a transaction; what it misses,
 * changes by other processes, shows as a failing trigger (see the design, section 4).
 *
 * <p>Thread-safe. {@link #current} must be called with the write lock held and outside of a
 * transaction that changed the schema itself.
 */
public final class SchemaCatalog {

    private final AtomicLong epoch = new AtomicLong(1);
    private volatile @Nullable CapturedSchema schema;

    /** Must be called whenever a schema change was committed, by whatever connection. */
    public void changed() {
        epoch.incrementAndGet();
    }

    /** Changes whenever the committed schema did. */
    public long epoch() {
        return epoch.get();
    }

    /** This is not the committed schema: whoever has read it looked at the past. */
    void forget(CapturedSchema past) {
        if (schema == past) {
            schema = null;
        }
    }

    /**
     * The committed schema, read through {@code connection} if it is not known yet. What a connection reads that looks
     * at the past, because rows of it are still to be fetched for example, is not the one that it says it is: see
     * {@link Capture#requirePresent}.
     */
    CapturedSchema current(Connection connection) throws SQLException {
        CapturedSchema known = schema;
        long now = epoch.get();
        if (known == null || known.epoch() != now) {
            known = CapturedSchema.read(connection, now);
            schema = known;
        }
        return known;
    }
}
