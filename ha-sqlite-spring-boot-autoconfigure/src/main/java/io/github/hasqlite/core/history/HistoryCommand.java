package io.github.hasqlite.core.history;

import io.github.hasqlite.ReplicationHistory;
import io.github.hasqlite.UndoRequest;
import io.github.hasqlite.core.sqlite.SqlTokens;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of the history in the place of an SQL statement, as in the Go implementation: {@code HISTORY [n]},
 * {@code UNDO n}, {@code UNDOE n} and {@code UNDOT n}, where {@code n} is a place in the stream or a duration up to now,
 * such as {@code 5m} or {@code '1h30m'}; {@code n.m} is the transaction with number {@code m} of those that share a place. Behind {@code EXPLAIN}, what would be taken back is only told; with {@code
 * CASCADE} at the end, what is in the way is taken back, too. Immutable.
 */
public sealed interface HistoryCommand {

    /** Of more change sets than this, the older ones are not shown. */
    int MAX_SHOWN = 10_000;

    /** So many are shown if nothing is said. */
    int SHOWN = 100;

    /**
     * What a statement answers.
     *
     * @param columns the names of the columns
     * @param rows their values: {@link Long}, {@link String} or {@code null}
     */
    record Answer(List<String> columns, List<List<@Nullable Object>> rows) {}

    /**
     * {@code HISTORY}: shows change sets in the order of the stream.
     *
     * @param from the first place; 0 if there is none
     * @param last how far back; {@code null} if nothing is said
     */
    record Show(long from, @Nullable Duration last) implements HistoryCommand {

        @Override
        public List<String> columns() {
            return HistoryAnswers.SHOWN;
        }

        @Override
        public Answer run(ReplicationHistory history, Instant now) throws IOException, SQLException {
            return HistoryAnswers.show(history, this, now);
        }
    }

    /**
     * {@code UNDO}, {@code UNDOE} or {@code UNDOT}.
     *
     * @param scope how much is taken back
     * @param from the place of the transaction; 0 if there is a duration
     * @param number its number among those that share the place; 0 if nothing is said
     * @param last how far back; {@code null} if there is a place
     * @param explain whether to tell only
     * @param cascade whether what is in the way is taken back, too
     */
    record TakeBack(
            UndoRequest.Scope scope,
            long from,
            int number,
            @Nullable Duration last,
            boolean explain,
            boolean cascade) implements HistoryCommand {

        @Override
        public List<String> columns() {
            return explain ? HistoryAnswers.PLANNED : HistoryAnswers.DONE;
        }

        @Override
        public Answer run(ReplicationHistory history, Instant now) throws IOException, SQLException {
            UndoRequest request = new UndoRequest(scope, from, number, last == null ? null : now.minus(last), cascade);
            return explain ? HistoryAnswers.plan(history.plan(request)) : HistoryAnswers.done(history.undo(request));
        }
    }

    /** The names of the columns of its answer. */
    List<String> columns();

    /**
     * Does it.
     *
     * @param now from when durations count, by this node's clock
     * @throws SQLException as {@link ReplicationHistory} does
     * @throws IOException if the stream cannot be read
     */
    Answer run(ReplicationHistory history, Instant now) throws IOException, SQLException;

    // ---- reading

    /**
     * Reads a statement.
     *
     * @return empty if it is not about the history
     * @throws SQLException with SQLState 42601, if it is and cannot be understood
     */
    static Optional<HistoryCommand> parse(String sql) throws SQLException {
        SqlTokens tokens = new SqlTokens(sql);
        if (!tokens.advance()) {
            return Optional.empty();
        }
        boolean explain = tokens.isWord("EXPLAIN");
        if (explain && !tokens.advance()) {
            return Optional.empty();
        }
        String verb = tokens.word();
        UndoRequest.Scope scope = switch (verb) {
            case "UNDO" -> UndoRequest.Scope.EVERYTHING;
            case "UNDOE" -> UndoRequest.Scope.ROWS;
            case "UNDOT" -> UndoRequest.Scope.TRANSACTIONS;
            default -> null;
        };
        if (scope == null && (explain || !verb.equals("HISTORY"))) {
            return Optional.empty();
        }
        String[] words = HistoryWords.of(sql.substring(tokens.end()));
        return Optional.of(
                scope == null ? HistoryWords.show(words) : HistoryWords.takeBack(verb, scope, words, explain));
    }
}
