package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.FolderSnapshotStore;
import io.github.hasqlite.testing.GatedPublisher;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import io.nats.client.Connection;
import io.nats.client.PurgeOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is pending on a node finds its new names also if the renames come in a snapshot (rules R11 and R13). */
@Tag("nats")
class SchemaChangeAndSnapshotTests {

    private static final String STREAM = "ha_replication";

    @TempDir
    private Path folder;

    @Test
    void whatIsPendingIsPutOnASnapshotUnderTheNewNames() throws Exception {
        SnapshotStore store = new FolderSnapshotStore(folder.resolve("snapshots"));
        try (NatsServer server = NatsServer.start();
                TestNode author = TestNode.open(server, folder.resolve("author.db"), "author", store)) {
            author.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v, w)");
            author.execute("INSERT INTO t VALUES(1, 'one', 'uno'), (2, 'two', 'due')");
            Path file = folder.resolve("writer.db");
            try (TestNode writer = TestNode.open(
                    server.url(),
                    file,
                    "writer",
                    settings -> settings.with(to -> to.commitMode(CommitMode.ASYNC)),
                    List.of(),
                    publisher -> {
                        GatedPublisher gate = new GatedPublisher(publisher);
                        gate.shut();
                        return gate;
                    },
                    store)) {
                author.awaitAppliedOn(writer);
                writer.execute("UPDATE t SET v = 'zwei' WHERE id = 2");
                writer.execute("INSERT INTO t VALUES(3, 'three', 'tre')");
                assertThat(writer.status().outboxLength()).isEqualTo(2);
            }
            author.execute("ALTER TABLE t RENAME COLUMN v TO x");
            author.execute("ALTER TABLE t DROP COLUMN w");
            author.execute("ALTER TABLE t RENAME TO u");
            author.awaitAppliedOn(author);
            author.takeSnapshot(store);
            author.execute("INSERT INTO u VALUES(4, 'four')");
            author.awaitAppliedOn(author);
            long end = author.status().appliedSequence();
            try (Connection connection = server.connect()) {
                connection
                        .jetStreamManagement()
                        .purgeStream(
                                STREAM, PurgeOptions.builder().sequence(end).build());
            }
            try (TestNode writer = TestNode.open(server, file, "writer", store)) {
                writer.awaitAppliedOn(author);
                author.awaitAppliedOn(writer);
                assertThat(writer.query("SELECT * FROM u")).containsExactly("1|one", "2|zwei", "3|three", "4|four");
                assertThat(Content.of(author.dataSource())).isEqualTo(Content.of(writer.dataSource()));
                String wanted = "SELECT kind, losing LIKE '%tre%' FROM ha_conflicts";
                assertThat(writer.query(wanted)).containsExactly("SCHEMA_CHANGE|1");
                assertThat(author.query(wanted)).containsExactly("SCHEMA_CHANGE|1");
                String places = "SELECT publisher, sequence FROM ha_schema_changes";
                assertThat(writer.query(places)).hasSize(1).isEqualTo(author.query(places));
            }
        }
    }
}
