package io.github.hasqlite.core.changeset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetSerializer.Origin;
import io.github.hasqlite.Operation;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonChangeSetSerializerTests {

    private final JsonChangeSetSerializer serializer = new JsonChangeSetSerializer();

    @Test
    void whatIsReadIsWhatWasWritten() {
        long seeds = Long.getLong("ha.sqlite.test.seeds", 2_000);
        for (long seed = 0; seed < seeds; seed++) {
            ChangeSet written = new GeneratedChangeSets(seed).next();
            try {
                byte[] message = serializer.serialize(written);
                ChangeSetAssertions.assertSame(serializer.deserialize(message), written);
                assertThat(serializer.serialize(serializer.deserialize(message)))
                        .isEqualTo(message);
                assertThat(serializer.origin(message)).isEqualTo(origin(written));
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static Origin origin(ChangeSet changeSet) {
        return changeSet.publisher().isEmpty() ? null : new Origin(changeSet.publisher(), changeSet.counter());
    }

    @Test
    void writesTheFieldsInAnOrderThatReadsInOnePass() {
        ChangeSet changeSet = new ChangeSet(
                "n1",
                17,
                "app.db",
                99,
                "n1-abc",
                3,
                2,
                5,
                List.of(
                        Change.update(
                                "task",
                                List.of("id", "note"),
                                List.of("id"),
                                1L,
                                2L,
                                Arrays.asList(1L, null),
                                List.of(2.0, new byte[] {1, 2, 3, 4})),
                        Change.sql("CREATE TABLE t(a)", List.of(Double.NEGATIVE_INFINITY, "é\0\"\ud83d\ude00"))));
        assertThat(text(serializer.serialize(changeSet)))
                .isEqualTo("{\"publisher\":\"n1-abc\",\"counter\":3,\"base_sequence\":2,\"node\":\"n1\","
                        + "\"process_id\":17,\"filename\":\"app.db\",\"timestamp_ns\":99,\"changes\":["
                        + "{\"operation\":\"UPDATE\",\"database\":\"main\",\"table\":\"task\","
                        + "\"columns\":[\"id\",\"note\"],\"pk_columns\":[\"id\"],\"old_rowid\":1,\"new_rowid\":2,"
                        + "\"old_types\":\"in\",\"old_values\":[1,null],"
                        + "\"new_types\":\"rb\",\"new_values\":[2.0,\"AQIDBA==\"]},"
                        + "{\"operation\":\"SQL\",\"database\":\"main\",\"command\":\"CREATE TABLE t(a)\","
                        + "\"arg_types\":\"rt\",\"args\":[\"-Infinity\",\"é\\u0000\\\"\ud83d\ude00\"]}]}");
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 9_007_199_254_740_993L, Long.MAX_VALUE})
    void integersComeBack(long integer) throws Exception {
        assertThat(roundTrip(integer)).isEqualTo(integer);
    }

    @ParameterizedTest
    @ValueSource(
            doubles = {
                0.0,
                -0.0,
                1.0,
                0.1,
                2.0E-3,
                1.0E22,
                1.0E23,
                9.3E18,
                4.9E-324,
                Double.MAX_VALUE,
                Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY
            })
    void realsComeBack(double real) throws Exception {
        assertThat(roundTrip(real)).isEqualTo(real);
    }

    @Test
    void realsAreAsShortAsTheyCanBe() {
        assertThat(text(serializer.serialize(holding(2.0E-3)))).contains("[0.002]");
        assertThat(text(serializer.serialize(holding(2.2250738585072014E-308)))).contains("[2.2250738585072014E-308]");
        // Double.toString before JDK 19 writes 2.0000000000000002E-3 and the like for some of these.
        assertThat(text(serializer.serialize(holding(2.0E23)))).contains("[2.0E23]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\0", "a\0b", "\u001b", "\u2028", "\ud83d\ude00", "\"\\/", "\ufeffx", "\uffff"})
    void textComesBack(String text) throws Exception {
        assertThat(roundTrip(text)).isEqualTo(text);
    }

    @Test
    void loneSurrogatesBecomeWhatSqliteJdbcStores() throws Exception {
        for (String text : List.of("a\ud83d", "\ude00a", "\ude00\ud83d", "\ud83d\ud83d\ude00")) {
            String stored = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
            assertThat(roundTrip(text)).isEqualTo(stored);
        }
        String escaped = text(serializer.serialize(holding("lone"))).replace("lone", "\\ud83d,\\ude00");
        assertThat(newValue(escaped)).isEqualTo("?,?");
    }

    @Test
    void emptyBlobIsNotNull() throws Exception {
        assertThat(roundTrip(new byte[0])).isEqualTo(new byte[0]);
        assertThat(roundTrip(null)).isNull();
    }

    @Test
    void tenMegabytesComeBack() throws Exception {
        byte[] blob = new byte[10_000_000];
        Arrays.fill(blob, (byte) 0xAB);
        assertThat(roundTrip(blob)).isEqualTo(blob);
        String text = "é\0".repeat(5_000_000);
        assertThat(roundTrip(text)).isEqualTo(text);
    }

    @Test
    void changesOfOneTableShareTheirNames() throws Exception {
        List<String> columns = List.of("id", "a");
        List<String> key = List.of("id");
        List<String> others = List.of("id", "b");
        byte[] message = serializer.serialize(set(
                Change.insert("t", columns, key, 1L, List.of(1L, 2L)),
                Change.delete("t", columns, key, 1L, List.of(1L, 2L)),
                Change.insert("t", others, key, 1L, List.of(1L, 2L)),
                Change.insert("u", others, List.of(), 1L, List.of(1L, 2L)),
                Change.insert("t", List.of("id"), List.of(), 1L, List.of(1L)),
                Change.insert("t", List.of("id", "b", "c"), List.of("id", "c"), 1L, List.of(1L, 2L, 3L))));
        ChangeSet first = serializer.deserialize(message);
        ChangeSet second = serializer.deserialize(message);
        assertThat(first.changes().get(1).columns())
                .isSameAs(first.changes().get(0).columns());
        assertThat(first.changes().get(1).pkColumns())
                .isSameAs(first.changes().get(0).pkColumns());
        assertThat(first.changes())
                .extracting(Change::columns)
                .containsExactly(columns, columns, others, others, List.of("id"), List.of("id", "b", "c"));
        assertThat(first.changes())
                .extracting(Change::pkColumns)
                .containsExactly(key, key, key, List.of(), List.of(), List.of("id", "c"));
        assertThat(second.changes().get(3).columns())
                .isSameAs(first.changes().get(3).columns());
    }

    @Test
    void aListOfColumnsThatIsChangedLaterIsNotMistakenForTheOldOne() throws Exception {
        List<String> columns = new java.util.ArrayList<>(List.of("a"));
        serializer.serialize(set(Change.insert("t", columns, List.of(), 1L, List.of(1L))));
        columns.set(0, "b");
        byte[] message = serializer.serialize(set(Change.insert("t", columns, List.of(), 1L, List.of(1L))));
        assertThat(serializer.deserialize(message).changes().get(0).columns()).containsExactly("b");
    }

    @Test
    void typesMayFollowTheirValues() throws Exception {
        String json = "{\"changes\":[{\"new_values\":[1,-0,\"QQ==\",\"QQ==\",null,\"Infinity\"],"
                + "\"new_types\":\"irbtnr\",\"columns\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"],\"table\":\"t\","
                + "\"operation\":\"INSERT\"}]}";
        assertThat(change(json).newValues())
                .usingElementComparator((a, b) -> java.util.Objects.deepEquals(a, b) ? 0 : 1)
                .containsExactly(1L, -0.0, new byte[] {'A'}, "QQ==", null, Double.POSITIVE_INFINITY);
    }

    @Test
    void unknownFieldsAreSkippedAtEveryLevel() throws Exception {
        String json = "{\"x\":{\"changes\":[[{}]]},\"changes\":[{\"y\":[1e999,{\"operation\":7}],\"operation\":\"SQL\","
                + "\"command\":\"c\",\"y\":\"\\u0000\"}],\"x\":1}\n ";
        assertThat(change(json).command()).isEqualTo("c");
    }

    @Test
    void escapedFieldNamesAreTheSameNames() throws Exception {
        assertThat(change("{\"\\u0063hanges\":[{\"operatio\\u006e\":\"SQL\",\"command\":\"c\"}]}")
                        .command())
                .isEqualTo("c");
    }

    @Test
    void valuesThatTheOperationDoesNotHaveAreLeftOut() throws Exception {
        Change change = change("{\"changes\":[{\"operation\":\"INSERT\",\"table\":\"t\",\"columns\":[\"a\"],"
                + "\"old_values\":[1],\"new_values\":[2],\"command\":null,\"args\":null}]}");
        assertThat(change.oldValues()).isEmpty();
        assertThat(change.newValues()).containsExactly(2L);
    }

    @Test
    void originIsToldFromAnyOrderOfFields() {
        assertThat(origin("{\"publisher\":\"p\",\"counter\":7,")).isEqualTo(new Origin("p", 7));
        assertThat(origin("{\"counter\": 7, \"a\":[{}], \"publisher\" : \"p\", ..."))
                .isEqualTo(new Origin("p", 7));
        assertThat(origin("{\"publisher\":\"p\\n\",\"counter\":9223372036854775807}"))
                .isEqualTo(new Origin("p\n", Long.MAX_VALUE));
        assertThat(origin("{\"publisher\":\"é\",\"counter\":1}")).isEqualTo(new Origin("é", 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "7",
                "{\"publisher\":\"p\"}",
                "{\"counter\":7}",
                "{\"publisher\":\"p\",\"counter\":0}",
                "{\"publisher\":\"p\",\"counter\":-1}",
                "{\"publisher\":\"\",\"counter\":1}",
                "{\"publisher\":\"p\",\"counter\":01}",
                "{\"publisher\":\"p\",\"counter\":1.5}",
                "{\"publisher\":\"p\",\"counter\":9223372036854775808}",
                "{\"publisher\":\"p\",\"counter\":\"1\"}",
                "{\"publisher\":7,\"counter\":1}",
                "{\"publisher\":\"p",
                "{\"publisher\":\"p\",\"counter\":",
                "{\"publisher\":\"p\",\"counter\":12"
            })
    void originIsNullIfThereIsNone(String json) {
        assertThat(origin(json)).isNull();
    }

    @Test
    void refusesToWriteWhatNoNodeCouldApply() {
        List<String> columns = List.of("a");
        refused("no values", Change.insert("t", columns, List.of(), 1L, List.of()));
        refused("no columns", Change.insert("t", List.of(), List.of(), 1L, List.of()));
        refused("key", Change.insert("t", columns, List.of("b"), 1L, List.of(1L)));
        refused("twice", Change.insert("t", List.of("a", "a"), List.of(), 1L, List.of(1L, 1L)));
        refused("NUL", Change.insert("t\0", columns, List.of(), 1L, List.of(1L)));
        refused("NaN", Change.insert("t", columns, List.of(), 1L, List.of(Double.NaN)));
        refused("Integer", Change.insert("t", columns, List.of(), 1L, List.of(7)));
        refused("no command", Change.sql("", List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> serializer.serialize(set()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> serializer.serialize(
                        new ChangeSet("n", 0, "f", 0, "p", 0, 0, 0, List.of(Change.sql("c", List.of())))));
    }

    private void refused(String description, Change change) {
        assertThatIllegalArgumentException()
                .as(description)
                .isThrownBy(() -> serializer.serialize(set(Change.sql("c", List.of()), change)))
                .withMessageStartingWith("changes[1].");
    }

    private Object roundTrip(Object value) throws ChangeSetFormatException {
        return serializer
                .deserialize(serializer.serialize(holding(value)))
                .changes()
                .get(0)
                .newValues()
                .get(0);
    }

    private Object newValue(String json) throws ChangeSetFormatException {
        return change(json).newValues().get(0);
    }

    private Change change(String json) throws ChangeSetFormatException {
        List<Change> changes = serializer.deserialize(bytes(json)).changes();
        assertThat(changes).hasSize(1);
        return changes.get(0);
    }

    private Origin origin(String json) {
        return serializer.origin(bytes(json));
    }

    private static ChangeSet holding(Object value) {
        return set(new Change(
                Operation.INSERT,
                "main",
                "t",
                List.of("a"),
                List.of(),
                null,
                null,
                List.of(),
                Collections.singletonList(value),
                null,
                List.of()));
    }

    private static ChangeSet set(Change... changes) {
        return new ChangeSet("n", 1, "f", 2, "", 0, 0, 0, List.of(changes));
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] message) {
        return new String(message, StandardCharsets.UTF_8);
    }
}
