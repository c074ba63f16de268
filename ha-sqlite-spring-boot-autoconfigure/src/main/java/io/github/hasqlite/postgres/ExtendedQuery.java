package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.sql.Spelling;
import io.github.hasqlite.postgres.sql.StatementText;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.ParameterFormat;
import io.github.hasqlite.postgres.type.PgType;
import io.github.hasqlite.postgres.wire.MessageReader;
import io.github.hasqlite.postgres.wire.MessageWriter;
import io.github.hasqlite.postgres.wire.ProtocolViolation;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The extended query protocol: parse, bind, describe, execute, close. Not thread-safe. */
final class ExtendedQuery {

    /** A message that does not fit what it is about; the connection goes on. */
    private static final String PROTOCOL_VIOLATION = "08P01";

    private final Planner planner;

    private final Execution execution;
    private final Transactions transactions;
    private final Portals<TypedRows> cursors;
    private final Portals<Portal> portals;
    private final ClientOutput output;
    private final PreparedStatements statements;
    private final Compiled compiled = new Compiled();
    private String current = "";

    ExtendedQuery(
            Planner planner,
            Execution execution,
            Transactions transactions,
            Portals<TypedRows> cursors,
            Portals<Portal> portals,
            PreparedStatements statements,
            ClientOutput output) {
        this.planner = planner;
        this.execution = execution;
        this.transactions = transactions;
        this.cursors = cursors;
        this.portals = portals;
        this.statements = statements;
        this.output = output;
    }

    /** The statement that was looked at last, for errors. */
    String current() {
        return current;
    }

    void parse(MessageReader message) throws SQLException {
        String name = message.text();
        String sql = message.text();
        int[] types = new int[message.int16()];
        if (types.length * Integer.BYTES > message.remaining()) {
            throw new ProtocolViolation("insufficient data left in message");
        }
        for (int i = 0; i < types.length; i++) {
            types[i] = message.int32();
        }
        message.end();
        current = sql;
        statements.requireFree(name);
        List<String> texts = StatementText.split(sql);
        if (texts.size() > 1) {
            throw new SQLException("cannot insert multiple commands into a prepared statement", "42601");
        }
        KnownTables.Version version = planner.version();
        Plan plan = texts.isEmpty() ? new Plan.Empty() : plan(texts.get(0), types);
        if (plan instanceof Plan.OfDatabase database) {
            compiled.require(database, version);
        }
        int[] all = Arrays.copyOf(types, Math.max(types.length, plan.parameters()));
        Planner.complete(plan, all);
        Prepared prepared = new Prepared(plan, version, sql, all);
        if (!name.isEmpty()) {
            prepared.keep();
        }
        statements.put(name, prepared, false);
        output.writer().message('1');
    }

    private Plan plan(String sql, int[] types) throws SQLException {
        if (transactions.status() == 'E' && TransactionCommand.of(Spelling.tokens(sql)) == null) {
            transactions.requireSound();
        }
        return planner.plan(sql, types);
    }

    void bind(MessageReader message) throws SQLException {
        String name = message.text();
        Prepared prepared = statement(message.text());
        planner.refresh(prepared);
        int[] formats = formats(message);
        int count = message.int16();
        if (count != prepared.parameters()) {
            throw new SQLException(
                    "bind message supplies " + count + " parameters, but the statement requires "
                            + prepared.parameters(),
                    PROTOCOL_VIOLATION);
        }
        if (formats.length > 1 && formats.length != count) {
            throw new SQLException(
                    "bind message has " + formats.length + " parameter formats but " + count + " parameters",
                    PROTOCOL_VIOLATION);
        }
        List<@Nullable Object> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            byte[] bytes = message.bytes(message.int32());
            values.add(bytes == null ? null : value(prepared, i, bytes, RowWriter.isBinary(formats, i)));
        }
        int[] results = formats(message);
        message.end();
        if (results.length > 1) {
            int columns = prepared.plan().columns().size();
            if (results.length != columns) {
                throw new SQLException(
                        "bind message has " + results.length + " result formats but query has " + columns + " columns",
                        PROTOCOL_VIOLATION);
            }
        }
        if (name.isEmpty()) {
            portals.close(name);
        }
        portals.requireFree(name);
        portals.add(name, new Portal(prepared, values, results));
        output.writer().message('2');
    }

    private static Object value(Prepared prepared, int at, byte[] bytes, boolean binary) throws SQLException {
        int oid = prepared.parameterType(at);
        PgType type = oid == 0 ? PgType.UNKNOWN : PgType.ofOid(oid);
        Object value = ParameterFormat.decode(type, oid, bytes, binary);
        return prepared.plan() instanceof Plan.OfDatabase database
                ? database.insight().kept(at, value)
                : value;
    }

    private static int[] formats(MessageReader message) throws SQLException {
        int[] formats = new int[message.int16()];
        if (formats.length * Short.BYTES > message.remaining()) {
            throw new ProtocolViolation("insufficient data left in message");
        }
        for (int i = 0; i < formats.length; i++) {
            formats[i] = message.int16();
            if (formats[i] > 1) {
                throw new SQLException("unsupported format code: " + formats[i], SqlStates.INVALID_PARAMETER);
            }
        }
        return formats;
    }

    void describe(MessageReader message) throws SQLException {
        char what = (char) message.int8();
        String name = message.text();
        message.end();
        if (what == 'S') {
            describeStatement(statement(name));
        } else if (what == 'P') {
            TypedRows cursor = portals.find(name) != null ? null : cursors.find(name);
            if (cursor != null) {
                description(cursor.columns(), cursor.types(), new int[0]);
            } else {
                describePortal(portals.get(name));
            }
        } else {
            throw new ProtocolViolation("invalid DESCRIBE message subtype " + (int) what);
        }
    }

    private void describeStatement(Prepared prepared) throws SQLException {
        List<GatewayColumn> columns = prepared.plan().columns();
        MessageWriter out = output.writer();
        out.begin('t').int16(prepared.parameters());
        for (int i = 0; i < prepared.parameters(); i++) {
            int type = prepared.parameterType(i);
            out.int32(type == 0 ? PgType.TEXT.oid() : type);
        }
        out.end();
        List<ColumnType> types = ExpectedTypes.of(columns, prepared.plan());
        prepared.announce(columns, types);
        description(columns, types, new int[0]);
    }

    private void describePortal(Portal portal) throws SQLException {
        Prepared prepared = portal.prepared();
        current = prepared.sql();
        if (portal.rows() == null && isHarmless(prepared.plan())) {
            start(portal, null);
        }
        TypedRows rows = portal.rows();
        List<GatewayColumn> columns =
                rows != null ? rows.columns() : prepared.plan().columns();
        List<ColumnType> types = rows != null ? rows.types() : ExpectedTypes.of(columns, prepared.plan());
        prepared.announce(columns, types);
        description(columns, types, portal.formats());
    }

    private void description(List<GatewayColumn> columns, List<ColumnType> types, int[] formats) {
        if (columns.isEmpty()) {
            output.writer().message('n');
        } else {
            RowWriter.describe(output.writer(), columns, types, formats);
        }
    }

    /** What changes nothing may run when it is described: its first rows tell what its columns are. */
    private static boolean isHarmless(Plan plan) {
        return plan instanceof Plan.OfCatalog || (plan instanceof Plan.OfDatabase database && database.isRead());
    }

    /**
     * Runs a portal.
     *
     * @param activity is told what runs
     * @param alone whether nothing else is to come before the end of the client's statements
     * @throws SQLException if it fails
     */
    void execute(MessageReader message, boolean alone, Activity activity) throws SQLException {
        String name = message.text();
        Portal portal = portals.get(name);
        int limit = Math.max(message.int32(), 0);
        message.end();
        Plan plan = portal.prepared().plan();
        current = portal.prepared().sql();
        activity.runs(current);
        if (plan instanceof Plan.Empty) {
            output.writer().message('I');
            return;
        }
        if (portal.rows() == null) {
            prepareTransaction(plan, alone);
            start(portal, portal.prepared().announced());
        }
        try {
            write(portal, limit);
        } catch (SQLException e) {
            // what has failed in the middle has no more rows, and must not say that these were all
            portals.close(name);
            throw e;
        }
    }

    private void prepareTransaction(Plan plan, boolean alone) throws SQLException {
        if (plan instanceof Plan.OfCopy) {
            throw new SQLException("COPY is not supported in the extended query protocol", "0A000");
        }
        boolean returning =
                plan.effective() instanceof Plan.OfDatabase database && database.answers() && !database.isRead();
        boolean steps = plan instanceof Plan.OfSteps;
        if (Execution.belongsInTransaction(plan) && (!alone || returning || steps)) {
            transactions.beginImplicit();
        }
    }

    private void start(Portal portal, @Nullable List<ColumnType> announced) throws SQLException {
        String[] tag = {""};
        Rows rows = execution.run(portal.prepared().plan(), portal.values(), did -> tag[0] = did);
        if (announced != null && !portal.prepared().isAsAnnounced(rows.columns())) {
            rows.close();
            throw new SQLException(ErrorReport.PLAN_CHANGED, "0A000");
        }
        portal.started(announced == null ? TypedRows.peek(rows) : TypedRows.announced(rows, announced), tag[0]);
    }

    private void write(Portal portal, int limit) throws SQLException {
        TypedRows rows = portal.rows();
        if (rows == null || portal.isDone()) {
            Execution.complete(output.writer(), portal.tag(), 0);
            return;
        }
        boolean answers = !rows.columns().isEmpty();
        long count = answers ? execution.write(rows, portal.formats(), limit) : 0;
        if (count < 0) {
            output.writer().message('s');
            return;
        }
        boolean changes =
                portal.prepared().plan().effective() instanceof Plan.OfDatabase database && !database.isRead();
        long affected = rows.affected();
        portal.done();
        Execution.complete(
                output.writer(), portal.tag(), changes || portal.tag().equals("MOVE") ? affected : count);
    }

    void close(MessageReader message) throws SQLException {
        char what = (char) message.int8();
        String name = message.text();
        message.end();
        if (what == 'S') {
            statements.remove(name);
        } else if (what == 'P') {
            portals.close(name);
        } else {
            throw new ProtocolViolation("invalid CLOSE message subtype " + (int) what);
        }
        output.writer().message('3');
    }

    private Prepared statement(String name) throws SQLException {
        Prepared prepared = statements.get(name);
        current = prepared.sql();
        return prepared;
    }
}
