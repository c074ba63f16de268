package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.catalog.Catalog;
import io.github.hasqlite.postgres.wire.FrontendMessage;
import io.github.hasqlite.postgres.wire.MessageReader;
import io.github.hasqlite.postgres.wire.MessageWriter;
import io.github.hasqlite.postgres.wire.ProtocolViolation;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** One client that has come in: takes its messages, one after the other. Used by one thread at a time. */
final class ClientSession {

    private static final Logger logger = LoggerFactory.getLogger(ClientSession.class);

    /** What no client needs, and no client is to take. */
    private static final int MOST_PORTALS = 10_000;

    private static final int MOST_CURSORS = 1000;

    private final GatewaySession gateway;
    private final ClientOutput output;
    private final SessionChannels channels;
    private final SessionContext context;
    private final SessionLocks locks;
    private final Transactions transactions;
    private final SettingsRunner settings;
    private final Execution execution;
    private final ExtendedQuery extended;
    private final CopyRunner copies;
    private final SimpleQuery simple;
    private final IdleLimits idleLimits;
    private boolean skipping;
    private boolean idle;

    ClientSession(
            GatewaySession gateway,
            Catalog catalog,
            SessionContext context,
            ClientOutput output,
            SessionChannels channels,
            CancelKeys clients,
            Execution.Clock clock) {
        this.gateway = gateway;
        this.output = output;
        this.channels = channels;
        this.context = context;
        this.idleLimits = new IdleLimits(context.settings(), clock, context.end());
        Portals<TypedRows> cursors = new Portals<>("cursor", MOST_CURSORS);
        Portals<Portal> portals = new Portals<>("portal", MOST_PORTALS);
        Notices notices = new Notices(context.settings(), output);
        locks = new SessionLocks(catalog.advisoryLocks(), context.pid());
        transactions = new Transactions(gateway, context.settings(), channels, cursors, portals, notices, locks);
        settings = new SettingsRunner(context.settings(), gateway, transactions, notices);
        execution = new Execution(gateway, context.settings(), transactions, settings, channels, output, clock);
        PreparedStatements statements = new PreparedStatements();
        AskingSession asking = new AskingSession(context, settings, statements, clients);
        Planner planner = new Planner(gateway, catalog, asking, cursors, statements);
        extended = new ExtendedQuery(planner, execution, transactions, cursors, portals, statements, output);
        copies = new CopyRunner(gateway, transactions, execution, output);
        simple = new SimpleQuery(planner, execution, transactions, copies, output);
    }

    /**
     * Takes what the client said at the start, and lets it go on.
     *
     * @throws SQLException if it wants what there is not
     */
    void start(Map<String, String> parameters) throws SQLException {
        settings.start(parameters);
        ready();
    }

    /** The client has said something, which waits to be taken. From any thread. */
    void said() {
        idleLimits.busy();
    }

    /**
     * Takes a message.
     *
     * @param next the letter of the one that follows, if it is there already; otherwise 0
     * @return whether the client wants to go on
     * @throws ProtocolViolation if the connection has to end
     */
    boolean handle(FrontendMessage message, char next) throws ProtocolViolation {
        if (message.type() == 'X') {
            return false;
        }
        if (message.type() == FrontendMessage.WAKE) {
            if (idle && transactions.isNone()) {
                channels.deliver(output.writer());
                output.flush();
            }
            return true;
        }
        idle = false;
        idleLimits.busy();
        if (skipping && message.type() != 'S') {
            return true;
        }
        // statements of a text have each their own
        ScheduledFuture<?> timer = message.type() == 'Q' ? null : execution.startTimer();
        try {
            dispatch(message, next);
        } catch (ProtocolViolation e) {
            throw e;
        } catch (SQLException | RuntimeException e) {
            failed(message, e);
        } finally {
            if (timer != null) {
                timer.cancel(false);
            }
        }
        return true;
    }

    private void dispatch(FrontendMessage message, char next) throws SQLException {
        if (copies.isOpen() && copy(message)) {
            return;
        }
        MessageReader reader = message.reader();
        switch (message.type()) {
            case 'Q' -> query(reader);
            case 'P' -> extended.parse(reader);
            case 'B' -> {
                extended.bind(reader);
                // its rows may be looked for as soon as it is described
                context.activity().runs(extended.current());
            }
            case 'D' -> extended.describe(reader);
            case 'E' -> extended.execute(reader, next == 'S', context.activity());
            case 'C' -> extended.close(reader);
            case 'S' -> sync();
            case 'H' -> output.flush();
            case 'd', 'c', 'f' -> {
                // what was on its way when a COPY failed
            }
            case 'F' -> throw new SQLException("function calls are not supported", "0A000");
            default -> throw new ProtocolViolation("invalid frontend message type " + (int) message.type());
        }
    }

    private void ready() {
        if (transactions.isNone()) {
            channels.deliver(output.writer());
        }
        execution.settle();
        String application = String.valueOf(context.settings().find("application_name"));
        context.activity().rests(transactions.status(), transactions.begun(), application);
        execution.ready();
        idle = true;
        idleLimits.rests(!transactions.isNone());
    }

    private void query(MessageReader reader) throws SQLException {
        String sql = reader.text();
        reader.end();
        context.activity().runs(sql);
        if (simple.run(sql)) {
            ready();
        } else {
            output.flush();
        }
    }

    private void sync() throws SQLException {
        skipping = false;
        transactions.endImplicit();
        ready();
    }

    /** Whether the message was one of a COPY. */
    private boolean copy(FrontendMessage message) throws SQLException {
        switch (message.type()) {
            case 'd' -> copies.data(message.body());
            case 'c' -> {
                copies.done();
                ready();
            }
            case 'f' -> {
                copies.abandon();
                throw new SQLException(
                        "COPY from stdin failed: " + message.reader().text(), "57014");
            }
            case 'H', 'S' -> {
                // ignored while rows are awaited, as PostgreSQL does
            }
            default -> {
                copies.abandon();
                throw new SQLException("unexpected message type " + (int) message.type() + " during COPY", "08P01");
            }
        }
        return true;
    }

    private void failed(FrontendMessage message, Exception e) {
        boolean simpleProtocol = "QFdcf".indexOf(message.type()) >= 0;
        copies.abandon();
        try {
            transactions.failed();
        } catch (SQLException rollback) {
            boolean gone = SqlStates.CONNECTION_DOES_NOT_EXIST.equals(rollback.getSQLState());
            logger.atLevel(gone ? Level.DEBUG : Level.WARN)
                    .log("A transaction of a PostgreSQL client could not be rolled back: {}", rollback.getMessage());
        }
        MessageWriter out = output.writer();
        String whole = message.type() == 'Q' ? query(message) : extended.current();
        String failed = message.type() == 'Q' ? simple.current() : whole;
        ErrorReport.write(out, e, whole, new ConstraintFailure(gateway).details(e, failed));
        if (simpleProtocol || message.type() == 'S') {
            ready();
        } else {
            skipping = true;
        }
    }

    private static String query(FrontendMessage message) {
        try {
            return message.reader().text();
        } catch (SQLException e) {
            return "";
        }
    }

    /** The last word to the client. */
    void fatal(String state, String text) {
        ErrorReport.fatal(output.writer(), state, text);
        output.flush();
    }

    /** Interrupts what runs. From any thread. */
    void cancel() {
        gateway.cancel("canceling statement due to user request");
    }

    /** Gives back what it has; a transaction that is open is rolled back. From any thread. */
    void close() {
        gateway.close();
        locks.end();
    }
}
