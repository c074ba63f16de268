package io.github.hasqlite.postgres.catalog;

import java.util.List;

/**
 * A constraint of a table, as the text that created the table has it.
 *
 * @param kind what it is
 * @param name its own, or the one that PostgreSQL would give it
 * @param columns those that it belongs to, in its order; of a condition those that it mentions
 * @param condition of a CHECK; otherwise empty
 * @param target the table that a foreign key is about; otherwise empty
 * @param targetColumns those of a foreign key; empty if it says none, which is the primary key
 * @param deferrable whether it can be left for the end of a transaction
 * @param deferred whether it is
 */
public record TableConstraint(
        Kind kind,
        String name,
        List<String> columns,
        String condition,
        String target,
        List<String> targetColumns,
        boolean deferrable,
        boolean deferred) {

    /** What a constraint can be. */
    public enum Kind {
        PRIMARY,
        UNIQUE,
        CHECK,
        FOREIGN
    }

    TableConstraint named(String chosen) {
        return new TableConstraint(kind, chosen, columns, condition, target, targetColumns, deferrable, deferred);
    }

    /** Whether it is about these columns, in any order. */
    public boolean isOf(List<String> others) {
        return columns.size() == others.size()
                && others.stream().allMatch(other -> columns.stream().anyMatch(other::equalsIgnoreCase));
    }
}
