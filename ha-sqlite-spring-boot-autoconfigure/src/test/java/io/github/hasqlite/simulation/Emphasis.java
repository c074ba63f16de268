package io.github.hasqlite.simulation;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.StrictIsolation;
import io.github.hasqlite.simulation.SimulatedSchema.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * What a seed dwells on. A history in which everything happens, but each thing once, finds less than one in which few
 * things meet over and over; so each seed leaves most out. The seeds take the kinds of histories in turn.
 *
 * @param mode of all nodes
 * @param merge of all nodes
 * @param isolation of strict commits
 * @param tables what applications work with
 * @param nodes how many take part
 * @param applications threads of each node that work with its data source
 * @param readers threads of each node that only read
 * @param schemaPercent how many transactions of a hundred change the schema
 * @param snapshots how often each node takes one
 * @param timeout of a commit that waits for the stream
 * @param steps what the conductor does, with these chances
 * @param faults of the network and the stream
 * @param also what else there is
 */
record Emphasis(
        CommitMode mode,
        MergeMode merge,
        StrictIsolation isolation,
        List<Kind> tables,
        int nodes,
        int applications,
        int readers,
        int schemaPercent,
        Duration snapshots,
        Duration timeout,
        Steps steps,
        SimulatedStream.Faults faults,
        Also also) {

    /**
     * What the conductor does, in percent; otherwise it does nothing.
     *
     * @param crash of a process
     * @param power fails, and what is not on the disk is gone
     * @param stop a process that ends as it should
     * @param cut one node's line
     * @param mend all lines
     * @param forge a message in somebody else's name; only where the stream forgets nothing, because a snapshot that
     *     holds such a message says that the one which it has taken the place of was in the stream
     */
    record Steps(int crash, int power, int stop, int cut, int mend, int forge) {}

    /** What happens to the stream that all follow, once at most. */
    enum Loss {
        NONE,
        /** It is deleted and made anew. */
        REMADE,
        /** Its newest messages are gone. */
        SET_BACK
    }

    /**
     * What a seed may have beside all that; most have little of it.
     *
     * @param foreignKeys whether they are enforced
     * @param keys whether nodes have blocks of keys
     * @param audited whether an interceptor writes down what it sees, and fails now and then
     * @param wildClocks whether clocks drift and jump
     * @param compared how often nodes are compared; zero for never
     * @param damaged whether one of them loses what the others have
     * @param loss what happens to the stream
     */
    record Also(
            boolean foreignKeys,
            boolean keys,
            boolean audited,
            boolean wildClocks,
            Duration compared,
            boolean damaged,
            Loss loss) {

        /** Any of what can be together with all else. */
        static Also any(List<Kind> tables, Random random) {
            return new Also(
                    tables.contains(Kind.CASCADING) || random.nextInt(3) == 0,
                    random.nextInt(3) == 0,
                    random.nextInt(3) == 0,
                    random.nextInt(3) == 0,
                    Duration.ZERO,
                    false,
                    Loss.NONE);
        }

        /** An interceptor's rows make nodes different. */
        Also compared(Duration often, boolean damage) {
            return new Also(foreignKeys, keys, false, wildClocks, often, damage, loss);
        }

        /** Commits fail by themselves. */
        Also enforcesForeignKeys() {
            return new Also(true, keys, audited, wildClocks, compared, damaged, loss);
        }

        /** What an interceptor wrote down of the old stream says nothing of the new one. */
        Also loses(Loss what) {
            return new Also(foreignKeys, keys, false, wildClocks, compared, damaged, what);
        }

        boolean compares() {
            return !compared.isZero();
        }
    }

    private static final int KINDS = 10;

    /** Each of them with histories of all kinds. */
    private static final List<List<Kind>> TABLES = List.of(
            List.of(Kind.KEYLESS, Kind.COMPUTED),
            List.of(Kind.NUMBERED, Kind.TEXT),
            List.of(Kind.WITHOUT_ROWID, Kind.RELATED),
            List.of(Kind.CASCADING, Kind.TEXT));

    /** From here on seeds are for strict commits that come together. */
    static final long GROUPS = 1_000_000;

    /** The one of a seed. */
    static Emphasis of(long seed, Random random) {
        if (seed >= GROUPS) {
            return groups(TABLES.get(Math.floorMod(seed, TABLES.size())), random);
        }
        List<Kind> tables = TABLES.get(Math.floorMod(Math.floorDiv(seed, KINDS), TABLES.size()));
        return switch (Math.floorMod(seed, KINDS)) {
            case 0, 5 -> keys(tables, random);
            case 1, 6 -> schema(tables, random);
            case 2, 7 -> crashes(tables, random);
            case 3, 8 -> recovery(tables, random);
            case 4 -> lostStream(tables, random);
            default -> comparison(tables, random);
        };
    }

    /** Whether strict commits come together. */
    boolean groupCommit() {
        return readers > 0;
    }

    /** Nodes write the same rows at the same time, and much of it is pending. */
    private static Emphasis keys(List<Kind> tables, Random random) {
        return new Emphasis(
                any(random, CommitMode.ASYNC, CommitMode.ASYNC, CommitMode.SYNC),
                merge(random),
                isolation(random),
                tables,
                2 + random.nextInt(2),
                1 + random.nextInt(2),
                0,
                3,
                Duration.ofSeconds(2),
                timeout(random),
                new Steps(6, 2, 4, 30, 30, 20),
                faults(random, any(random, 20, 60, 150), 0),
                Also.any(tables, random));
    }

    /** Schema changes meet each other and writers that do not know of them. */
    private static Emphasis schema(List<Kind> tables, Random random) {
        return new Emphasis(
                random.nextInt(8) == 0 ? CommitMode.STRICT : any(random, CommitMode.ASYNC, CommitMode.SYNC),
                merge(random),
                isolation(random),
                tables,
                3,
                1,
                0,
                40,
                Duration.ofSeconds(2),
                timeout(random),
                new Steps(6, 2, 4, 20, 40, 6),
                faults(random, any(random, 30, 60, 150), 0),
                Also.any(tables, random));
    }

    /** Processes die all the time. */
    private static Emphasis crashes(List<Kind> tables, Random random) {
        return new Emphasis(
                any(random, CommitMode.ASYNC, CommitMode.SYNC, CommitMode.STRICT),
                merge(random),
                isolation(random),
                tables,
                2 + random.nextInt(2),
                2,
                0,
                6,
                Duration.ofMillis(1_500),
                timeout(random),
                new Steps(30, 12, 8, 12, 20, 0),
                faults(random, any(random, 4, 60), 300),
                Also.any(tables, random));
    }

    /** The stream forgets what a snapshot holds before all have seen it. */
    private static Emphasis recovery(List<Kind> tables, Random random) {
        return new Emphasis(
                any(random, CommitMode.ASYNC, CommitMode.SYNC, CommitMode.STRICT),
                merge(random),
                isolation(random),
                tables,
                2 + random.nextInt(2),
                1,
                0,
                8,
                Duration.ofMillis(250),
                timeout(random),
                new Steps(10, 6, 10, 34, 20, 0),
                faults(random, any(random, 4, 60), 1_000),
                Also.any(tables, random));
    }

    /** What all nodes follow is lost, and somebody decides what they go on with. */
    private static Emphasis lostStream(List<Kind> tables, Random random) {
        return new Emphasis(
                any(random, CommitMode.ASYNC, CommitMode.SYNC, CommitMode.STRICT),
                merge(random),
                isolation(random),
                tables,
                3,
                1,
                0,
                6,
                Duration.ofMillis(500),
                timeout(random),
                new Steps(14, 2, 16, 14, 30, 0),
                faults(random, any(random, 4, 60), 0),
                Also.any(tables, random).loses(any(random, Loss.REMADE, Loss.SET_BACK)));
    }

    /** Nodes compare themselves with each other, and one of them may have reason to. */
    private static Emphasis comparison(List<Kind> tables, Random random) {
        return new Emphasis(
                any(random, CommitMode.ASYNC, CommitMode.SYNC, CommitMode.STRICT),
                merge(random),
                isolation(random),
                tables,
                3,
                1,
                0,
                8,
                Duration.ofSeconds(1),
                timeout(random),
                new Steps(12, 4, 24, 12, 30, 0),
                faults(random, any(random, 4, 60), 0),
                Also.any(tables, random).compared(Duration.ofMillis(any(random, 700, 2_500)), random.nextInt(3) > 0));
    }

    /** Strict commits of several threads come together, and others read. */
    private static Emphasis groups(List<Kind> tables, Random random) {
        return new Emphasis(
                CommitMode.STRICT,
                merge(random),
                isolation(random),
                tables,
                2,
                3,
                3,
                any(random, 0, 3),
                Duration.ofMillis(1_500),
                timeout(random),
                new Steps(any(random, 4, 20), any(random, 2, 8), 6, 20, 30, 0),
                faults(random, any(random, 4, 20), any(random, 0, 300)),
                Also.any(tables, random).enforcesForeignKeys());
    }

    private static Duration timeout(Random random) {
        return Duration.ofMillis(any(random, 300, 5_000));
    }

    private static MergeMode merge(Random random) {
        return random.nextInt(3) == 0 ? MergeMode.COLUMN : MergeMode.ROW;
    }

    private static StrictIsolation isolation(Random random) {
        return random.nextBoolean() ? StrictIsolation.SERIALIZABLE : StrictIsolation.SNAPSHOT;
    }

    private static SimulatedStream.Faults faults(Random random, int delayMillis, int forget) {
        int largest = any(random, 3_000, 20_000, 1_000_000);
        return random.nextInt(4) == 0
                ? SimulatedStream.Faults.none(largest, delayMillis, forget)
                : new SimulatedStream.Faults(
                        random.nextInt(40),
                        random.nextInt(40),
                        random.nextInt(40),
                        random.nextInt(40),
                        random.nextInt(30),
                        largest,
                        delayMillis,
                        forget);
    }

    @SafeVarargs
    private static <T> T any(Random random, T... values) {
        return values[random.nextInt(values.length)];
    }
}
