package io.github.hasqlite.http.api;

import io.github.hasqlite.DatabaseSnapshotter;
import io.github.hasqlite.Snapshot;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The newest snapshot of the cluster: taking it, and getting it. Thread-safe. */
final class SnapshotCalls {

    private final ApiNode node;
    private final FileAnswer files;

    SnapshotCalls(ApiNode node, FileAnswer files) {
        this.node = node;
        this.files = files;
    }

    private DatabaseSnapshotter snapshotter() throws ApiException {
        DatabaseSnapshotter snapshotter = node.snapshotter();
        if (snapshotter == null) {
            throw new ApiException(new Problem(
                    409,
                    "This node takes no snapshots: it does not replicate, is a read replica, or"
                            + " ha.sqlite.snapshotter.enabled is false. Ask a node that does."));
        }
        return snapshotter;
    }

    /** POST. */
    void take(ApiExchange exchange, String name) throws ApiException, IOException {
        RequestOptions.read(exchange.query(), Set.of());
        DatabaseSnapshotter snapshotter = snapshotter();
        files.enter();
        Snapshot snapshot;
        try {
            snapshot = snapshotter.takeSnapshot();
        } catch (SQLException e) {
            throw SqlProblem.of(e, -1);
        } catch (IOException e) {
            throw failed("No snapshot was taken", e);
        } finally {
            files.leave();
        }
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("sequence", snapshot.sequence());
        described.put("node", snapshot.node());
        described.put("taken", Instant.ofEpochSecond(0, snapshot.takenAtNs()));
        described.put("bytes", snapshot.bytes());
        described.put("sha256", snapshot.sha256());
        exchange.header("X-Sequence", Long.toString(snapshot.sequence()));
        JsonAnswer.send(exchange, 200, described);
    }

    /** GET. */
    void fetch(ApiExchange exchange, String name) throws ApiException, IOException {
        RequestOptions.read(exchange.query(), Set.of());
        DatabaseSnapshotter snapshotter = snapshotter();
        Snapshot known = latest(snapshotter);
        String tag = etag(known);
        if (FileAnswer.isKnown(exchange, tag)) {
            FileAnswer.sendKnown(exchange, tag);
            return;
        }
        files.enter();
        try {
            send(exchange, snapshotter);
        } finally {
            files.leave();
        }
    }

    private static Snapshot latest(DatabaseSnapshotter snapshotter) throws ApiException {
        try {
            return required(snapshotter.latest());
        } catch (IOException e) {
            throw failed("The snapshots were not found", e);
        }
    }

    private static Snapshot required(@Nullable Snapshot snapshot) throws ApiException {
        if (snapshot == null) {
            throw new ApiException(new Problem(404, "There is no snapshot yet. POST to the same path takes one."));
        }
        return snapshot;
    }

    private void send(ApiExchange exchange, DatabaseSnapshotter snapshotter) throws ApiException, IOException {
        Snapshot[] fetched = new Snapshot[1];
        SentFile made;
        try {
            made = SentFile.<ApiException>make(node.folder(), target -> {
                fetched[0] = required(snapshotter.fetchLatest(target));
                return true;
            });
        } catch (IOException e) {
            throw failed("The snapshot was not fetched", e);
        }
        try (SentFile file = Objects.requireNonNull(made)) {
            Snapshot snapshot = fetched[0];
            FileAnswer.send(exchange, file, "snapshot", etag(snapshot), node.position(), snapshot.sequence());
        }
    }

    private static String etag(Snapshot snapshot) {
        return "\"" + snapshot.sha256() + "\"";
    }

    private static ApiException failed(String what, IOException e) {
        return new ApiException(new Problem(503, what + ": " + e.getMessage() + ". Try again."), e)
                .with("Retry-After", "1");
    }
}
