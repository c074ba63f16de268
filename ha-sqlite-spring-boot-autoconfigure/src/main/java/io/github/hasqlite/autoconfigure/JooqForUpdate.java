package io.github.hasqlite.autoconfigure;

import java.util.regex.Pattern;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.SQLDialect;

/**
 * Gives jOOQ's {@code forUpdate()} the meaning that it can have in SQLite, which has no such clause: in a transaction the
 * write lock is taken before the rows are read, so that nobody changes them before the transaction ends.
 */
final class JooqForUpdate implements ExecuteListener {

    private static final long serialVersionUID = 1L;

    private static final Pattern CLAUSE = Pattern.compile(
            "\\s+for\\s+(no\\s+key\\s+)?update(\\s+of\\s+[^']*)?(\\s+(nowait|skip\\s+locked|wait\\s+\\d+))?\\s*$",
            Pattern.CASE_INSENSITIVE);

    /** What the node understands at the end of a query instead. */
    private static final String LOCKS = " /* FOR UPDATE */";

    @Override
    public void renderEnd(ExecuteContext context) {
        String sql = context.sql();
        if (sql == null || context.dialect().family() != SQLDialect.SQLITE) {
            return;
        }
        var clause = CLAUSE.matcher(sql);
        if (clause.find()) {
            context.sql(sql.substring(0, clause.start()) + LOCKS);
        }
    }
}
