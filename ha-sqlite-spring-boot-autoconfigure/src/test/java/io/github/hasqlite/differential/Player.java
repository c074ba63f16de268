package io.github.hasqlite.differential;

import io.github.hasqlite.differential.Step.Action;
import io.github.hasqlite.differential.Step.Method;
import io.github.hasqlite.differential.Step.Reading;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sqlite.SQLiteException;

/** Does the steps of a script on one side and writes down everything that an application can see. */
final class Player implements AutoCloseable {

    private static final Step TEMPORARY = new Step.Sql(
            Method.QUERY,
            Reading.ALL,
            "SELECT type, name FROM temp.sqlite_schema WHERE name NOT LIKE 'ha%' ORDER BY 1, 2");

    private final List<Connection> connections;
    private final List<Statement> leftOpen = new ArrayList<>();
    private final List<Savepoint> savepoints = new ArrayList<>();
    private int current;

    /** Whether errors must have an SQLState, which plain sqlite-jdbc does not give. */
    private final boolean stated;

    Player(List<Connection> connections, boolean stated) {
        this.connections = connections;
        this.stated = stated;
    }

    private Connection connection() {
        return connections.get(current);
    }

    /** Does one step; answers what there was to see. */
    String play(Step step) {
        StringBuilder seen = new StringBuilder();
        try {
            play(step, seen);
        } catch (SQLException | RuntimeException e) {
            describe(e, seen);
        }
        try {
            seen.append(" | auto-commit ").append(connection().getAutoCommit());
        } catch (SQLException e) {
            describe(e, seen);
        }
        return seen.toString();
    }

    private void play(Step step, StringBuilder seen) throws SQLException {
        if (step instanceof Step.Sql sql) {
            playSql(sql, seen);
        } else if (step instanceof Step.Prepared prepared) {
            playPrepared(prepared, seen);
        } else if (step instanceof Step.Batch batch) {
            playBatch(batch, seen);
        } else if (step instanceof Step.PreparedBatch batch) {
            playPreparedBatch(batch, seen);
        } else if (step instanceof Step.Call call) {
            playCall(call.action(), seen);
        } else if (step instanceof Step.SetSavepoint set) {
            Savepoint savepoint = set.name() == null
                    ? connection().setSavepoint()
                    : connection().setSavepoint(set.name());
            savepoints.add(savepoint);
            seen.append("savepoint");
        } else if (step instanceof Step.EndSavepoint end) {
            playEndSavepoint(end, seen);
        } else if (step instanceof Step.Metadata metadata) {
            MetadataReader.read(connection().getMetaData(), metadata, seen);
        } else if (step instanceof Step.CloseStatements) {
            closeLeftOpen(seen);
        } else if (step instanceof Step.Switch to) {
            end(seen);
            current = to.connection();
            readSchema();
        }
    }

    /** See {@link KnownDifferences} on what SQLite says if another connection has changed the schema. */
    private void readSchema() throws SQLException {
        try (Statement statement = connection().createStatement();
                ResultSet rows = statement.executeQuery("SELECT 1 FROM sqlite_schema LIMIT 0")) {
            rows.next();
        }
    }

    // ---- statements

    private void playSql(Step.Sql step, StringBuilder seen) throws SQLException {
        Statement statement = connection().createStatement();
        try {
            switch (step.method()) {
                case EXECUTE -> readAll(statement, statement.execute(step.sql()), step.reading(), seen);
                case QUERY -> rows(statement.executeQuery(step.sql()), step.reading(), seen);
                case UPDATE -> seen.append("count ").append(statement.executeUpdate(step.sql()));
            }
            if (step.method() != Method.QUERY && step.reading() == Reading.ALL) {
                keys(statement, seen);
            }
        } finally {
            closeOrLeave(statement, step.reading());
        }
    }

    private void playPrepared(Step.Prepared step, StringBuilder seen) throws SQLException {
        PreparedStatement statement = connection().prepareStatement(step.sql());
        try {
            for (List<Object> values : step.values()) {
                try {
                    bind(statement, values);
                    switch (step.method()) {
                        case EXECUTE -> readAll(statement, statement.execute(), step.reading(), seen);
                        case QUERY -> rows(statement.executeQuery(), step.reading(), seen);
                        case UPDATE -> seen.append("count ").append(statement.executeUpdate());
                    }
                    if (step.method() != Method.QUERY && step.reading() == Reading.ALL) {
                        keys(statement, seen);
                    }
                } catch (SQLException e) {
                    describe(e, seen);
                }
                seen.append("; ");
            }
        } finally {
            closeOrLeave(statement, step.reading());
        }
    }

    private static void bind(PreparedStatement statement, List<Object> values) throws SQLException {
        for (int i = 0; i < values.size(); i++) {
            statement.setObject(i + 1, values.get(i));
        }
    }

    private void playBatch(Step.Batch step, StringBuilder seen) throws SQLException {
        try (Statement statement = connection().createStatement()) {
            for (String sql : step.statements()) {
                statement.addBatch(sql);
            }
            seen.append("counts ").append(Arrays.toString(statement.executeBatch()));
            keys(statement, seen);
        }
    }

    private void playPreparedBatch(Step.PreparedBatch step, StringBuilder seen) throws SQLException {
        try (PreparedStatement statement = connection().prepareStatement(step.sql())) {
            for (List<Object> row : step.rows()) {
                bind(statement, row);
                statement.addBatch();
            }
            seen.append("counts ").append(Arrays.toString(statement.executeBatch()));
            keys(statement, seen);
        }
    }

    private void closeOrLeave(Statement statement, Reading reading) throws SQLException {
        if (reading == Reading.LEFT_OPEN) {
            leftOpen.add(statement);
        } else {
            statement.close();
        }
    }

    // ---- what comes back

    private static void readAll(Statement statement, boolean hasRows, Reading reading, StringBuilder seen)
            throws SQLException {
        seen.append(hasRows ? "has rows " : "no rows ");
        if (hasRows) {
            if (reading != Reading.NONE) {
                rows(statement.getResultSet(), reading, seen);
            }
        } else {
            seen.append("count ").append(statement.getUpdateCount());
        }
        if (reading == Reading.ALL) {
            seen.append(" more ").append(statement.getMoreResults());
            seen.append(" count ").append(statement.getUpdateCount());
        }
    }

    private static void keys(Statement statement, StringBuilder seen) throws SQLException {
        seen.append(" keys ");
        try (ResultSet keys = statement.getGeneratedKeys()) {
            rows(keys, Reading.ALL, seen);
        }
    }

    private static void rows(ResultSet rows, Reading reading, StringBuilder seen) throws SQLException {
        if (reading == Reading.NONE) {
            seen.append("rows not read");
            return;
        }
        int columns = rows.getMetaData().getColumnCount();
        seen.append('(');
        for (int i = 1; i <= columns; i++) {
            seen.append(rows.getMetaData().getColumnLabel(i))
                    .append('/')
                    .append(rows.getMetaData().getColumnName(i))
                    .append('/')
                    .append(rows.getMetaData().getTableName(i))
                    .append('/')
                    .append(rows.getMetaData().getColumnTypeName(i))
                    .append('/')
                    .append(rows.getMetaData().getPrecision(i))
                    .append(' ');
        }
        seen.append(')');
        int read = 0;
        while (rows.next()) {
            seen.append('[');
            for (int i = 1; i <= columns; i++) {
                seen.append(Values.text(rows.getObject(i))).append(' ');
            }
            seen.append(']');
            read++;
            if (reading != Reading.ALL) {
                return;
            }
        }
        seen.append(" rows ").append(read);
        rows.close();
    }

    private void describe(Exception e, StringBuilder seen) {
        Class<?> type = e instanceof SQLiteException ? SQLiteException.class : e.getClass();
        seen.append("!! ").append(type.getName());
        if (e instanceof SQLException sql) {
            seen.append(" code ").append(sql.getErrorCode());
            if (stated && (sql.getSQLState() == null || sql.getSQLState().length() != 5)) {
                seen.append(" without SQLState");
            }
            seen.append(" message ").append(sql.getMessage());
        }
        if (e instanceof SQLiteException lite) {
            seen.append(" result ").append(lite.getResultCode());
        }
        if (e instanceof BatchUpdateException batch) {
            seen.append(" counts ").append(Arrays.toString(batch.getUpdateCounts()));
        }
    }

    // ---- transactions

    private void playCall(Action action, StringBuilder seen) throws SQLException {
        switch (action) {
            case COMMIT -> connection().commit();
            case ROLLBACK -> connection().rollback();
            case AUTO_COMMIT_ON -> connection().setAutoCommit(true);
            case AUTO_COMMIT_OFF -> connection().setAutoCommit(false);
            case READ_METADATA_OF_CONNECTION ->
                seen.append(connection().getTransactionIsolation())
                        .append(' ')
                        .append(connection().isReadOnly())
                        .append(' ')
                        .append(connection().getHoldability())
                        .append(' ')
                        .append(connection().getCatalog())
                        .append(' ')
                        .append(connection().getSchema())
                        .append(' ')
                        .append(connection().isValid(1));
        }
        seen.append("done");
    }

    private void playEndSavepoint(Step.EndSavepoint end, StringBuilder seen) throws SQLException {
        int index = savepoints.size() - 1 - end.back();
        if (index < 0) {
            seen.append("no such savepoint");
        } else if (end.release()) {
            connection().releaseSavepoint(savepoints.get(index));
            seen.append("released");
        } else {
            connection().rollback(savepoints.get(index));
            seen.append("rolled back");
        }
    }

    private void closeLeftOpen(StringBuilder seen) {
        for (Statement statement : leftOpen) {
            try {
                statement.close();
            } catch (SQLException e) {
                describe(e, seen);
            }
        }
        leftOpen.clear();
        seen.append("closed");
    }

    /** Whether there are rows whose foreign keys are broken. */
    boolean hasBrokenForeignKeys() {
        try (Statement statement = connection().createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA main.foreign_key_check")) {
            return rows.next();
        } catch (SQLException e) {
            return false;
        }
    }

    /** Ends the script. */
    String endAll() {
        StringBuilder seen = new StringBuilder();
        end(seen);
        Step counters =
                new Step.Sql(Method.QUERY, Reading.ALL, "SELECT last_insert_rowid(), changes(), total_changes()");
        for (current = connections.size() - 1; current >= 0; current--) {
            seen.append('\n').append(play(counters)).append(play(TEMPORARY));
        }
        current = 0;
        return seen.toString();
    }

    /** Ends whatever is open on the current connection, so that others can write. */
    private void end(StringBuilder seen) {
        closeLeftOpen(seen);
        savepoints.clear();
        try {
            if (connection().getAutoCommit()) {
                try (Statement statement = connection().createStatement()) {
                    statement.executeUpdate("COMMIT");
                }
            } else {
                connection().setAutoCommit(true);
            }
        } catch (SQLException e) {
            describe(e, seen);
        }
        rollbackLeftover(seen);
    }

    /** A failed COMMIT leaves its transaction open. */
    private void rollbackLeftover(StringBuilder seen) {
        try (Statement statement = connection().createStatement()) {
            statement.executeUpdate("ROLLBACK");
        } catch (SQLException e) {
            describe(e, seen);
        }
        try {
            connection().setAutoCommit(true);
        } catch (SQLException e) {
            describe(e, seen);
        }
    }

    @Override
    public void close() {
        closeLeftOpen(new StringBuilder());
    }
}
