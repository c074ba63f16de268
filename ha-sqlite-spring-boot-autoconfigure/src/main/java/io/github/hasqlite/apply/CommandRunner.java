package io.github.hasqlite.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.TableDefinition;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** Runs the statements of messages that may be run. */
final class CommandRunner {

    private final SQLiteConnection connection;
    private final TableCache tables;
    private final TriggerSilence silence;

    CommandRunner(SQLiteConnection connection, TableCache tables, TriggerSilence silence) {
        this.connection = connection;
        this.tables = tables;
        this.silence = silence;
    }

    /**
     * Runs one.
     *
     * @return whether the schema may be another one now
     * @throws RefusedChangeException if such a statement must not come from a message
     */
    boolean run(Change change) throws SQLException, RefusedChangeException {
        boolean schema = false;
        for (Command command : judge(change)) {
            schema |= run(command, change.args());
        }
        return schema;
    }

    private boolean run(Command command, List<@Nullable Object> args) throws SQLException, RefusedChangeException {
        if (command.kind() == Command.Kind.VIRTUAL_WRITE) {
            TableRows target = tables.find(command.table());
            if (target == null || target.definition().kind() != TableDefinition.Kind.VIRTUAL) {
                throw new RefusedChangeException(
                        "a statement that writes to " + command.table() + ", which is no virtual table");
            }
        }
        if (command.kind() == Command.Kind.SCHEMA) {
            silence.restore();
            silence.removeAll();
            tables.clear();
        }
        try (PreparedStatement statement = connection.prepareStatement(command.text())) {
            int parameters = statement.getParameterMetaData().getParameterCount();
            if (args.size() != parameters) {
                throw new RefusedChangeException(args.size() + " values for " + parameters + " parameters");
            }
            for (int i = 0; i < parameters; i++) {
                statement.setObject(i + 1, args.get(i));
            }
            statement.execute();
        }
        return command.kind() == Command.Kind.SCHEMA;
    }

    /** Judges a command without running it. Go nodes put all schema commands of one call into one. */
    static List<Command> judge(Change change) throws RefusedChangeException {
        String text = change.command();
        if (text == null) {
            throw new RefusedChangeException("a command without text");
        }
        return change.args().isEmpty() ? Command.judgeAll(text) : List.of(Command.judge(text));
    }
}
