package io.github.hasqlite.core.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.Operation;
import io.github.hasqlite.SchemaPragmas;
import io.github.hasqlite.core.apply.Outcome.Refused;
import io.github.hasqlite.core.sqlite.TableDefinition;
import io.github.hasqlite.core.sqlite.ValueStatement;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** Runs the statements of messages that may be run. */
final class CommandRunner {

    /**
     * What the author has checked is not checked again: a CHECK may look at the clock, at other switches or at
     * functions of the application.
     */
    static final List<String> WHILE_APPLYING_ROWS = List.of(SchemaPragmas.IGNORE_CHECK_CONSTRAINTS);

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
     * @param changesSchema whether its change set changes the schema, so that it may write to any table
     * @return whether the schema may be another one now
     * @throws RefusedChangeException if such a statement must not come from a message
     */
    boolean run(Change change, boolean changesSchema) throws SQLException, RefusedChangeException {
        boolean schema = false;
        for (Command command : judge(change)) {
            schema |= run(command, change, changesSchema);
        }
        return schema;
    }

    private boolean run(Command command, Change change, boolean changesSchema)
            throws SQLException, RefusedChangeException {
        if (command.kind() == Command.Kind.NOTE) {
            return false;
        }
        boolean writesRows = false;
        if (command.kind() == Command.Kind.WRITE) {
            TableRows target = tables.find(command.table());
            writesRows = target != null && target.definition().kind() == TableDefinition.Kind.ORDINARY;
            if (target == null || (writesRows ? !changesSchema : !isVirtual(target))) {
                throw new RefusedChangeException(
                        "a statement that writes to " + command.table() + ", which is no virtual table");
            }
        }
        if (command.kind() == Command.Kind.SCHEMA || writesRows) {
            silence.restore();
            silence.removeAll();
            tables.clear();
        }
        if (command.kind() != Command.Kind.SCHEMA) {
            execute(command, change);
            return false;
        }
        SchemaPragmas.set(connection, change.pragmas());
        try {
            execute(command, change);
        } finally {
            SchemaPragmas.set(connection, WHILE_APPLYING_ROWS);
        }
        return true;
    }

    private void execute(Command command, Change change) throws SQLException, RefusedChangeException {
        try (ValueStatement statement = new ValueStatement(connection, command::text)) {
            List<@Nullable Object> args = change.args();
            int parameters = statement.parameters();
            if (args.size() != parameters) {
                throw new RefusedChangeException(args.size() + " values for " + parameters + " parameters");
            }
            for (int i = 0; i < parameters; i++) {
                statement.set(i + 1, args.get(i));
            }
            statement.execute();
        }
    }

    private static boolean isVirtual(TableRows table) {
        return table.definition().kind() == TableDefinition.Kind.VIRTUAL;
    }

    /** Judges a command without running it. Go nodes put all schema commands of one call into one. */
    static List<Command> judge(Change change) throws RefusedChangeException {
        String text = change.command();
        if (text == null) {
            throw new RefusedChangeException("a command without text");
        }
        String unknown = SchemaPragmas.unknownAmong(change.pragmas());
        if (!unknown.isEmpty()) {
            throw new RefusedChangeException("a statement that needs PRAGMA " + unknown);
        }
        return change.args().isEmpty() ? Command.judgeAll(text) : List.of(Command.judge(text));
    }

    /** The first command among changes that must not come from a message, or {@code null}. */
    static @Nullable Refused firstRefused(List<Change> changes) {
        if (!ChangeSet.hasCommands(changes)) {
            return null;
        }
        int index = 0;
        for (Change change : changes) {
            try {
                if (change.operation() == Operation.SQL) {
                    judge(change);
                }
            } catch (RefusedChangeException e) {
                return new Refused(index, e.reason());
            }
            index++;
        }
        return null;
    }
}
