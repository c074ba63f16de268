package io.github.hasqlite.postgres;

import io.github.hasqlite.postgres.catalog.CatalogSession.ActivityRow;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What one client does, for others to see. Written by the thread that works for it, read by any. */
final class Activity {

    /** Characters of a statement that are shown. */
    private static final int LONGEST = 1024;

    private final int pid;
    private final String user;
    private final String address;
    private final int port;
    private final Instant connected = Instant.now();
    private volatile Now now = new Now("idle", "", "", null, null, connected);

    private record Now(
            String state,
            String application,
            String query,
            @Nullable Instant transaction,
            @Nullable Instant since,
            Instant changed) {}

    /**
     * Of a client that has come in.
     *
     * @param address that it comes from; empty if that is not known
     */
    Activity(int pid, String user, String address, int port) {
        this.pid = pid;
        this.user = user;
        this.address = address;
        this.port = port;
    }

    /** A statement begins. */
    void runs(String sql) {
        Instant at = Instant.now();
        String shown = sql.length() <= LONGEST ? sql : sql.substring(0, LONGEST);
        Instant transaction = now.transaction();
        now = new Now("active", now.application(), shown, transaction == null ? at : transaction, at, at);
    }

    /**
     * The client may go on. To be called before it is told so, since it may ask for this at once.
     *
     * @param status the protocol's letter for where it stands
     * @param transaction when its transaction has begun; {@code null} if there is none
     */
    void rests(char status, @Nullable Instant transaction, String application) {
        String state = status == 'T' ? "idle in transaction" : status == 'E' ? "idle in transaction (aborted)" : "idle";
        now = new Now(state, application, now.query(), transaction, now.since(), Instant.now());
    }

    ActivityRow row() {
        Now present = now;
        return new ActivityRow(
                pid,
                user,
                present.application(),
                address,
                port,
                connected,
                present.state(),
                present.query(),
                present.transaction(),
                present.since(),
                present.changed());
    }
}
