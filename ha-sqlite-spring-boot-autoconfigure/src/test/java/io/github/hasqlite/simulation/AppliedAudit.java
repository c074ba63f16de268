package io.github.hasqlite.simulation;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetInterceptor;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An interceptor that writes down each change set which it sees, in the transaction that applies it, and fails now and
 * then, which only delays it. At the end each node must have written down once what is not its own and was not in a
 * snapshot. Used by whoever has the baton.
 */
final class AppliedAudit implements ChangeSetInterceptor {

    /** What interceptors write stays on their node, so nodes differ in it. */
    static final String TABLE =
            "CREATE TABLE audit(publisher, counter, sequence, applied, PRIMARY KEY(publisher, counter))";

    private static final int FAILS_OF_A_THOUSAND = 15;

    private final Scheduler scheduler;

    AppliedAudit(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Whether a line of a database's contents is one of them. */
    static boolean isLine(String line) {
        return line.startsWith("audit ");
    }

    @Override
    public boolean beforeApply(ChangeSet changeSet, Connection connection) throws SQLException {
        if (isReady(connection)) {
            failSometimes();
            try (PreparedStatement statement = connection.prepareStatement("INSERT INTO audit VALUES(?, ?, ?, 0)")) {
                statement.setString(1, changeSet.publisher());
                statement.setLong(2, changeSet.counter());
                statement.setLong(3, changeSet.streamSequence());
                statement.executeUpdate();
            }
        }
        return true;
    }

    @Override
    public void afterApply(ChangeSet changeSet, Connection connection, @Nullable Exception failure)
            throws SQLException {
        if (isReady(connection)) {
            failSometimes();
            try (PreparedStatement statement = connection.prepareStatement(
                    "UPDATE audit SET applied = applied + 1 WHERE publisher = ? AND counter = ?")) {
                statement.setString(1, changeSet.publisher());
                statement.setLong(2, changeSet.counter());
                statement.executeUpdate();
            }
        }
    }

    private void failSometimes() throws SQLException {
        if (scheduler.random().nextInt(1_000) < FAILS_OF_A_THOUSAND) {
            throw new SQLException("the audit fails this time");
        }
    }

    private static boolean isReady(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 1 FROM main.sqlite_schema WHERE name = 'audit'")) {
            return rows.next();
        }
    }

    /**
     * What a node has written down and should not, or should have and has not.
     *
     * @param node its name
     * @param since what is older may have come with a snapshot
     * @return {@code null} if all is as it should be
     */
    static @Nullable String difference(String node, Path file, AcceptedPlaces places, long since) throws SQLException {
        Set<String> wrong = new TreeSet<>();
        Map<String, Long> missing = new TreeMap<>(places.all());
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT publisher || '=' || counter, sequence, applied FROM audit")) {
            while (rows.next()) {
                Long known = missing.remove(rows.getString(1));
                boolean afterwards = rows.getInt(3) == 1;
                if (known == null || known != rows.getLong(2) || !afterwards) {
                    wrong.add(rows.getString(1) + "@" + rows.getLong(2) + (afterwards ? "" : " is not finished"));
                }
            }
        }
        // what has created the table could not be written down in it
        long begun =
                places.all().values().stream().mapToLong(each -> each).min().orElse(0);
        missing.forEach((name, sequence) -> {
            if (sequence > Math.max(since, begun) && !name.startsWith(node + ".")) {
                wrong.add(name + "@" + sequence + " is missing");
            }
        });
        return wrong.isEmpty() ? null : "audit of " + node + ": " + wrong;
    }
}
