package io.github.hasqlite.http.api;

import io.github.hasqlite.PositionNotReachedException;
import io.github.hasqlite.ReplicationPosition;
import io.github.hasqlite.ReplicationTimeoutException;
import io.github.hasqlite.core.gateway.GatewayResult;
import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.gateway.GatewayStatement;
import io.github.hasqlite.core.gateway.ReadLevel;
import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.StatementKind;
import io.github.hasqlite.http.api.AnswerStream.Beyond;
import io.github.hasqlite.http.api.QueryRequest.Parameters;
import io.github.hasqlite.http.api.QueryRequest.Query;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;

/**
 * One request on its way. Used by one thread.
 *
 * <p>What only reads goes out row by row. What writes is committed first, and its answer held in memory until then: a
 * client that does not read holds up nobody, and a commit that fails is a problem and no answer.
 */
final class QueryRun {

    /** So much of an answer is held back, so that its first rows can still fail. */
    private static final int HELD = 32_768;

    private static final long UNKNOWN = -1;

    private static final Set<StatementKind> OF_TRANSACTIONS = EnumSet.of(
            StatementKind.BEGIN,
            StatementKind.BEGIN_IMMEDIATE,
            StatementKind.COMMIT,
            StatementKind.ROLLBACK,
            StatementKind.SAVEPOINT,
            StatementKind.RELEASE,
            StatementKind.ROLLBACK_TO);

    private final ApiExchange exchange;
    private final GatewaySession session;
    private final QueryWishes wishes;
    private final Watch.Watched watched;
    private final ReplicationPosition position;
    private final int maxAnswer;
    private final long start = System.nanoTime();

    /** Where its last commit is; 0 if there is none, {@link #UNKNOWN} if the stream does not have it yet. */
    private long written;

    /** Whether one of its statements was none of SQLite's, and may have committed by itself. */
    private boolean commanded;

    /** Which statement runs. */
    private int statement;

    /** Whether what it has written is committed, so that it is not cancelled any more. */
    private boolean committed;

    private boolean sent;

    /**
     * A request.
     *
     * @param maxAnswer how many bytes the answer has at most if it is held in memory
     */
    QueryRun(
            ApiExchange exchange,
            GatewaySession session,
            QueryWishes wishes,
            Watch.Watched watched,
            ReplicationPosition position,
            int maxAnswer) {
        this.exchange = exchange;
        this.session = session;
        this.wishes = wishes;
        this.watched = watched;
        this.position = position;
        this.maxAnswer = maxAnswer;
    }

    /**
     * Runs it and answers.
     *
     * @throws ApiException if nothing has gone out yet
     * @throws IOException if the client is gone, or the answer cannot be completed
     */
    void answer(List<Query> queries) throws ApiException, IOException {
        try {
            run(queries);
        } catch (SQLException e) {
            boolean over = watched.isOver() && SqlStates.CANCELLED.equals(e.getSQLState());
            throw failure(over ? over(e, wishes.timeout()) : SqlProblem.of(e, statement));
        }
    }

    private void run(List<Query> queries) throws SQLException, ApiException, IOException {
        boolean reads = true;
        for (Query query : queries) {
            ParsedSql first = ParsedSql.first(query.sql());
            refuseControl(first.kind());
            refuseMore(query.sql(), first);
            reads &= first.kind() == StatementKind.READ;
            statement++;
        }
        statement = 0;
        boolean transaction = queries.size() > 1;
        // a single statement that writes is committed before its rows are there
        AnswerStream body = transaction && !reads
                ? new AnswerStream(exchange, maxAnswer, Beyond.REFUSE, this::headers)
                : new AnswerStream(exchange, HELD, Beyond.SEND, this::headers);
        // not closed if it fails: what it holds would go out
        JsonGenerator out = ApiJson.generator(body);
        try {
            write(queries, transaction, reads, new ResultWriter(out, wishes.format(), this::requireTime));
            out.close();
        } catch (JacksonException e) {
            sent = body.isSent();
            throw unwritten(e);
        } catch (SQLException e) {
            sent = body.isSent();
            throw e;
        }
        body.complete();
    }

    private void write(List<Query> queries, boolean transaction, boolean reads, ResultWriter writer)
            throws SQLException {
        if (transaction) {
            session.begin(reads);
        }
        writer.begin();
        for (Query query : queries) {
            requireTime();
            try (GatewayResult result = execute(query)) {
                if (!transaction) {
                    committed = !reads;
                    settle();
                }
                writer.write(result);
            }
            statement++;
        }
        writer.end();
        if (transaction) {
            statement = -1;
            requireTime();
            session.prepare("COMMIT").execute(List.of()).close();
            committed = true;
            settle();
        }
    }

    private void requireTime() throws SQLException {
        if (!committed) {
            watched.requireTime();
        }
    }

    private GatewayResult execute(Query query) throws SQLException {
        GatewayStatement prepared = session.prepare(query.sql());
        commanded |=
                prepared.sql().kind() == StatementKind.OTHER && !prepared.sql().isPragma();
        Parameters parameters = query.parameters();
        if (parameters instanceof Parameters.Named named) {
            return prepared.execute(named.values());
        }
        return prepared.execute(((Parameters.Positional) parameters).values());
    }

    /** Learns where it is committed, and waits for that if the client wants to be sure. */
    private void settle() throws SQLException {
        boolean sure = wishes.level() == ReadLevel.STRICT;
        Duration left = wishes.timeout().minusNanos(System.nanoTime() - start);
        Duration patience = sure && !left.isNegative() ? left : Duration.ZERO;
        try {
            written = session.position(patience);
            if (commanded) {
                written = Math.max(written, position.current(patience));
            }
        } catch (PositionNotReachedException e) {
            if (sure) {
                throw new SQLException(e.getMessage(), ReplicationTimeoutException.SQL_STATE, e);
            }
            written = UNKNOWN;
        } catch (SQLException e) {
            if (sure) {
                throw e;
            }
            // committed here, and not in the stream yet: as commit mode async has it
            written = UNKNOWN;
        }
    }

    private void refuseControl(StatementKind kind) throws ApiException {
        if (OF_TRANSACTIONS.contains(kind)) {
            throw new ApiException(new Problem(
                            422,
                            "A request is a transaction: send what belongs to it in one array, without BEGIN,"
                                    + " COMMIT, ROLLBACK and savepoints.")
                    .with("sqlState", "0A000")
                    .with("statement", statement));
        }
    }

    /** SQLite would leave out what follows, and a client would not notice. */
    private void refuseMore(String sql, ParsedSql first) throws ApiException {
        String rest = sql.substring(sql.indexOf(first.text()) + first.text().length());
        if (sql.indexOf('\0') >= 0 || ParsedSql.first(rest).kind() != StatementKind.EMPTY) {
            throw new ApiException(new Problem(
                            400,
                            "There is more than one statement in \"sql\", or a NUL character. Send an array with one"
                                    + " object for each statement.")
                    .with("statement", statement));
        }
    }

    private void headers() {
        exchange.header("Content-Type", "application/json");
        exchange.header("Cache-Control", "no-store");
        String stream = position.stream();
        if (!stream.isEmpty() && written != UNKNOWN) {
            exchange.header(
                    QueryCall.POSITION, new PositionToken(stream, Math.max(written, position.applied())).toString());
        }
    }

    /** What goes wrong when the answer has begun can only end it. */
    private ApiException failure(ApiException problem) throws IOException {
        if (sent) {
            throw new IOException(
                    "The answer has ended before its last row: "
                            + problem.problem().detail(),
                    problem);
        }
        return problem;
    }

    private ApiException unwritten(JacksonException e) throws IOException {
        if (e.getCause() instanceof AnswerStream.TooLongException tooLong) {
            return new ApiException(
                    new Problem(
                                    422,
                                    "Nothing is committed: " + tooLong.getMessage()
                                            + ", more than a transaction that writes may have. Ask for fewer rows, or"
                                            + " for them in a request of their own.")
                            .with("sqlState", "54000")
                            .with("statement", statement),
                    e);
        }
        if (e.getCause() instanceof IOException cause) {
            throw cause;
        }
        throw e;
    }

    private static ApiException over(SQLException e, Duration timeout) {
        return new ApiException(
                new Problem(408, "The request took longer than " + timeout.toMillis() + " ms, and was cancelled.")
                        .with("sqlState", "57014"),
                e);
    }
}
