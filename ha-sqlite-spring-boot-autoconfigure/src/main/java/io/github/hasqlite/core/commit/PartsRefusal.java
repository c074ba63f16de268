package io.github.hasqlite.core.commit;

import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Why a change set must not travel in parts: somebody who takes part would miss it without a word. */
final class PartsRefusal {

    private PartsRefusal() {}

    /** The reason, or {@code null} if it may. */
    static @Nullable String of(ChangeSetPublisher publisher) {
        List<String> missing = publisher.missParts();
        return missing.isEmpty()
                ? null
                : "the transaction is larger than one message of the stream, and would be missed by Go nodes, of which"
                        + " these take part: " + String.join(", ", missing)
                        + ". Make it smaller transactions, or raise max_payload of the NATS server; if they are gone for"
                        + " good, delete their consumers in the stream";
    }

    /**
     * Throws it.
     *
     * @throws SQLException if it must not travel in parts; SQLState 54000, program limit exceeded
     */
    static void check(ChangeSetPublisher publisher) throws SQLException {
        String reason = of(publisher);
        if (reason != null) {
            throw exception(reason);
        }
    }

    /** What a commit fails with; SQLState 54000, program limit exceeded. */
    static SQLException exception(String reason) {
        return new SQLException("Not committed: " + reason, SqlStates.LIMIT_EXCEEDED);
    }
}
