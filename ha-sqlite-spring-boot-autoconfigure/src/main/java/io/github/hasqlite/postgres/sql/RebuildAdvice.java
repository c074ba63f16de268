package io.github.hasqlite.postgres.sql;

/** How a table is changed that SQLite cannot change, so that no rows are lost. Stateless. */
public final class RebuildAdvice {

    private RebuildAdvice() {}

    /**
     * For errors; whole sentences but for the end of the last.
     *
     * @param with or without what, as {@code with it}
     */
    public static String of(String with) {
        return "Make a table " + with
                + ", INSERT INTO it what the old one has, DROP the old one and RENAME the new one, in one"
                + " transaction. Where foreign keys are enforced, make the tables that refer to the old one anew in the same"
                + " way, with foreign keys to the new one, and DROP them before it";
    }
}
