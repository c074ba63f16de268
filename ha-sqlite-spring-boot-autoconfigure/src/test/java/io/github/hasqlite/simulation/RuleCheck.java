package io.github.hasqlite.simulation;

import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.capture.RowImages;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.testing.DatabaseContents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import org.sqlite.SQLiteConnection;

/**
 * At any moment a node's content is what the stream makes up to where the node is, with what is pending there on top
 * (rule R5).
 */
final class RuleCheck {

    private static final JsonChangeSetSerializer SERIALIZER = new JsonChangeSetSerializer();

    private final SimulatedCluster cluster;
    private final boolean complete;
    private int checks;

    /**
     * A check that has done nothing yet.
     *
     * @param complete whether the stream has all that there ever was; otherwise nothing can be checked
     */
    RuleCheck(SimulatedCluster cluster, boolean complete) {
        this.complete = complete;
        this.cluster = cluster;
    }

    /** Looks at what a process has left that was killed. */
    void check(SimulatedNode dead) throws Exception {
        if (!complete || cluster.stream().first() > 1 || !Files.exists(dead.file())) {
            return;
        }
        Path copy = cluster.folder().resolve("copy" + ++checks);
        SimulatedNode.copy(dead.file().getParent(), copy);
        Path file = copy.resolve("data.db");
        long sequence;
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            if (SimulatedCluster.query(
                                    connection,
                                    "SELECT 1 FROM sqlite_schema WHERE name IN ('ha_state', 'ha_outbox',"
                                            + " 'ha_outbox_chunks', 'ha_conflicts')")
                            .size()
                    < 4) {
                return;
            }
            List<String> applied =
                    SimulatedCluster.query(connection, "SELECT value FROM ha_state WHERE name = 'applied_sequence'");
            sequence = applied.isEmpty() ? 0 : Long.parseLong(applied.get(0));
        }
        SimulatedNode rule = cluster.observer("rule" + checks);
        rule.seeOnlyUpTo(sequence);
        if (!start(rule)) {
            return;
        }
        cluster.stop(rule);
        String difference =
                DatabaseContents.difference(dead.name(), FinalCheck.rows(file), "rule", withPending(rule.file(), file));
        if (difference != null) {
            throw new AssertionError("at " + sequence + ": " + difference);
        }
        SimulatedNode.delete(copy);
        SimulatedNode.delete(rule.file().getParent());
    }

    /** {@code false} if the stream has dropped meanwhile what it would have to apply. */
    private boolean start(SimulatedNode rule) throws InterruptedException {
        try {
            cluster.awaitUp(rule);
            return true;
        } catch (AssertionError e) {
            if (cluster.stream().first() == 1) {
                throw e;
            }
            return false;
        }
    }

    /** What the rule says, with what is pending in another file on top. */
    private List<String> withPending(Path canonical, Path local) throws Exception {
        try (SQLiteConnection connection = new DatabaseFile(PoolSettings.of(canonical.toString())).open();
                SQLiteConnection pending = new DatabaseFile(PoolSettings.of(local.toString())).open();
                Statement statement = connection.createStatement()) {
            ChangeSetApplication application = new ChangeSetApplication(
                    connection, RowIdentify.PK, cluster.emphasis().merge(), new RowImages(connection));
            statement.executeUpdate("BEGIN");
            for (OutboxTable.Row row : new OutboxTable(pending).read(0, Integer.MAX_VALUE)) {
                // a schema change whose outcome its author does not know takes effect nowhere but at its place (rule
                // R9)
                if (!row.pending().command()) {
                    application.apply(row.changeSet(SERIALIZER));
                }
            }
            statement.executeUpdate("COMMIT");
        }
        return FinalCheck.rows(canonical);
    }
}
