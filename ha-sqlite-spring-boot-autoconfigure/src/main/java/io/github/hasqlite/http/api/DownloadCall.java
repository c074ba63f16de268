package io.github.hasqlite.http.api;

import io.github.hasqlite.DatabaseBackup;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Set;

/** A copy of the database as the stream makes it, while others read and write. */
final class DownloadCall implements ApiCall {

    private final ApiNode node;
    private final FileAnswer files;

    DownloadCall(ApiNode node, FileAnswer files) {
        this.node = node;
        this.files = files;
    }

    @Override
    public void answer(ApiExchange exchange, String name) throws ApiException, IOException {
        RequestOptions.read(exchange.query(), Set.of());
        DatabaseBackup backup = node.backup();
        if (backup == null) {
            throw new ApiException(new Problem(
                    409,
                    "This node has no copies: it does not replicate, or ha.sqlite.subscriber.enabled is false. Ask"
                            + " another node."));
        }
        String now = etag(node.position().applied());
        if (FileAnswer.isKnown(exchange, now)) {
            FileAnswer.sendKnown(exchange, now);
            return;
        }
        files.enter();
        try {
            send(exchange, backup);
        } finally {
            files.leave();
        }
    }

    private void send(ApiExchange exchange, DatabaseBackup backup) throws ApiException, IOException {
        long[] sequence = new long[1];
        SentFile made;
        try {
            made = SentFile.<SQLException>make(node.folder(), target -> {
                sequence[0] = backup.copyTo(target);
                return true;
            });
        } catch (SQLException e) {
            throw SqlProblem.of(e, -1);
        } catch (IOException e) {
            throw new ApiException(new Problem(500, "The database was not copied: " + e.getMessage() + "."), e);
        }
        try (SentFile file = Objects.requireNonNull(made)) {
            FileAnswer.send(exchange, file, "database", etag(sequence[0]), node.position(), sequence[0]);
        }
    }

    /** Copies at one position have the same content, but not always the same bytes. */
    private String etag(long sequence) {
        return "W/\"" + new PositionToken(node.position().stream(), sequence) + "\"";
    }
}
