package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ReplicationHistory;
import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.core.gateway.GatewayCommand;
import io.github.hasqlite.core.history.HistoryCommand;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code HISTORY} and {@code UNDO} among what the gateway understands. Thread-safe. */
final class HistoryStatements implements GatewayCommand.Parser {

    private final ReplicationHistory history;

    HistoryStatements(ReplicationHistory history) {
        this.history = history;
    }

    @Override
    public @Nullable GatewayCommand parse(String sql) throws SQLException {
        return HistoryCommand.parse(sql).map(Statement::new).orElse(null);
    }

    private final class Statement implements GatewayCommand {

        private final HistoryCommand command;

        Statement(HistoryCommand command) {
            this.command = command;
        }

        @Override
        public List<GatewayColumn> columns() {
            return command.columns().stream()
                    .map(name -> new GatewayColumn(name, "", ""))
                    .toList();
        }

        @Override
        public List<List<@Nullable Object>> run() throws SQLException {
            try {
                return command.run(history, Instant.now()).rows();
            } catch (IOException e) {
                throw new SQLException(
                        "the history is in the stream, which cannot be read now: " + e.getMessage() + "; try again",
                        SqlStates.CANNOT_CONNECT,
                        e);
            }
        }
    }
}
