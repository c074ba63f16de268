package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.GatedPublisher;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** One node changes the schema while another one writes. */
@Tag("nats")
abstract class CrossingNodes {

    /** Drops what its author has not seen. */
    static final String[] REBUILD_WITHOUT_W = {
        "CREATE TABLE n(id INTEGER PRIMARY KEY, v)",
        "INSERT INTO n SELECT id, v FROM t",
        "DROP TABLE t",
        "ALTER TABLE n RENAME TO t"
    };

    @TempDir
    Path folder;

    NatsServer server;
    GatedPublisher gate;
    /** Changes the schema. */
    TestNode author;
    /** Writes rows meanwhile. */
    TestNode writer;

    @BeforeEach
    void open() throws SQLException {
        server = NatsServer.start();
        author = TestNode.open(server, folder.resolve("author.db"), "author", CommitMode.ASYNC);
        AtomicReference<GatedPublisher> gated = new AtomicReference<>();
        writer = TestNode.open(
                server.url(),
                folder.resolve("writer.db"),
                "writer",
                settings -> settings.with(to -> to.commitMode(CommitMode.ASYNC)),
                List.of(),
                publisher -> {
                    gated.set(new GatedPublisher(publisher));
                    return gated.get();
                },
                null);
        gate = gated.get();
        author.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v, w)");
        author.execute("INSERT INTO t VALUES(1, 'one', 'uno'), (2, 'two', 'due')");
        author.awaitAppliedOn(writer);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : new AutoCloseable[] {author, writer, server}) {
            if (resource != null) {
                resource.close();
            }
        }
    }

    /** The rows come into the stream behind the schema change, which their author had not seen. */
    final void writeBehind(String rows, String... schemaChange) throws SQLException {
        gate.shut();
        writer.execute(rows);
        inOneTransaction(schemaChange);
        gate.open();
        assertSame();
    }

    /** The rows come into the stream before the schema change, whose author has not seen them. */
    final void writeBefore(String rows, String... schemaChange) throws SQLException {
        changeSchemaBehind(rows, schemaChange);
        assertSame();
    }

    final void changeSchemaBehind(String rows, String... schemaChange) throws SQLException {
        try (Connection connection = author.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : schemaChange) {
                statement.executeUpdate(sql);
            }
            writer.execute(rows);
            Awaitility.await().until(() -> writer.status().outboxLength() == 0);
            connection.commit();
        }
    }

    final void inOneTransaction(String... statements) throws SQLException {
        try (Connection connection = author.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
            connection.commit();
        }
    }

    final void assertSame() throws SQLException {
        for (int i = 0; i < 2; i++) {
            author.awaitAppliedOn(writer);
            writer.awaitAppliedOn(author);
        }
        assertThat(Content.of(writer.dataSource())).isEqualTo(Content.of(author.dataSource()));
        assertThat(author.status().halted()).isNull();
        assertThat(writer.status().halted()).isNull();
    }

    final List<String> conflicts() throws SQLException {
        String query = "SELECT kind, table_name, losing FROM ha_conflicts ORDER BY publisher, counter, number";
        List<String> found = author.query(query);
        assertThat(writer.query(query)).isEqualTo(found);
        List<String> kinds = new ArrayList<>();
        for (String row : found) {
            kinds.add(row);
        }
        return kinds;
    }

    final void givesWay(String others, String... schemaChange) throws SQLException {
        assertThatExceptionOfType(SerializationFailureException.class)
                .isThrownBy(() -> changeSchemaBehind(others, schemaChange));
        assertSame();
    }
}
