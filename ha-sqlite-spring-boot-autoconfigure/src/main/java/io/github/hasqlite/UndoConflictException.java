package io.github.hasqlite;

import java.sql.SQLNonTransientException;

/**
 * Something was not taken back because something else is in the way; SQLState 55000. Nothing was done. {@link #plan}
 * says what it is.
 */
public final class UndoConflictException extends SQLNonTransientException {

    private static final long serialVersionUID = 1L;

    private static final String SQL_STATE = "55000";

    /** More of them are no help to a reader. */
    private static final int SHOWN = 5;

    private final transient UndoPlan plan;

    /** Creates the exception for a plan with conflicts. */
    public UndoConflictException(UndoPlan plan) {
        super(text(plan), SQL_STATE);
        this.plan = plan;
    }

    private static String text(UndoPlan plan) {
        StringBuilder text = new StringBuilder("not taken back, because something is in the way: ");
        int shown = 0;
        for (UndoConflict conflict : plan.conflicts()) {
            if (shown == SHOWN) {
                break;
            }
            text.append(shown == 0 ? "" : "; ").append(conflict);
            shown++;
        }
        int more = plan.conflicts().size() - shown;
        return text + (more == 0 ? "" : "; and " + more + " more")
                + ". Take that back, too, or leave it as it is and mend the rows by hand";
    }

    /** What was planned, with the conflicts. */
    public UndoPlan plan() {
        return plan;
    }
}
