package io.github.hasqlite.core.capture;

/** What a trigger reports; part of the code that tells the capture function which trigger called. */
enum RowOperation {
    INSERT(0, false, true),
    UPDATE(1, true, true),
    DELETE(2, true, false);

    /** How much of the code it takes. */
    static final int BITS = 2;

    private static final RowOperation[] ALL = values();

    private final int number;
    private final boolean hasOld;
    private final boolean hasNew;

    RowOperation(int number, boolean hasOld, boolean hasNew) {
        this.number = number;
        this.hasOld = hasOld;
        this.hasNew = hasNew;
    }

    boolean hasOld() {
        return hasOld;
    }

    boolean hasNew() {
        return hasNew;
    }

    int number() {
        return number;
    }

    static RowOperation ofCode(long code) {
        return ALL[(int) (code & ((1 << BITS) - 1))];
    }
}
