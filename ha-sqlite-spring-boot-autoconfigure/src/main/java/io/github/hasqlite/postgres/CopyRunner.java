package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.gateway.GatewayStatement;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.DeclaredTypes;
import io.github.hasqlite.postgres.type.ParameterFormat;
import io.github.hasqlite.postgres.type.PgType;
import io.github.hasqlite.postgres.type.ValueAssignment;
import io.github.hasqlite.postgres.type.ValueFormat;
import io.github.hasqlite.postgres.wire.MessageWriter;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs COPY. Rows that come in are one transaction, or part of the one that the client has begun. Not thread-safe. */
final class CopyRunner {

    private final GatewaySession gateway;
    private final Transactions transactions;
    private final Execution execution;
    private final ClientOutput output;
    private @Nullable CopyInput incoming;
    private long rows;

    CopyRunner(GatewaySession gateway, Transactions transactions, Execution execution, ClientOutput output) {
        this.gateway = gateway;
        this.transactions = transactions;
        this.execution = execution;
        this.output = output;
    }

    /** Whether rows of the client are awaited. */
    boolean isOpen() {
        return incoming != null;
    }

    /**
     * Begins.
     *
     * @return whether it is done: rows that go out have gone; otherwise the client is to send rows
     * @throws SQLException if there is nothing such to be copied
     */
    boolean start(Plan.OfCopy copy) throws SQLException {
        transactions.requireSound();
        CopyCommand command = copy.command();
        Plan query = copy.query();
        if (query != null) {
            out(command.format(), query);
            return true;
        }
        CopyTable table = CopyTable.of(command, gateway);
        requireColumns(command, table);
        if (command.in()) {
            startIn(command, table);
            return false;
        }
        out(command.format(), Plan.OfDatabase.of(gateway.prepare(table.select()), "COPY"));
        return true;
    }

    /** Options for columns that are not copied have no sense. */
    private static void requireColumns(CopyCommand command, CopyTable table) throws SQLException {
        CopyFormat format = command.format();
        for (CopyFormat.Columns columns : List.of(format.forceQuote(), format.forceNotNull(), format.forceNull())) {
            for (String name : columns.names()) {
                if (table.columns().stream().noneMatch(name::equalsIgnoreCase)) {
                    throw new SQLException(
                            "column \"" + name + "\" of an option is not one that COPY is about", "42P10");
                }
            }
        }
    }

    private void out(CopyFormat format, Plan plan) throws SQLException {
        long count = 0;
        if (plan.columns().isEmpty()) {
            throw new SQLException(
                    "COPY query must answer rows: SELECT, VALUES, or what has a RETURNING clause",
                    SqlStates.FEATURE_NOT_SUPPORTED);
        }
        if (plan instanceof Plan.OfDatabase database && !database.isRead()) {
            // what is changed is not kept if a row of it cannot go out
            transactions.beginImplicit();
        }
        try (TypedRows answer = TypedRows.peek(execution.run(plan, List.<@Nullable Object>of(), tag -> {}))) {
            List<String> names = answer.columns().stream().map(RowWriter::label).toList();
            List<ColumnType> declared = answer.columns().stream()
                    .map(column -> DeclaredTypes.of(column.declaredType()))
                    .toList();
            count = format.binary() ? binary(format, answer, names) : lines(format, answer, names, declared);
        }
        output.writer().message('c');
        Execution.complete(output.writer(), "COPY", count);
    }

    private long lines(CopyFormat format, TypedRows answer, List<String> names, List<ColumnType> declared)
            throws SQLException {
        long count = 0;
        CopyWriter lines = new CopyWriter(format, names);
        response('H', names.size(), format);
        if (format.header() != CopyFormat.Header.NONE) {
            send(lines.header(names));
        }
        while (answer.next()) {
            List<@Nullable String> line = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                line.add(text(declared.get(i), answer.types().get(i), names.get(i), answer.value(i)));
            }
            send(lines.row(line));
            output.flushIfLarge();
            count++;
        }
        return count;
    }

    /** Each value is one of the type that its column is announced with elsewhere. */
    private long binary(CopyFormat format, TypedRows answer, List<String> names) throws SQLException {
        long count = 0;
        response('H', names.size(), format);
        // clients want what is before the first row and the row in one message
        output.writer().begin('d').bytes(CopyBinary.signature()).int32(0).int32(0);
        try {
            while (answer.next()) {
                binary(answer, names);
                output.flushIfLarge();
                count++;
                output.writer().begin('d');
            }
        } catch (SQLException e) {
            output.writer().abandon();
            throw e;
        }
        output.writer().int16(CopyBinary.END).end();
        return count;
    }

    /** Ends the message. */
    private void binary(TypedRows answer, List<String> names) throws SQLException {
        MessageWriter out = output.writer().int16(names.size());
        for (int i = 0; i < names.size(); i++) {
            Object value = answer.value(i);
            byte[] bytes =
                    value == null ? null : ValueFormat.encode(answer.types().get(i), names.get(i), value, true);
            out.int32(bytes == null ? -1 : bytes.length);
            if (bytes != null) {
                out.bytes(bytes);
            }
        }
        out.end();
    }

    /** Nobody is told the types of what is copied: what does not fit is the text that it is. */
    private static @Nullable String text(ColumnType declared, ColumnType seen, String name, @Nullable Object value)
            throws SQLException {
        if (value == null) {
            return null;
        }
        ColumnType type = declared.certain() && ValueFormat.fits(declared, value) ? declared : seen;
        ColumnType fitting = ValueFormat.fits(type, value) ? type : ColumnType.ANYTHING;
        return new String(ValueFormat.encode(fitting, name, value, false), StandardCharsets.UTF_8);
    }

    private void send(String line) {
        output.writer().begin('d').bytes(line.getBytes(StandardCharsets.UTF_8)).end();
    }

    private void response(char type, int columns, CopyFormat format) {
        int code = format.binary() ? 1 : 0;
        MessageWriter out = output.writer();
        out.begin(type).int8(code).int16(columns);
        for (int i = 0; i < columns; i++) {
            out.int16(code);
        }
        out.end();
    }

    private void startIn(CopyCommand command, CopyTable table) throws SQLException {
        if (transactions.isReadOnly()) {
            throw new SQLException("cannot execute COPY FROM in a read-only transaction", SqlStates.READ_ONLY);
        }
        List<ColumnType> types = gateway.prepare(table.select()).columns().stream()
                .map(column -> DeclaredTypes.of(column.declaredType()))
                .toList();
        GatewayStatement insert = gateway.prepare(table.insert());
        transactions.beginImplicit();
        Plan.OfDatabase plan = Plan.OfDatabase.of(insert, "COPY");
        rows = 0;
        incoming = command.format().binary()
                ? new CopyBinaryReader(command.table(), table.columns(), new BinaryRows(plan, types))
                : new CopyReader(command.table(), command.format(), table.columns(), row -> insert(plan, types, row));
        response('G', types.size(), command.format());
    }

    /** Rows that come in binary. */
    private final class BinaryRows implements CopyBinaryReader.Sink {

        private final Plan.OfDatabase plan;
        private final List<ColumnType> types;

        BinaryRows(Plan.OfDatabase plan, List<ColumnType> types) {
            this.plan = plan;
            this.types = types;
        }

        @Override
        public @Nullable Object value(int column, byte[] bytes) throws SQLException {
            ColumnType type = types.get(column);
            PgType sent = type.certain() ? sent(type.type(), bytes.length) : PgType.TEXT;
            return stored(type, ParameterFormat.decode(sent, 0, bytes, true));
        }

        /** A client may know a column by another size of numbers. */
        private static PgType sent(PgType type, int length) {
            return switch (type) {
                case INT2, INT4, INT8 ->
                    length == Short.BYTES ? PgType.INT2 : length == Integer.BYTES ? PgType.INT4 : PgType.INT8;
                case FLOAT4, FLOAT8 -> length == Float.BYTES ? PgType.FLOAT4 : PgType.FLOAT8;
                default -> type;
            };
        }

        @Override
        public void row(List<@Nullable Object> values) throws SQLException {
            execution.run(plan, values, tag -> {}).close();
            rows++;
        }
    }

    /** As an INSERT stores it. */
    private static Object stored(ColumnType type, Object value) throws SQLException {
        return type.certain() ? ValueAssignment.of(type, null, value) : value;
    }

    private void insert(Plan.OfDatabase plan, List<ColumnType> types, CopyReader.Row row) throws SQLException {
        List<@Nullable Object> bound = new ArrayList<>(types.size());
        for (int i = 0; i < types.size(); i++) {
            String value = row.values().get(i);
            try {
                bound.add(value == null ? null : stored(types.get(i), value));
            } catch (SQLException e) {
                throw row.refused(i, e);
            }
        }
        execution.run(plan, bound, tag -> {}).close();
        rows++;
    }

    void data(byte[] bytes) throws SQLException {
        CopyInput reader = incoming;
        if (reader != null) {
            reader.push(bytes);
        }
    }

    /** All rows are there. */
    void done() throws SQLException {
        CopyInput reader = incoming;
        incoming = null;
        if (reader != null) {
            reader.finish();
            transactions.endImplicit();
            Execution.complete(output.writer(), "COPY", rows);
        }
    }

    /** The client, or an error, ends it early. */
    void abandon() {
        incoming = null;
    }
}
