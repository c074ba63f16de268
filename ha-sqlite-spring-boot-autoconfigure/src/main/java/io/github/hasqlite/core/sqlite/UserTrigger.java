package io.github.hasqlite.core.sqlite;

import java.util.Set;
import java.util.function.Predicate;

/**
 * A trigger of the application, as far as silencing must understand it.
 *
 * @param name its name, unquoted
 * @param sql the statement that created it
 * @param timing when it fires
 * @param event what it fires on, {@code INSERT}, {@code UPDATE} or {@code DELETE}
 * @param whileApplying the trigger that runs in its place while changes are applied: itself if it
 *     writes to virtual tables only, what it writes to virtual tables if it writes to others too, empty
 *     if it writes to none
 */
public record UserTrigger(String name, String sql, Timing timing, String event, String whileApplying) {

    /** When a trigger fires. */
    public enum Timing {
        BEFORE,
        AFTER,
        /** Fires on views, which changes are never applied to. */
        INSTEAD_OF
    }

    /**
     * Reads a trigger from its text in the schema.
     *
     * @param virtualTables folded names of the virtual tables
     */
    public static UserTrigger parse(String name, String sql, Set<String> virtualTables) {
        TriggerText text = new TriggerText(new TokenList(sql));
        Predicate<String> isVirtual = table -> virtualTables.contains(SqlIdentifier.fold(table));
        String whileApplying = "";
        if (text.targets().stream().allMatch(isVirtual)) {
            whileApplying = text.targets().isEmpty() ? "" : sql;
        } else if (text.targets().stream().anyMatch(isVirtual)) {
            whileApplying = text.writingOnlyTo(isVirtual);
        }
        return new UserTrigger(name, sql, text.timing(), text.event(), whileApplying);
    }

    /** Whether it writes to a virtual table. */
    public boolean feedsVirtual() {
        return !whileApplying.isEmpty();
    }

    /**
     * Whether it replaces rows of virtual tables: the conflict clause of the statement that fires a trigger
     * takes the place of those in the trigger, so what fires this one must have none.
     */
    public boolean replacesVirtual() {
        return new TokenList(whileApplying).contains("REPLACE");
    }

    /** Whether it may run as it is while changes are applied. */
    public boolean mayStay() {
        return whileApplying.equals(sql);
    }
}
