package io.github.hasqlite.core.capture;

/** How far the write of a row is when a trigger reports it; part of the code that tells which trigger called. */
enum WriteStage {
    /** The row is written: passes the row before and after, as far as there are such. */
    DONE(0),
    /** The row is about to be written: passes the new row of an INSERT, the old row of an UPDATE. */
    BEGUN(1),
    /** The same, and another row is in its way: passes that row before the one that is written. */
    CONFLICT(2);

    private static final int BITS = 2;
    private static final WriteStage[] ALL = values();

    private final int number;

    WriteStage(int number) {
        this.number = number;
    }

    long code(int table, RowOperation operation) {
        return (((long) table << BITS | number) << RowOperation.BITS) | operation.number();
    }

    static WriteStage ofCode(long code) {
        return ALL[(int) (code >> RowOperation.BITS) & ((1 << BITS) - 1)];
    }

    static int tableOfCode(long code) {
        return (int) (code >> (BITS + RowOperation.BITS));
    }

    /** How many values a trigger passes at this stage. */
    int values(CapturedTable table, RowOperation operation) {
        return switch (this) {
            case DONE -> table.valuesOf(operation);
            case BEGUN -> table.valuesOf(RowOperation.DELETE);
            case CONFLICT -> 2 * table.valuesOf(RowOperation.DELETE);
        };
    }
}
