package io.github.hasqlite.core.changeset;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.FeedEntry;
import io.github.hasqlite.GroupedChanges;
import io.github.hasqlite.LargeMessage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that hold several transactions: they are told apart, and do the same to those who cannot tell. */
class GroupedMessageTests {

    private final JsonChangeSetSerializer serializer = new JsonChangeSetSerializer();

    private static Change insert(long id) {
        return Change.insert("t", List.of("id"), List.of("id"), id, List.of(id));
    }

    private static ChangeSet group(List<Change> changes) {
        return new ChangeSet("n1", 7, "app.db", 99, "n1.a.b", 5, 41, 0, changes);
    }

    private static ChangeSet group() {
        return group(GroupedChanges.of(
                List.of(insert(1), insert(2), insert(3)),
                List.of(new GroupedChanges.Transaction(2, 97), new GroupedChanges.Transaction(1, 98))));
    }

    private String message() {
        return new String(serializer.serialize(group()), StandardCharsets.UTF_8);
    }

    @Test
    void transactionsComeBackAsTheyWere() throws Exception {
        ChangeSet read = serializer.deserialize(serializer.serialize(group())).atSequence(42);
        assertThat(serializer.serialize(read)).isEqualTo(serializer.serialize(group()));
        List<ChangeSet> transactions = read.transactions();
        assertThat(transactions).extracting(ChangeSet::number).containsExactly(1, 2);
        assertThat(transactions).extracting(ChangeSet::changesBefore).containsExactly(0, 2);
        assertThat(transactions).extracting(ChangeSet::timestampNs).containsExactly(97L, 98L);
        assertThat(transactions).extracting(ChangeSet::streamSequence).containsOnly(42L);
        assertThat(transactions.get(0).changes()).isEqualTo(List.of(insert(1), insert(2)));
        assertThat(transactions.get(1).changes()).isEqualTo(List.of(insert(3)));
        assertThat(transactions.get(1).withChanges(List.of(insert(9))).number()).isEqualTo(2);
    }

    @Test
    void oneTransactionIsAMessageAsAlways() throws Exception {
        ChangeSet one = group(GroupedChanges.of(List.of(insert(1)), List.of(new GroupedChanges.Transaction(1, 97))));
        assertThat(new String(serializer.serialize(one), StandardCharsets.UTF_8))
                .doesNotContain("transactions");
        assertThat(one.transactions()).containsExactly(one);
        assertThat(one.number()).isZero();
    }

    /** Older nodes read past the field. What they accept must not be rejected by others. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "7",
                "\"text\"",
                "{\"size\":1}",
                "[]",
                "[3]",
                "[[{\"size\":2},{\"size\":1}]]",
                "[{\"size\":3,\"timestamp_ns\":1}]",
                "[{\"size\":2},{\"size\":2}]",
                "[{\"size\":4},{\"size\":-1}]",
                "[{\"size\":0},{\"size\":3}]",
                "[{\"size\":3},{}]",
                "[{\"size\":2.0},{\"size\":1}]",
                "[{\"size\":[2]},{\"size\":1}]",
                "[{\"size\":2,\"timestamp_ns\":-1},{\"size\":1}]",
                "[{\"size\":99999999999999999999},{\"size\":1}]",
                "[{\"size\":4294967298},{\"size\":1}]"
            })
    void whatDividesNothingIsReadPast(String transactions) throws Exception {
        String message = message().replaceAll("\"transactions\":\\[.*?]", "\"transactions\":" + transactions);
        assertThat(message).contains(transactions);
        ChangeSet read = serializer.deserialize(message.getBytes(StandardCharsets.UTF_8));
        assertThat(read.changes()).isEqualTo(List.of(insert(1), insert(2), insert(3)));
        assertThat(read.transactions()).containsExactly(read);
    }

    @Test
    void whatStandsThereTwiceIsReadPastToo() throws Exception {
        String message = message().replaceAll("}$", ",\"transactions\":[{\"size\":1},{\"size\":2}]}");
        ChangeSet read = serializer.deserialize(message.getBytes(StandardCharsets.UTF_8));
        assertThat(read.changes()).hasSize(3);
    }

    @Test
    void whatDividesMayComeFirst() throws Exception {
        String message = message();
        String transactions = message.substring(message.indexOf("\"transactions\""), message.length() - 1);
        String other = "{" + transactions + "," + message.substring(1, message.indexOf(",\"transactions\"")) + "}";
        ChangeSet read = serializer.deserialize(other.getBytes(StandardCharsets.UTF_8));
        assertThat(read.transactions()).hasSize(2);
        byte[] large = other.getBytes(StandardCharsets.UTF_8);
        ChangeSet kept = serializer.deserialize(new LargeMessage() {
            @Override
            public int size() {
                return large.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(large);
            }
        });
        assertThat(List.copyOf(kept.changes())).isEqualTo(List.copyOf(read.changes()));
    }

    @Test
    void theFeedTellsWhichOfThemItIs() throws Exception {
        ChangeSet second = group().atSequence(42).transactions().get(1);
        FeedEntry entry = new FeedEntry(second, Instant.EPOCH, false);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new FeedJson().write(entry, out);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("{\"stream_seq\":42,\"stored_ns\":0,\"number\":2,\"last\":false,\"publisher\":");
        assertThat(entry.resumePosition()).isEqualTo(41);
        List<String> envelopes = new ArrayList<>();
        new DebeziumJson().write(entry, (table, json) -> envelopes.add(json));
        assertThat(envelopes)
                .singleElement()
                .asString()
                .contains("\"id\":\"42.2\"")
                .contains("n1.a.b:5.2");
    }
}
