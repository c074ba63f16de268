package io.github.hasqlite.core.gateway;

import io.github.hasqlite.ReplicationPosition;
import io.github.hasqlite.core.jdbc.ReplicatingDataSource;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.ConnectionFunctions;
import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlTokens;
import io.github.hasqlite.core.sqlite.StatementKind;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What the sessions of a gateway share. Thread-safe. */
final class GatewayContext {

    /** Statement texts that are known already; clients that use parameters have few. */
    private static final int MAX_KNOWN = 1_000;

    private static final int MAX_KNOWN_LENGTH = 10_000;

    private final GatewaySettings settings;
    private final ReplicatingDataSource database;
    private final ReplicationPosition positions;
    private final StreamEnd end;
    private final GatewayCommand.Parser commands;
    private final NodeRuntime runtime;
    private final ConnectionBudget reads;
    private final ConnectionBudget writes;
    private final Map<String, Understood> known = new ConcurrentHashMap<>();

    GatewayContext(
            GatewaySettings settings,
            ReplicatingDataSource database,
            ReplicationPosition positions,
            StreamEnd end,
            GatewayCommand.Parser commands,
            NodeRuntime runtime) {
        this.settings = settings;
        this.database = database;
        this.positions = positions;
        this.end = end;
        this.commands = commands;
        this.runtime = runtime;
        this.reads = new ConnectionBudget(runtime, "read", settings.maxReads(), settings.queueTimeout());
        this.writes = new ConnectionBudget(runtime, "write", settings.maxWrites(), settings.queueTimeout());
    }

    /**
     * What a text says.
     *
     * @param returns whether it may answer rows although it writes
     * @param command who answers it instead of SQLite, or {@code null}
     */
    record Understood(
            ParsedSql sql,
            StatementParameters parameters,
            boolean returns,
            @Nullable GatewayCommand command) {}

    GatewaySettings settings() {
        return settings;
    }

    ReplicationPosition positions() {
        return positions;
    }

    StreamEnd end() {
        return end;
    }

    NodeRuntime runtime() {
        return runtime;
    }

    /**
     * Understands a statement that may run.
     *
     * @throws SQLException if it may not (42501, 0A000), or is no SQL (42601)
     */
    Understood understand(String sql) throws SQLException {
        Understood present = known.get(sql);
        if (present != null) {
            return present;
        }
        GatewayCommand command = commands.parse(sql);
        ParsedSql parsed = ParsedSql.first(sql);
        if (command == null) {
            OutsideGuard.check(parsed);
        }
        Understood understood = new Understood(
                parsed,
                StatementParameters.of(parsed.text()),
                parsed.kind() == StatementKind.WRITE && saysReturning(parsed.text()),
                command);
        if (command == null && sql.length() <= MAX_KNOWN_LENGTH) {
            if (known.size() >= MAX_KNOWN) {
                known.clear();
            }
            known.put(sql, understood);
        }
        return understood;
    }

    long schemaEpoch() {
        return database.schemaEpoch();
    }

    void define(ConnectionFunctions functions) {
        database.define(functions);
    }

    private static boolean saysReturning(String sql) {
        SqlTokens tokens = new SqlTokens(sql);
        while (tokens.advance()) {
            if (tokens.isWord("RETURNING")) {
                return true;
            }
        }
        return false;
    }

    /**
     * Takes a connection for a client.
     *
     * @throws SQLException if clients have too many (53300)
     */
    ClientConnection connect(boolean readOnly) throws SQLException {
        ConnectionBudget budget = readOnly ? reads : writes;
        budget.take();
        try {
            return new ClientConnection(database.getConnection(readOnly, settings.maxValueBytes()), budget);
        } catch (SQLException | RuntimeException | Error e) {
            budget.giveBack();
            throw e;
        }
    }
}
