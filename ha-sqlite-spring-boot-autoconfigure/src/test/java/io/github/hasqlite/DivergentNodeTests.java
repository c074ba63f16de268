package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.NatsServer;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Status;

/** Nodes that differ are found, say so, and are repaired. */
@Tag("system")
class DivergentNodeTests extends ComparedNodes {

    @Test
    void aNodeThatDiffersIsFoundAndRepaired() throws Exception {
        try (NatsServer server = NatsServer.start();
                Member one = open(server, "n1");
                Member two = open(server, "n2")) {
            createTables(one.node());
            one.node().execute("INSERT INTO t VALUES(1, 'a', 1.5), (2, 'b', NULL), (3, 'c', 3)");
            try (Member three = open(server, "n3")) {
                awaitAll(one, two, three);
                changeBehindTheBack("n3", "INSERT OR REPLACE INTO t VALUES(2, 'B', NULL)");
                VerificationReport report = one.verifier().verify(PATIENCE);
                assertThat(report.differences()).containsExactly(new TableDifference("t", List.of("n3")));
                assertThat(report.agrees()).isFalse();
                Awaitility.await()
                        .untilAsserted(() -> assertThat(three.verifier().divergence())
                                .isEqualTo("table t: this node differs from n1, n2; at sequence " + report.sequence()));
                assertThat(three.health().getStatus()).isEqualTo(Status.DOWN);
                assertThat(three.health().getDetails())
                        .extractingByKey("divergence")
                        .asString()
                        .startsWith("table t: this node differs from n1, n2");
                for (Member right : List.of(one, two)) {
                    assertThat(right.health().getStatus()).isEqualTo(Status.UP);
                }
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> three.node().takeSnapshot(store))
                        .withMessageContaining("differs from other nodes: table t");
            }
            try (Member three = open(server, "n3")) {
                // it stays found out
                assertThat(three.health().getStatus()).isEqualTo(Status.DOWN);
                assertThatExceptionOfType(IOException.class)
                        .isThrownBy(() -> three.verifier().repair())
                        .withMessageContaining("no snapshot of another node")
                        .withMessageContaining("[n3]");
                try (Writers writers = new Writers(List.of(one.node(), two.node(), three.node()))) {
                    Snapshot taken = one.node().takeSnapshot(store);
                    assertThat(three.verifier().repair()).isEqualTo(taken);
                    assertThat(three.node().status().divergence()).isNull();
                    assertThat(three.health().getStatus()).isEqualTo(Status.UP);
                    writers.check();
                    assertThat(three.verifier().verify(PATIENCE).agrees()).isTrue();
                }
                awaitAll(one, two, three);
                assertThat(Content.of(three.node().dataSource()))
                        .isEqualTo(Content.of(one.node().dataSource()));
                assertThat(three.health().getStatus()).isEqualTo(Status.UP);
                three.node().takeSnapshot(store);
            }
        }
    }

    @Test
    void aLaterVerificationThatAgreesClearsTheVerdict() throws Exception {
        try (NatsServer server = NatsServer.start();
                Member one = open(server, "n1");
                Member two = open(server, "n2")) {
            createTables(one.node());
            awaitAll(one, two);
            changeBehindTheBack("n2", "CREATE VIEW only_here AS SELECT 1");
            assertThat(one.verifier().verify(PATIENCE).differences())
                    .containsExactly(new TableDifference(NodeDigest.SCHEMA, List.of("n1", "n2")));
            for (Member each : List.of(one, two)) {
                Awaitility.await().until(() -> each.health().getStatus().equals(Status.DOWN));
            }
            changeBehindTheBack("n2", "DROP VIEW only_here");
            assertThat(two.verifier().verify(PATIENCE).agrees()).isTrue();
            for (Member each : List.of(one, two)) {
                Awaitility.await().until(() -> each.health().getStatus().equals(Status.UP));
            }
        }
    }

    @Test
    void aNodeWhoseFullTextIndexDiffersIsFound() throws Exception {
        try (NatsServer server = NatsServer.start();
                Member one = open(server, "n1");
                Member two = open(server, "n2");
                Member three = open(server, "n3")) {
            createTables(one.node());
            one.node().execute("CREATE VIRTUAL TABLE f USING fts5(v)");
            one.node().execute("CREATE VIRTUAL TABLE external USING fts5(v, content='t', content_rowid='id')");
            one.node().execute("INSERT INTO t VALUES(1, 'a', 1.5)");
            one.node().execute("INSERT INTO f(v) VALUES('word' || random())");
            one.node().execute("INSERT INTO external(external) VALUES('rebuild')");
            awaitAll(one, two, three);
            assertThat(one.verifier().verify(PATIENCE).agrees()).isTrue();

            changeBehindTheBack("n2", "INSERT INTO external(rowid, v) VALUES(7, 'only here')");
            changeBehindTheBack("n3", "UPDATE f SET v = 'other'");

            assertThat(one.verifier().verify(PATIENCE).differences())
                    .containsExactly(
                            new TableDifference("external", List.of("n2")), new TableDifference("f", List.of("n3")));
        }
    }

    @Test
    void ofTwoNodesSomebodyHasToSayWhichIsRight() throws Exception {
        try (NatsServer server = NatsServer.start();
                Member one = open(server, "n1");
                Member two = open(server, "n2")) {
            createTables(one.node());
            one.node().execute("INSERT INTO t VALUES(1, 'a', 1.5)");
            awaitAll(one, two);
            Snapshot taken = one.node().takeSnapshot(store);
            changeBehindTheBack("n2", "DELETE FROM t");
            assertThat(two.verifier().verify(PATIENCE).differences())
                    .containsExactly(new TableDifference("t", List.of("n1", "n2")));
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> two.verifier().repair())
                    .withMessageContaining("call repair with its name");
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> two.verifier().repair("n3"))
                    .withMessageContaining("no snapshot of node n3");
            assertThat(two.verifier().repair("n1")).isEqualTo(taken);
            // it comes to the same place again, and both see that
            for (Member each : List.of(one, two)) {
                Awaitility.await().until(() -> each.health().getStatus().equals(Status.UP));
            }
            assertThat(two.node().query("SELECT v FROM t")).containsExactly("a");
        }
    }
}
