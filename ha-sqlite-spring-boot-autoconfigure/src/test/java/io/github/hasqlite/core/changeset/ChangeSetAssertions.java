package io.github.hasqlite.core.changeset;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import java.util.Arrays;
import java.util.List;

/** Compares change sets value by value, storage class by storage class, bit by bit. */
final class ChangeSetAssertions {

    private ChangeSetAssertions() {}

    static void assertSame(ChangeSet actual, ChangeSet expected) {
        assertThat(readable(actual)).isEqualTo(readable(expected));
    }

    private static List<Object> readable(ChangeSet changeSet) {
        List<Object> all = new java.util.ArrayList<>(List.of(
                changeSet.node(),
                changeSet.processId(),
                changeSet.filename(),
                changeSet.timestampNs(),
                changeSet.publisher(),
                changeSet.counter(),
                changeSet.baseSequence(),
                changeSet.streamSequence()));
        changeSet.changes().forEach(change -> all.add(readable(change)));
        return all;
    }

    private static List<Object> readable(Change change) {
        return Arrays.asList(
                change.operation(),
                change.database(),
                change.table(),
                change.columns(),
                change.pkColumns(),
                change.oldRowid(),
                change.newRowid(),
                values(change.oldValues()),
                values(change.newValues()),
                change.command(),
                values(change.args()));
    }

    // Double.equals tells -0.0 from 0.0, and a Long is never equal to a Double.
    private static List<Object> values(List<Object> values) {
        return values.stream()
                .map(value -> value instanceof byte[] blob ? new Blob(Arrays.toString(blob)) : value)
                .toList();
    }

    private record Blob(String bytes) {}
}
