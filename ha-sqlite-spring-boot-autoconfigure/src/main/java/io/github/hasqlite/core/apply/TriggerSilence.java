package io.github.hasqlite.core.apply;

import io.github.hasqlite.core.capture.RowImages;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TemporaryTriggers;
import io.github.hasqlite.core.sqlite.UserTrigger;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Keeps the application's triggers from running while changes are applied, because their effects are
 * changes of their own. Triggers that write to a virtual table go on running: what they do there is in
 * no change set. The TEMP triggers that silence also report what happens to rows, once that is wanted;
 * triggers of their own would depend on the order in which TEMP triggers fire.
 *
 * <p>sqlite-jdbc cannot switch triggers off. A TEMP trigger whose body is {@code RAISE(IGNORE)} fires
 * before the table's own AFTER triggers and abandons them, but neither BEFORE triggers nor single ones.
 * Those are dropped inside the transaction and created again before it commits.
 */
final class TriggerSilence {

    private static final String PREFIX = "ha_silent_";
    private static final List<String> EVENTS = List.of("INSERT", "UPDATE", "DELETE");

    private final SQLiteConnection connection;
    private final RowImages recorder;
    private boolean reporting;
    private Set<String> virtualTables = Set.of();
    private List<TableTriggers> suspended = List.of();
    /** By folded name; those that are suspended now are not in the schema to be read again. */
    private final Map<String, TableTriggers> lastRead = new HashMap<>();

    private int named;
    private long epoch;

    TriggerSilence(SQLiteConnection connection, RowImages recorder) {
        this.connection = connection;
        this.recorder = recorder;
    }

    /** From the next table on that is silenced, TEMP triggers report rows to the recorder. */
    void report() {
        reporting = true;
    }

    /** From the next table on that is silenced, rows are not reported any more. */
    void reportNoMore() {
        reporting = false;
    }

    boolean reports() {
        return reporting;
    }

    void knowVirtualTables(Set<String> foldedNames) {
        virtualTables = Set.copyOf(foldedNames);
    }

    /** Changes whenever triggers that were suspended are back. */
    long epoch() {
        return epoch;
    }

    /** Reads the triggers of a table and silences those that a TEMP trigger can silence. */
    TableTriggers silence(String table) throws SQLException {
        TableTriggers triggers = suspended(table);
        if (triggers == null) {
            triggers = TableTriggers.of(read(table));
            lastRead.put(SqlIdentifier.fold(table), triggers);
        }
        for (String event : EVENTS) {
            String body = (reporting ? recorder.report(table, event) : "")
                    + (triggers.eventsToSilence().contains(event) ? "SELECT RAISE(IGNORE); " : "");
            if (!body.isEmpty()) {
                execute("CREATE TEMP TRIGGER " + PREFIX + named++ + " AFTER " + event + " ON main."
                        + SqlIdentifier.quote(table) + " BEGIN " + body + "END");
            }
        }
        return triggers;
    }

    private @Nullable TableTriggers suspended(String table) {
        TableTriggers known = lastRead.get(SqlIdentifier.fold(table));
        return known != null && suspended.stream().anyMatch(other -> other.equals(known) || other.isWhole(known))
                ? known
                : null;
    }

    private List<UserTrigger> read(String table) throws SQLException {
        List<UserTrigger> triggers = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement("SELECT name, sql FROM main.sqlite_schema"
                + " WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE ORDER BY rowid")) {
            statement.setString(1, table);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    triggers.add(UserTrigger.parse(rows.getString(1), rows.getString(2), virtualTables));
                }
            }
        }
        return triggers;
    }

    /** Drops the triggers of a table that no TEMP trigger can silence. */
    void suspend(TableTriggers triggers) throws SQLException {
        if (triggers.toSuspend().isEmpty()) {
            return;
        }
        List<TableTriggers> more = new ArrayList<>(suspended);
        more.add(triggers);
        suspended = List.copyOf(more);
        for (UserTrigger trigger : triggers.toSuspend()) {
            drop(trigger);
            if (trigger.feedsVirtual()) {
                execute(trigger.whileApplying());
            }
        }
    }

    /**
     * Drops all triggers of a table that do not feed a virtual table.
     *
     * @return whether there was one left to drop
     */
    boolean suspendAll(TableTriggers triggers) throws SQLException {
        if (triggers.all().isEmpty() || suspended.stream().anyMatch(other -> other.isWhole(triggers))) {
            return false;
        }
        suspend(triggers.whole());
        return true;
    }

    /**
     * Creates the suspended triggers again.
     *
     * @return whether there were any
     */
    boolean restore() throws SQLException {
        List<TableTriggers> all = suspended;
        for (TableTriggers table : all) {
            // the ones that stayed too, because triggers fire in the order they were created in
            for (UserTrigger trigger : table.all()) {
                drop(trigger);
            }
            for (UserTrigger trigger : table.all()) {
                execute(trigger.sql());
            }
        }
        cameBack();
        return !all.isEmpty();
    }

    /** What is suspended now, to come back to when SQLite rolls something back. */
    List<TableTriggers> mark() {
        return suspended;
    }

    /** Everything since the mark was rolled back. */
    void rolledBackTo(List<TableTriggers> mark) {
        suspended = mark;
        epoch++;
    }

    /** The transaction is gone, and with it that triggers were dropped. */
    void cameBack() {
        suspended = List.of();
        epoch++;
    }

    /** Drops the TEMP triggers: schema commands fail if they name what no longer exists. */
    void removeAll() throws SQLException {
        TemporaryTriggers.drop(connection, PREFIX);
        recorder.forgetSchema();
    }

    private void drop(UserTrigger trigger) throws SQLException {
        execute("DROP TRIGGER IF EXISTS main." + SqlIdentifier.quote(trigger.name()));
    }

    private void execute(String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.executeUpdate();
        }
    }
}
