package io.github.hasqlite.core.replay;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.Conflict;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.capture.Capture;
import io.github.hasqlite.core.capture.RowImages;
import io.github.hasqlite.core.capture.SchemaCatalog;
import io.github.hasqlite.core.capture.SchemaTrace;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.outbox.Pending;
import io.github.hasqlite.core.outbox.PendingQueue;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.SchemaNote;
import io.github.hasqlite.core.sqlite.WriteLock;
import io.github.hasqlite.testing.DatabaseContents;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;

/**
 * A node played by one thread: the real capture, outbox table, applier and schema barrier on a real
 * database in memory; its relay is the rule that it follows, go back to the first that is not
 * acknowledged.
 */
final class SimulatedNode implements AutoCloseable {

    /** Some change sets are treated as if they were too large for memory. */
    private static final int LARGE_EVERY = 5;

    /** Rows of the outbox on their way at once. */
    private static final int WINDOW = 4;

    private static final JsonChangeSetSerializer SERIALIZER = new JsonChangeSetSerializer();

    private final String name;
    private final String url;
    private final MergeMode merge;
    private final SimulatedBroker broker;
    private final Random random;
    private final SimulatedSchema schema;
    private final Map<Long, List<String>> marks;
    /** Keeps the database alive while the node is down. */
    private final SQLiteConnection keeper;

    private final Map<String, List<Long>> effects = new TreeMap<>();

    private int starts;
    private SQLiteConnection author;
    private SQLiteConnection applying;
    private SchemaCatalog catalog;
    private Capture capture;
    private OutboxTable authorsOutbox;
    private AppliedState state;
    private PendingQueue pending;
    private Applier applier;
    private ChangeSetApplication application;
    private String publisher;
    private long counter;
    private long received;
    private long caughtUpAt;
    private long sentUpTo;
    private long settled;
    private long flight;
    private long firstOwnId;

    /** Ids of rows on their way, in order, with whether they were acknowledged; by flight. */
    private final TreeMap<Long, Long> flights = new TreeMap<>();

    /** Sequences of those that were acknowledged; by flight. */
    private final Map<Long, Long> landed = new HashMap<>();

    private long lastSequence;

    SimulatedNode(
            String name,
            long seed,
            MergeMode merge,
            SimulatedBroker broker,
            Random random,
            Map<Long, List<String>> marks)
            throws SQLException {
        this.name = name;
        this.merge = merge;
        this.url = "jdbc:sqlite:file:sim-" + name + "-" + seed + "-" + System.identityHashCode(broker)
                + "?mode=memory&cache=shared";
        this.broker = broker;
        this.random = random;
        this.schema = new SimulatedSchema(random);
        this.marks = marks;
        this.keeper = open();
        for (String table : SimulatedSchema.tables()) {
            execute(keeper, table);
        }
        AppliedState.create(keeper);
        OutboxTable.create(keeper);
        start();
    }

    private SQLiteConnection open() throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setPragma(SQLiteConfig.Pragma.RECURSIVE_TRIGGERS, "true");
        Properties properties = config.toProperties();
        return (SQLiteConnection) new org.sqlite.JDBC().connect(url, properties);
    }

    private void start() throws SQLException {
        starts++;
        publisher = name + "." + starts;
        counter = 0;
        author = open();
        applying = open();
        catalog = new SchemaCatalog();
        capture = new Capture(author, catalog);
        authorsOutbox = new OutboxTable(author);
        state = new AppliedState(NodeRuntime.ofJvm());
        state.load(applying);
        pending = new PendingQueue(OutboxTable.pending(applying), NodeRuntime.ofJvm());
        application = new ChangeSetApplication(applying, RowIdentify.PK, merge, new RowImages(applying));
        applier = new Applier(
                new LocalReplica(
                        applying,
                        new WriteLock(NodeRuntime.ofJvm(), 5_000),
                        application,
                        state,
                        new OutboxTable(applying),
                        pending),
                SERIALIZER,
                List.of(new Witness()),
                Applier.OnFailure.HALT,
                new Listener());
        applier.begin(publisher);
        received = state.sequence();
        caughtUpAt = broker.end();
        firstOwnId = pending.nextId();
        flights.clear();
        landed.clear();
        sentUpTo = -1;
        lastSequence = 0;
        settled = 0;
    }

    /** Sees which change sets of others take effect here. */
    private final class Witness implements ChangeSetInterceptor {
        @Override
        public boolean beforeApply(ChangeSet changeSet, Connection connection) {
            if (!changeSet.publisher().startsWith(name + ".")) {
                effects.computeIfAbsent(changeSet.publisher(), key -> new ArrayList<>())
                        .add(changeSet.counter());
            }
            return true;
        }
    }

    /** What took effect of others, unless each change set of a publisher did so once and in its order. */
    @Nullable
    String disorder() {
        for (Map.Entry<String, List<Long>> publisherAndCounters : effects.entrySet()) {
            long expected = 0;
            for (long each : publisherAndCounters.getValue()) {
                if (each != ++expected) {
                    return name + " applied " + publisherAndCounters;
                }
            }
        }
        return null;
    }

    private final class Listener implements AppliedListener {
        @Override
        public void committed(long pages, boolean schemaChanged) {
            if (schemaChanged) {
                catalog.changed();
            }
        }

        @Override
        public void notPending(long accepted) {
            counter = Math.max(counter, accepted);
        }

        @Override
        public void echoed(long outboxId) {
            settled = Math.max(settled, outboxId);
            sentUpTo = Math.max(sentUpTo, outboxId);
        }

        @Override
        public void conflict(Conflict conflict) {}

        @Override
        public ChangeSet renumber(ChangeSet changeSet, long taken, int ahead) {
            long number = Math.max(counter, taken) + 1 + ahead;
            // what its author had seen stays what it was, because its rows keep the names that they have
            return changeSet(changeSet.changes(), number, changeSet.baseSequence());
        }

        @Override
        public void reissued(Pending row, ChangeSet changeSet, byte @Nullable [] message) {
            counter = Math.max(counter, changeSet.counter());
        }
    }

    /** The process dies and starts again: all that is not committed is gone. */
    void crash() throws SQLException {
        author.close();
        applying.close();
        start();
    }

    // ---- writing

    /** One local transaction. */
    void write() throws SQLException {
        capture.lookForReplacedRows();
        capture.install(false);
        execute(author, "BEGIN IMMEDIATE");
        long mark = 1_000_000L + marks.size() + 1;
        runStatements();
        List<String> known = List.of();
        if (random.nextBoolean()) {
            known = markColumns();
            run("INSERT INTO log(" + String.join(", ", known) + ") VALUES("
                    + String.join(", ", Collections.nCopies(known.size(), String.valueOf(mark))) + ")");
        } else {
            mark = 0;
        }
        List<Change> changes = capture.buffer().drain();
        if (changes.isEmpty() || random.nextInt(20) == 0) {
            execute(author, "ROLLBACK");
            capture.transactionEnded(false);
            return;
        }
        ChangeSet changeSet = changeSet(changes, ++counter);
        byte[] message = SERIALIZER.serialize(changeSet);
        Pending row = new Pending(pending.nextId(), publisher, counter, false);
        if (counter % LARGE_EVERY == 0) {
            authorsOutbox.insertLarge(row, changeSet, SERIALIZER);
        } else {
            authorsOutbox.insert(row, message);
        }
        if (random.nextInt(60) == 0) {
            crash();
            return;
        }
        execute(author, "COMMIT");
        capture.transactionEnded(true);
        // also if it is large: in a shared cache nothing is read from the outbox while a schema change is open
        pending.add(row, message);
        if (mark != 0) {
            marks.put(mark, known.subList(1, known.size()));
        }
    }

    private void runStatements() throws SQLException {
        for (int i = random.nextInt(3); i >= 0; i--) {
            run(schema.statement());
        }
    }

    /** Runs a statement that may fail, as the session does. */
    private void run(String sql) throws SQLException {
        int mark = capture.buffer().mark();
        try (Statement statement = author.createStatement()) {
            capture.arm();
            statement.executeUpdate(sql);
        } catch (SQLException e) {
            // none of the statements has OR FAIL, so nothing of it stays
            capture.buffer().cutTo(mark);
        } finally {
            capture.disarm();
        }
    }

    private ChangeSet changeSet(List<Change> changes, long number) {
        return changeSet(changes, number, state.sequence());
    }

    private ChangeSet changeSet(List<Change> changes, long number, long baseSequence) {
        return new ChangeSet(name, 1, "sim", number, publisher, number, baseSequence, 0, changes);
    }

    /** A transaction with a schema command, at its place in the stream (rule R9). */
    void changeSchema() throws SQLException, InterruptedException, HaltException {
        if (!isReady() || !flights.isEmpty() || !leftoversSettled() || !pendingIsInMemory()) {
            return;
        }
        capture.install(false);
        execute(author, "BEGIN IMMEDIATE");
        SchemaTrace trace = new SchemaTrace(author);
        boolean alone = false;
        try {
            for (String command : schema.commands(markColumns())) {
                alone |= runCommand(command, trace);
            }
        } catch (SQLException e) {
            execute(author, "ROLLBACK");
            capture.buffer().cutTo(0);
            capture.transactionEnded(false);
            return;
        }
        capture.install(true);
        runStatements();
        SchemaNote note = new SchemaNote(alone, trace.renamed());
        if (!note.isEmpty()) {
            capture.buffer().add(note.command());
        }
        ChangeSet changeSet = changeSet(capture.buffer().drain(), ++counter);
        byte[] message = SERIALIZER.serialize(changeSet);
        for (Pending row : all()) {
            if (row.id() > sentUpTo) {
                broker.store(message(row));
            }
        }
        if (random.nextInt(3) == 0) {
            broker.repeatAny();
        }
        broker.store(message);
        receive(broker.end());
        SchemaBarrier barrier = new SchemaBarrier(applier, state, pending);
        SchemaBarrier.Arrival arrival = barrier.await(publisher, counter, message, 0);
        if (arrival instanceof SchemaBarrier.Alone here) {
            here.write(author, authorsOutbox, publisher, changeSet.changes());
            execute(author, "COMMIT");
            capture.transactionEnded(true);
            settled = Math.max(settled, here.committed());
            application.schemaChanged();
        } else {
            execute(author, "ROLLBACK");
            capture.transactionEnded(false);
            applyAll();
        }
        catalog.changed();
        sentUpTo = Math.max(sentUpTo, settled);
    }

    /**
     * Runs a command of a schema change, or a statement that copies rows, which travels as a statement or as the
     * rows that it has copied.
     *
     * @return whether rows were copied that must not be stale
     */
    private boolean runCommand(String command, SchemaTrace trace) throws SQLException {
        if (command.startsWith("INSERT") && random.nextBoolean()) {
            capture.install(true);
            capture.arm();
            try {
                execute(author, command);
            } finally {
                capture.disarm();
            }
            return true;
        }
        capture.suspend();
        int mark = capture.buffer().mark();
        trace.begun();
        execute(author, command);
        capture.schemaTouched();
        capture.buffer().add(Change.sql(command, List.of()));
        trace.changed(mark);
        return false;
    }

    /** What the columns of the table with the marks are called here just now; the first one is its key. */
    private List<String> markColumns() throws SQLException {
        return query(author, "SELECT name FROM pragma_table_info('log') ORDER BY cid");
    }

    /** What the table with the marks lacks of what its writers have put there. */
    List<String> missingMarks() throws SQLException {
        List<String> columns = query(keeper, "SELECT name FROM pragma_table_info('log') ORDER BY cid");
        List<String> missing = new ArrayList<>();
        for (Map.Entry<Long, List<String>> mark : marks.entrySet()) {
            for (String column : mark.getValue()) {
                if (!columns.contains(column)) {
                    missing.add("column " + column);
                } else if (query(
                                keeper,
                                "SELECT 1 FROM log WHERE " + columns.get(0) + " = " + mark.getKey() + " AND " + column
                                        + " = " + mark.getKey())
                        .isEmpty()) {
                    missing.add(column + " of mark " + mark.getKey());
                }
            }
        }
        return missing;
    }

    private static List<String> query(SQLiteConnection connection, String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    /** Somebody else publishes in this node's name, under a number that is pending or comes next. */
    void forge() {
        List<Pending> rows = all();
        int which = random.nextInt(rows.size() + 1);
        boolean next = which == rows.size();
        String name = next ? publisher : rows.get(which).publisher();
        long number = next ? counter + 1 : rows.get(which).counter();
        Change change = Change.insert("t", List.of("id", "email", "v"), List.of("id"), 9L, List.of(9L, "forged", 1L));
        broker.store(SERIALIZER.serialize(new ChangeSet("forger", 1, "sim", 1, name, number, 0, 0, List.of(change))));
    }

    // ---- publishing

    private List<Pending> all() {
        List<Pending> all = new ArrayList<>();
        for (int i = 0; ; i++) {
            Pending row = pending.peek(i);
            if (row == null) {
                return all;
            }
            all.add(row);
        }
    }

    private byte[] message(Pending row) throws SQLException {
        OutboxTable.Row stored = authorsOutbox.read(row.id() - 1, 1).get(0);
        if (stored.large() == null) {
            return stored.message();
        }
        try (InputStream message = stored.large().open()) {
            return message.readAllBytes();
        } catch (IOException e) {
            throw new SQLException(e);
        }
    }

    /** Whether it has caught up with what the stream held at its start (rule R10). */
    private boolean isReady() {
        return state.sequence() >= caughtUpAt;
    }

    /** In a shared cache nothing can be read from the outbox while a schema change is open. */
    private boolean pendingIsInMemory() {
        return all().stream().allMatch(row -> pending.message(row.id()) != null);
    }

    private boolean leftoversSettled() {
        Pending first = pending.peek(0);
        return first == null || first.id() >= firstOwnId;
    }

    /** Sends the next row of the outbox. */
    void publish() throws SQLException {
        if (!isReady() || flights.size() >= WINDOW) {
            return;
        }
        if (sentUpTo < 0) {
            sentUpTo = pending.firstId() - 1;
        }
        for (Pending row : all()) {
            if (row.id() > sentUpTo) {
                boolean firstOfThisStart = row.id() >= firstOwnId;
                if (firstOfThisStart && !flights.isEmpty() && sentUpTo < firstOwnId) {
                    return;
                }
                sentUpTo = row.id();
                flights.put(++flight, row.id());
                broker.send(this, starts * 1_000_000L + flight, message(row));
                return;
            }
        }
    }

    void acknowledged(long number, long sequence) {
        Long mine = number / 1_000_000 == starts ? number % 1_000_000 : null;
        if (mine == null || !flights.containsKey(mine)) {
            return;
        }
        landed.put(mine, sequence);
        while (!flights.isEmpty() && landed.containsKey(flights.firstKey())) {
            long at = landed.get(flights.firstKey());
            if (at <= lastSequence) {
                goBack();
                return;
            }
            lastSequence = at;
            landed.remove(flights.firstKey());
            settled = Math.max(settled, flights.pollFirstEntry().getValue());
        }
    }

    /** No answer came: everything from there on is sent again. */
    void lost(long number) {
        Long mine = number / 1_000_000 == starts ? number % 1_000_000 : null;
        if (mine != null && flights.containsKey(mine)) {
            goBack();
        }
    }

    private void goBack() {
        sentUpTo = flights.firstEntry().getValue() - 1;
        flights.clear();
        landed.clear();
    }

    // ---- applying

    /** Takes some messages in, and applies them in one transaction. */
    void apply() throws SQLException, InterruptedException, HaltException {
        long upTo = Math.min(broker.end(), received + 1 + random.nextInt(4));
        receive(upTo);
        applyAll();
    }

    /** Everything that the stream has. */
    void applyRest() throws SQLException, InterruptedException, HaltException {
        receive(broker.end());
        applyAll();
    }

    private void receive(long upTo) throws InterruptedException {
        while (received < upTo) {
            applier.onMessage(broker.message(++received));
        }
    }

    private void applyAll() throws InterruptedException, HaltException {
        while (!applier.inbox().peek(1).isEmpty()) {
            applier.applyWaiting();
        }
    }

    // ---- looking

    boolean isQuiet() {
        return pending.size() == 0 && flights.isEmpty() && state.sequence() == broker.end();
    }

    @Override
    public String toString() {
        return name + " start " + starts + " at " + state.sequence() + " of " + broker.end() + ", caught up at "
                + caughtUpAt + ", sent " + sentUpTo + ", settled " + settled + ", own from " + firstOwnId + ", flights "
                + flights + ", pending " + all();
    }

    String name() {
        return name;
    }

    List<String> content() throws SQLException {
        return DatabaseContents.rows(keeper);
    }

    /** What an observer has that applied the stream in order up to where this node is, with what is pending on top. */
    @Nullable
    String differenceFromRule(SimulatedNode observer)
            throws SQLException, InterruptedException, HaltException, ChangeSetFormatException {
        observer.receive(state.sequence());
        observer.applyAll();
        execute(observer.applying, "BEGIN");
        for (Pending row : all()) {
            observer.application.apply(SERIALIZER.deserialize(message(row)));
        }
        List<String> wanted = DatabaseContents.rows(observer.applying);
        execute(observer.applying, "ROLLBACK");
        observer.application.rolledBack();
        return DatabaseContents.difference(name, DatabaseContents.rows(applying), "rule", wanted);
    }

    /** The last counters that were accepted, by publisher, and all conflicts. */
    List<String> bookkeeping() throws SQLException {
        return DatabaseContents.books(keeper);
    }

    private static void execute(SQLiteConnection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        author.close();
        applying.close();
        keeper.close();
    }
}
