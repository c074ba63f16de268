package io.github.hasqlite.benchmark;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.capture.Capture;
import io.github.hasqlite.core.capture.CaptureBuffer;
import io.github.hasqlite.core.capture.RowImages;
import io.github.hasqlite.core.capture.SchemaCatalog;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.outbox.Pending;
import io.github.hasqlite.core.outbox.PendingQueue;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.replay.Applier;
import io.github.hasqlite.core.replay.LocalReplica;
import io.github.hasqlite.core.replay.SilentListener;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.SynchronousQueue;
import java.util.function.ToDoubleFunction;
import org.sqlite.SQLiteConnection;

/**
 * How long the write lock is held when a change set of somebody else comes before one large pending
 * transaction, which is taken back and put on top again: the first time, and each time after that.
 * Prints medians of several rounds and the heap that the virtual machine came to, which {@code -Xmx} bounds:
 *
 * <pre>java -Xmx256m -cp … io.github.hasqlite.benchmark.RebaseBenchmark 400000</pre>
 */
public final class RebaseBenchmark {

    private static final List<String> COLUMNS = List.of("id", "a", "b", "c");
    private static final List<String> KEY = List.of("id");
    private static final ChangeSetSerializer SERIALIZER = new JsonChangeSetSerializer();

    private final SQLiteConnection author;
    private final Applier applier;
    private final SynchronousQueue<Long> applied = new SynchronousQueue<>();
    private final PendingQueue pending;
    private long sequence;
    private long cpuBefore;

    private RebaseBenchmark(DatabaseFile database, int rows, String statement) throws SQLException {
        author = database.open();
        execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b REAL, c INTEGER)");
        execute("BEGIN");
        execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + rows + ")"
                + " INSERT INTO t SELECT i, 'some text of a usual length ' || i, i * 0.5, i FROM n");
        execute("COMMIT");
        OutboxTable.create(author);
        AppliedState.create(author);
        pending = new PendingQueue(List.of(), NodeRuntime.ofJvm());
        write(statement);
        SQLiteConnection connection = database.open();
        AppliedState state = new AppliedState(NodeRuntime.ofJvm());
        state.load(connection);
        applier = new Applier(
                new LocalReplica(
                        connection,
                        new WriteLock(NodeRuntime.ofJvm(), 5_000),
                        new ChangeSetApplication(connection, RowIdentify.PK, MergeMode.ROW, new RowImages(connection)),
                        state,
                        new OutboxTable(connection),
                        pending),
                SERIALIZER,
                List.of(),
                Applier.OnFailure.HALT,
                new Listener());
        applier.start("here");
    }

    /** Runs it; the arguments are the number of rows and the statement that is pending, or none. */
    public static void main(String[] args) throws Exception {
        int rows = args.length == 0 ? 400_000 : Integer.parseInt(args[0]);
        String statement = args.length < 2 ? "UPDATE t SET a = a || '!', c = -c" : args[1];
        int rounds = args.length < 3 ? 3 : Integer.parseInt(args[2]);
        List<Took> first = new ArrayList<>();
        List<Took> again = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            Path folder = Files.createTempDirectory("rebase");
            RebaseBenchmark benchmark = new RebaseBenchmark(
                    new DatabaseFile(PoolSettings.of(folder.resolve("rebase.db").toString())), rows, statement);
            first.add(benchmark.rebase());
            again.add(benchmark.rebase());
            benchmark.close();
            for (String file : List.of("rebase.db", "rebase.db-wal", "rebase.db-shm", "")) {
                Files.deleteIfExists(folder.resolve(file));
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%,d rows, %s: %.1f s (%.1f s of a processor) the first time, %.1f s (%.1f s) again; heap %d MB%n",
                rows,
                statement,
                median(first, Took::seconds),
                median(first, Took::cpuSeconds),
                median(again, Took::seconds),
                median(again, Took::cpuSeconds),
                Runtime.getRuntime().totalMemory() >> 20);
    }

    private record Took(double seconds, double cpuSeconds) {}

    private static double median(List<Took> all, ToDoubleFunction<Took> part) {
        return Rounds.median(all.stream().mapToDouble(part).boxed().toList());
    }

    /** One local transaction that is committed and not in the stream. */
    private void write(String statement) throws SQLException {
        Capture capture = new Capture(author, new SchemaCatalog());
        capture.install(false);
        execute("BEGIN IMMEDIATE");
        capture.arm();
        execute(statement);
        capture.disarm();
        List<Change> changes = capture.buffer().drain();
        Pending row = new Pending(pending.nextId(), "here", 1, false);
        new OutboxTable(author)
                .insertLarge(row, new ChangeSet("here", 1, "f", 0, "here", 1, 0, 0, changes), SERIALIZER);
        execute("COMMIT");
        CaptureBuffer.release(changes);
        pending.add(row);
    }

    /** How long it takes until a change set of another node is below what is pending. */
    private Took rebase() throws Exception {
        sequence++;
        List<Object> row = List.of(1L, "the other's " + sequence, 0.0, 0L);
        Change change = Change.update("t", COLUMNS, KEY, 1L, 1L, List.of(1L, "unseen", 0.0, 0L), row);
        long start = System.nanoTime();
        applier.onMessage(new StreamMessage(
                sequence,
                System.currentTimeMillis() * 1_000_000,
                SERIALIZER.serialize(
                        new ChangeSet("there", 1, "f", 0, "there", sequence, sequence - 1, 0, List.of(change)))));
        long cpu = applied.take();
        Took took = new Took((System.nanoTime() - start) / 1e9, (cpu - cpuBefore) / 1e9);
        cpuBefore = cpu;
        return took;
    }

    private final class Listener extends SilentListener {
        @Override
        public void committed(long pages, Effect effect) {
            try {
                applied.put(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = author.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private void close() throws SQLException {
        applier.close();
        author.close();
    }
}
