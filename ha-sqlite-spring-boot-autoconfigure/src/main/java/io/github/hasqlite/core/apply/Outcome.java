package io.github.hasqlite.core.apply;

import java.util.List;

/**
 * How applying one change set went. Every outcome but {@link Scope#THIS_NODE} depends on the database
 * and the change set alone, so it is the same on all nodes.
 */
public sealed interface Outcome {

    /**
     * The change set has taken effect.
     *
     * @param schemaChanged whether it created, dropped or altered something
     * @param skipped the changes that had nothing here to take effect on; usually empty
     */
    record Applied(boolean schemaChanged, List<Skipped> skipped) implements Outcome {

        /** Everything was applied and the schema is what it was. */
        public static final Applied WHOLLY = new Applied(false, List.of());
    }

    /**
     * The change set was undone whole because the database refused one of its changes: a constraint,
     * or a schema command whose precondition does not hold at its place in the stream.
     *
     * @param change index of the change that failed
     * @param reason what was attempted and what SQLite said
     * @param scope whether all nodes come to this result
     * @param resultCode SQLite's extended result code
     */
    record Failed(int change, String reason, Scope scope, int resultCode) implements Outcome {}

    /**
     * The change set was undone whole, or never begun, because it asks for something that is not a
     * change: a statement that must not travel, or a row without its values.
     *
     * @param change index of the change that was refused
     * @param reason what is wrong with it
     */
    record Refused(int change, String reason) implements Outcome {}

    /** Which nodes a failure concerns. */
    enum Scope {
        /** The same on every node: skipping the change set keeps them equal. */
        EVERYWHERE,
        /** This node lacks a module, a function, a collation or a tokenizer that others may have. */
        THIS_NODE
    }

    /**
     * A row change that was left out, on every node alike. Of many in one change set, only the first
     * thousand are told of.
     *
     * @param change its index in the change set
     * @param table the table it was meant for
     * @param cause why there is nothing to change
     * @param detail the same for people to read
     */
    record Skipped(int change, String table, Cause cause, String detail) {

        /** Why a change was left out. */
        public enum Cause {
            /** There is no such table at this place in the stream, or it is a view. */
            NO_TABLE,
            /** The table has no such column at this place in the stream. */
            NO_COLUMN,
            /** Rows of virtual tables and of their shadows are written by statements only. */
            VIRTUAL_TABLE,
            /** The table is SQLite's or replication's own. */
            INTERNAL_TABLE,
            /** The change is for another schema than {@code main}. */
            OTHER_SCHEMA
        }
    }
}
