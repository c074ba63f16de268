package io.github.hasqlite.core.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.Operation;
import io.github.hasqlite.core.sqlite.SchemaNote;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the nodes remember of schema changes that took effect, and what follows from it for change sets whose
 * authors had not seen them (rule R13). Not thread-safe; used inside the applier's transactions.
 */
public final class SchemaChanges {

    private final Connection connection;
    private final Renames renames;
    private final SchemaPlaces places;

    SchemaChanges(Connection connection) {
        this.connection = connection;
        this.renames = new Renames(connection);
        this.places = new SchemaPlaces(connection);
    }

    /** Creates the tables if they are not there. */
    public static void create(Connection connection) throws SQLException {
        Renames.create(connection);
        SchemaPlaces.create(connection);
    }

    /**
     * Notes a change set that takes effect, inside the caller's transaction, if it changes the schema.
     *
     * @param through the connection whose transaction deals with the change set
     * @param sequence its place in the stream
     * @param publisher whose it is; empty if it is of the Go implementation
     */
    public static void write(Connection through, long sequence, String publisher, List<Change> changes)
            throws SQLException {
        if (isAmong(changes)) {
            Renames.write(through, sequence, SchemaNote.of(changes));
            SchemaPlaces.write(through, sequence, publisher);
        }
    }

    /** Notes it through the applier's own connection. */
    void add(ChangeSet changeSet) throws SQLException {
        write(connection, changeSet.streamSequence(), changeSet.publisher(), changeSet.changes());
        forget();
    }

    /** What is in the tables may be something else now. */
    void forget() {
        renames.forget();
        places.forget();
    }

    /**
     * How to find what a change set's author called by older names.
     *
     * @return {@code null} if its author had seen everything, or does not say what it had seen
     */
    @Nullable
    NameMapping since(ChangeSet changeSet) throws SQLException {
        return renames.since(changeSet);
    }

    /**
     * Whether a change set changes the schema in a way that its author may not have meant for the schema
     * that is there now: another one has changed it since. Two that only add something do not harm each
     * other. Authors of the Go implementation do not say what they had seen.
     */
    boolean cross(ChangeSet changeSet) throws SQLException {
        if (changeSet.publisher().isEmpty()
                || !changeSet.hasCommands()
                || !places.othersSince(changeSet.baseSequence(), changeSet.publisher())
                || !isAmong(changeSet.changes())) {
            return false;
        }
        return renames.since(changeSet) != null || !onlyAdds(changeSet.changes());
    }

    /** Whether one of the commands is one on the schema, and all are such as may be run. */
    public static boolean isAmong(List<Change> changes) {
        if (!ChangeSet.hasCommands(changes)) {
            return false;
        }
        for (Change change : changes) {
            try {
                if (change.operation() == Operation.SQL
                        && CommandRunner.judge(change).stream()
                                .anyMatch(command -> command.kind() == Command.Kind.SCHEMA)) {
                    return true;
                }
            } catch (RefusedChangeException e) {
                return false;
            }
        }
        return false;
    }

    private static boolean onlyAdds(List<Change> changes) {
        for (Change change : changes) {
            try {
                if (change.operation() == Operation.SQL
                        && !CommandRunner.judge(change).stream().allMatch(Command::onlyAdds)) {
                    return false;
                }
            } catch (RefusedChangeException e) {
                return false;
            }
        }
        return true;
    }
}
