package io.github.hasqlite.benchmark;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What it costs to turn change sets into messages and back. A plain program: run it with the test
 * class path; the figures are medians of rounds after a warm-up.
 */
public final class SerializerBenchmark {

    private static final int ROUNDS = 41;
    private static final long ROUND_NS = 50_000_000;

    private static final List<String> COLUMNS = List.of("id", "title", "note", "price", "done");
    private static final List<String> KEY = List.of("id");

    private static volatile int sink;

    private final JsonChangeSetSerializer serializer = new JsonChangeSetSerializer();

    private SerializerBenchmark() {}

    /** Runs all measurements. */
    public static void main(String[] arguments) throws ChangeSetFormatException {
        new SerializerBenchmark().run();
    }

    private void run() throws ChangeSetFormatException {
        ChangeSet one = inserts(1);
        ChangeSet many = inserts(1_000);
        byte[] oneMessage = serializer.serialize(one);
        byte[] manyMessage = serializer.serialize(many);
        byte[] goMessage = withoutTypes(oneMessage);
        System.out.println(new String(oneMessage, StandardCharsets.UTF_8));
        System.out.printf("one row: %d bytes, 1,000 rows: %d bytes%n", oneMessage.length, manyMessage.length);
        report("encode one row", 1, () -> serializer.serialize(one).length);
        report("decode one row", 1, () -> changes(oneMessage));
        report("decode one row without types", 1, () -> changes(goMessage));
        report("encode 1,000 rows, a row", 1_000, () -> serializer.serialize(many).length);
        report("decode 1,000 rows, a row", 1_000, () -> changes(manyMessage));
        report("origin", 1, () -> serializer.origin(oneMessage).hashCode());
    }

    private static ChangeSet inserts(int rows) {
        List<Change> changes = new ArrayList<>();
        for (long id = 1; id <= rows; id++) {
            List<Object> values = Arrays.asList(
                    1_000_000 + id, "Write the report no. " + id, "due on Friday, before noon", 19.95 + id, 0L);
            changes.add(Change.insert("task", COLUMNS, KEY, 1_000_000 + id, values));
        }
        return new ChangeSet(
                "node-1", 4711, "tasks.db", 1_780_000_000_123_456_789L, "node-1-k3f9x2", 123_456, 123_450, 0, changes);
    }

    private static byte[] withoutTypes(byte[] message) {
        String json = new String(message, StandardCharsets.UTF_8);
        return json.replaceAll("\"new_types\":\"[a-z]*\",", "").getBytes(StandardCharsets.UTF_8);
    }

    private int changes(byte[] message) throws ChangeSetFormatException {
        return serializer.deserialize(message).changes().size();
    }

    private static void report(String name, int units, Work work) throws ChangeSetFormatException {
        double[] nanos = new double[ROUNDS];
        for (int warmUp = 0; warmUp < 80; warmUp++) {
            round(work);
        }
        for (int i = 0; i < ROUNDS; i++) {
            nanos[i] = round(work) / units;
        }
        Arrays.sort(nanos);
        System.out.printf("%-30s %8.0f ns (best %.0f)%n", name, nanos[ROUNDS / 2], nanos[0]);
    }

    private static double round(Work work) throws ChangeSetFormatException {
        long start = System.nanoTime();
        long runs = 0;
        long elapsed;
        do {
            for (int i = 0; i < 20; i++) {
                sink = work.run();
            }
            runs += 20;
            elapsed = System.nanoTime() - start;
        } while (elapsed < ROUND_NS);
        return (double) elapsed / runs;
    }

    private interface Work {
        int run() throws ChangeSetFormatException;
    }
}
