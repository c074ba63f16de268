package io.github.hasqlite.core.changeset;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.FeedEntry;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What those read who follow the feed from outside. */
class FeedJsonTests {

    private static final FeedEntry ENTRY = new FeedEntry(
            new ChangeSet(
                    "n1",
                    7,
                    "app.db",
                    1_700_000_000_123_000_000L,
                    "n1.a.b",
                    5,
                    41,
                    42,
                    List.of(
                            Change.update(
                                    "t",
                                    List.of("id", "v", "b"),
                                    List.of("id"),
                                    1L,
                                    1L,
                                    Arrays.asList(1L, null, new byte[] {1, 2}),
                                    Arrays.asList(1L, "a\n\"b\"", Double.POSITIVE_INFINITY)),
                            Change.delete("t", List.of("id"), List.of("id"), 2L, List.of(2L)),
                            Change.sql("CREATE TABLE x(y)", List.of()))),
            Instant.parse("2026-01-02T03:04:05.006007008Z"));

    @Test
    void aChangeSetIsAMessageWithItsPlace() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new FeedJson().write(ENTRY, out);
        String json = out.toString(StandardCharsets.UTF_8);
        assertThat(json)
                .startsWith("{\"stream_seq\":42,\"stored_ns\":1767323045006007008,\"publisher\":\"n1.a.b\",")
                .doesNotContain("\n");
        ChangeSet read = new JsonChangeSetSerializer().deserialize(out.toByteArray());
        assertThat(read.counter()).isEqualTo(5);
        assertThat(read.changes()).hasSize(3);
        assertThat(read.changes().get(0).newValues().get(2)).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void eachChangeIsAnEnvelope() throws Exception {
        List<String> envelopes = new ArrayList<>();
        new DebeziumJson().write(ENTRY, (table, json) -> envelopes.add(table + " " + json));
        assertThat(envelopes).hasSize(3);
        assertThat(envelopes.get(0))
                .isEqualTo("t {\"before\":{\"id\":1,\"v\":null,\"b\":\"AQI=\"},"
                        + "\"after\":{\"id\":1,\"v\":\"a\\n\\\"b\\\"\",\"b\":\"Infinity\"},"
                        + "\"source\":{\"connector\":\"ha-sqlite\",\"name\":\"n1\",\"ts_ms\":1700000000123,"
                        + "\"db\":\"app.db\",\"table\":\"t\",\"sequence\":\"42\",\"txId\":\"n1.a.b:5\"},"
                        + "\"op\":\"u\",\"ts_ms\":1767323045006,\"transaction\":{\"id\":\"42\",\"total_order\":1}}");
        assertThat(envelopes.get(1)).contains("\"before\":{\"id\":2},\"after\":null", "\"op\":\"d\"");
        assertThat(envelopes.get(2))
                .startsWith(" {\"ddl\":\"CREATE TABLE x(y)\"")
                .contains("\"total_order\":3")
                .doesNotContain("\"op\"");
    }
}
