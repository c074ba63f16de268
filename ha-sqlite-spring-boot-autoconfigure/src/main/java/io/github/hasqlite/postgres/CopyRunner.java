package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.gateway.GatewayStatement;
import io.github.hasqlite.postgres.sql.Spelling;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.DeclaredTypes;
import io.github.hasqlite.postgres.type.ParameterFormat;
import io.github.hasqlite.postgres.type.ValueFormat;
import io.github.hasqlite.postgres.wire.MessageWriter;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Runs COPY. Rows that come in are one transaction, or part of the one that the client has begun. Not thread-safe. */
final class CopyRunner {

    private final GatewaySession gateway;
    private final Transactions transactions;
    private final Execution execution;
    private final ClientOutput output;
    private @Nullable CopyReader incoming;
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
     */
    boolean start(CopyCommand command) throws SQLException {
        String columns = command.columns().isEmpty() ? "*" : command.columns();
        String query = command.query().isEmpty() ? "SELECT " + columns + " FROM " + command.table() : command.query();
        if (command.in()) {
            startIn(command, query);
            return false;
        }
        out(command.format(), query);
        return true;
    }

    private void out(CopyFormat format, String query) throws SQLException {
        long count = 0;
        GatewayStatement statement = gateway.prepare(Spelling.ofDatabase(query));
        try (TypedRows answer = TypedRows.peek(
                execution.run(Plan.OfDatabase.of(statement, "COPY"), List.<@Nullable Object>of(), tag -> {}))) {
            List<GatewayColumn> columns = answer.columns();
            response('H', columns.size());
            if (format.header()) {
                send(format.line(columns.stream().map(GatewayColumn::name).toList()));
            }
            while (answer.next()) {
                List<@Nullable String> line = new ArrayList<>();
                for (int i = 0; i < columns.size(); i++) {
                    Object value = answer.value(i);
                    line.add(
                            value == null
                                    ? null
                                    : new String(
                                            ValueFormat.encode(
                                                    answer.types().get(i),
                                                    columns.get(i).name(),
                                                    value,
                                                    false),
                                            StandardCharsets.UTF_8));
                }
                send(format.line(line));
                output.flushIfLarge();
                count++;
            }
        }
        output.writer().message('c');
        Execution.complete(output.writer(), "COPY", count);
    }

    private void send(String line) {
        output.writer().begin('d').bytes(line.getBytes(StandardCharsets.UTF_8)).end();
    }

    private void response(char type, int columns) {
        MessageWriter out = output.writer();
        out.begin(type).int8(0).int16(columns);
        for (int i = 0; i < columns; i++) {
            out.int16(0);
        }
        out.end();
    }

    private void startIn(CopyCommand command, String query) throws SQLException {
        transactions.requireSound();
        List<GatewayColumn> columns = gateway.prepare(query).columns();
        List<ColumnType> types = columns.stream()
                .map(column -> DeclaredTypes.of(column.declaredType()))
                .toList();
        String marks =
                IntStream.rangeClosed(1, columns.size()).mapToObj(i -> "?" + i).collect(Collectors.joining(", "));
        String names = command.columns().isEmpty() ? "" : "(" + command.columns() + ")";
        GatewayStatement insert = gateway.prepare("INSERT INTO " + command.table() + names + " VALUES (" + marks + ")");
        transactions.beginImplicit();
        Plan.OfDatabase plan = Plan.OfDatabase.of(insert, "COPY");
        rows = 0;
        incoming = new CopyReader(command.format(), (values, line) -> insert(plan, columns, types, values, line));
        response('G', columns.size());
    }

    private void insert(
            Plan.OfDatabase plan,
            List<GatewayColumn> columns,
            List<ColumnType> types,
            List<@Nullable String> values,
            long line)
            throws SQLException {
        if (values.size() != columns.size()) {
            throw new SQLException(
                    "COPY, line " + line + ": " + values.size() + " values for " + columns.size() + " columns",
                    "22P04");
        }
        List<@Nullable Object> bound = new ArrayList<>(values.size());
        for (int i = 0; i < values.size(); i++) {
            String value = values.get(i);
            if (value == null || !types.get(i).certain()) {
                bound.add(value);
                continue;
            }
            try {
                byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
                bound.add(ParameterFormat.decode(types.get(i).type(), 0, bytes, false));
            } catch (SQLException e) {
                throw new SQLException(
                        "COPY, line " + line + ", column " + columns.get(i).name() + ": " + e.getMessage(),
                        e.getSQLState(),
                        e);
            }
        }
        execution.run(plan, bound, tag -> {}).close();
        rows++;
    }

    void data(byte[] bytes) throws SQLException {
        CopyReader reader = incoming;
        if (reader != null) {
            reader.push(bytes);
        }
    }

    /** All rows are there. */
    void done() throws SQLException {
        CopyReader reader = incoming;
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
