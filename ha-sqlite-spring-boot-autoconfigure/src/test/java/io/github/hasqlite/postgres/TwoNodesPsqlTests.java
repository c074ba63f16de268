package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** psql on two nodes of a cluster. Skipped where there is none. */
@Tag("system")
@Timeout(60)
class TwoNodesPsqlTests {

    @TempDir
    private static Path folder;

    private static NatsServer nats;
    private static TestNode one;
    private static TestNode two;
    private static RunningServer first;
    private static RunningServer second;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(ClientProcess.isOnPath("psql"), "skipped: there is no psql (.ci/install-postgres-clients)");
        nats = NatsServer.start();
        one = TestNode.open(nats, folder.resolve("one.db"), "n1");
        two = TestNode.open(nats, folder.resolve("two.db"), "n2");
        PostgresSettings settings = RunningServer.settings(null, false, 5);
        first = RunningServer.of(one.node(), settings, null);
        second = RunningServer.of(two.node(), settings, null);
    }

    @AfterAll
    static void stop() {
        if (nats != null) {
            first.close();
            second.close();
            one.close();
            two.close();
            nats.close();
        }
    }

    private static String psql(RunningServer server, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1"));
        command.addAll(List.of(arguments));
        return ClientProcess.run(server.port(), Map.of(), command).successful();
    }

    @Test
    void eachSeesTheRowsOfTheOtherWithTheirTypes() throws Exception {
        psql(
                first,
                "-c",
                "CREATE TABLE shared(id INTEGER PRIMARY KEY, price NUMERIC(8,2), ok BOOLEAN, at TIMESTAMPTZ, data BYTEA,"
                        + " code UUID)",
                "-c",
                "INSERT INTO shared VALUES (1, 9.5, true, '2026-01-02 03:04:05+01', '\\xcafe'::bytea,"
                        + " 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')");
        one.awaitAppliedOn(two);
        psql(second, "-c", "INSERT INTO shared(id, price, ok) VALUES (2, 1, false)");
        psql(
                second,
                "-c",
                "INSERT INTO shared SELECT 3, (price::text || '5')::numeric(8,1), NOT 't', at + interval '1 month', NULL,"
                        + " upper(code)::uuid FROM shared WHERE at::date = '2026-01-02'");
        two.awaitAppliedOn(one);
        String rows = """
                1|9.50|t|2026-01-02 02:04:05+00|\\xcafe|a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11
                2|1.00|f|||
                3|9.50|f|2026-02-02 02:04:05+00||a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11
                """;
        for (RunningServer server : List.of(first, second)) {
            assertThat(psql(server, "-At", "-c", "SELECT * FROM shared ORDER BY id"))
                    .isEqualTo(rows);
            assertThat(psql(server, "-At", "-c", "SELECT price, ok, at, data, code FROM shared", "-c", "\\d shared"))
                    .contains("numeric(8,2)", "boolean", "timestamp with time zone", "bytea", "uuid");
        }
    }

    @Test
    void aSampleDatabaseIsTheSameOnBoth() throws Exception {
        assumeTrue(Chinook.isThere(), () -> "skipped: there is no " + Chinook.script());
        assertThat(psql(first, "-f", Chinook.script().toString())).isEmpty();
        one.awaitAppliedOn(two);
        String sum = "SELECT count(*), sum(\"Milliseconds\") FROM \"Track\"";
        assertThat(psql(second, "-At", "-c", sum))
                .isEqualTo(psql(first, "-At", "-c", sum))
                .startsWith("3503|");
        assertThat(Content.of(two.dataSource())).isEqualTo(Content.of(one.dataSource()));
    }
}
