package io.github.hasqlite.postgres;

import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.sql.SqlSyntaxException;
import io.github.hasqlite.postgres.wire.MessageWriter;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Errors and notices as PostgreSQL's clients expect them. Stateless. */
final class ErrorReport {

    private static final Logger logger = LoggerFactory.getLogger(ErrorReport.class);

    /** What sqlite-jdbc puts around the text of SQLite. */
    private static final Pattern SQLITE =
            Pattern.compile("^\\[SQLITE_\\w+]\\s+(?:.*?\\((.+)\\)|(.+))$", Pattern.DOTALL);

    private static final Pattern NEAR = Pattern.compile("near \"((?:[^\"]|\"\")+)\": syntax error");
    private static final String INTERNAL = "XX000";
    private static final String BUSY = "55P03";

    /** SQLite's own words, and those for who writes the application, say nothing to a client's user. */
    private static final String WAITED =
            "could not obtain the write lock: another transaction on this node has it, and did not"
                    + " end in time; try again, and keep transactions that write short";

    /** A plan's columns are not any more what they were announced as; drivers prepare it anew then. */
    static final String PLAN_CHANGED = "cached plan must not change result type";

    private ErrorReport() {}

    /**
     * An error of a statement; the connection goes on.
     *
     * @param details what else is known of it
     */
    static void write(MessageWriter out, Exception e, String sql, ErrorDetails details) {
        if (e instanceof SQLException known) {
            boolean waited = BUSY.equals(SqlStates.of(known))
                    && String.valueOf(known.getMessage()).startsWith("[SQLITE_");
            String own = waited ? WAITED : text(known);
            String message = details.message().isEmpty() ? own : details.message();
            String place = known instanceof CopyException copy ? copy.place() : "";
            write(out, "ERROR", SqlStates.of(known), message, position(known, message, sql), place, details);
        } else {
            logger.error("A statement of a PostgreSQL client failed for a reason that is not its own", e);
            write(out, "ERROR", INTERNAL, "internal error: " + e.getClass().getSimpleName(), 0, "", ErrorDetails.NONE);
        }
    }

    /** An error after which the connection ends. */
    static void fatal(MessageWriter out, String state, String message) {
        write(out, "FATAL", state, message, 0, "", ErrorDetails.NONE);
    }

    /** Something to know. */
    static void notice(MessageWriter out, String severity, String state, String message) {
        out.begin('N').int8('S').text(severity).int8('V').text(severity);
        out.int8('C').text(state).int8('M').text(message).int8(0).end();
    }

    private static void write(
            MessageWriter out,
            String severity,
            String state,
            String message,
            int position,
            String place,
            ErrorDetails details) {
        out.begin('E').int8('S').text(severity).int8('V').text(severity);
        out.int8('C').text(state).int8('M').text(message);
        field(out, 'D', details.detail());
        if (position > 0) {
            out.int8('P').text(Integer.toString(position));
        }
        field(out, 'W', place);
        field(out, 's', details.table().isEmpty() ? "" : "public");
        field(out, 't', details.table());
        field(out, 'c', details.column());
        field(out, 'n', details.constraint());
        if (message.equals(PLAN_CHANGED)) {
            out.int8('R').text("RevalidateCachedQuery");
        }
        out.int8(0).end();
    }

    private static void field(MessageWriter out, char name, String value) {
        if (!value.isEmpty()) {
            out.int8(name).text(value);
        }
    }

    private static String text(SQLException e) {
        String message = String.valueOf(e.getMessage());
        Matcher known = SQLITE.matcher(message);
        if (!known.matches()) {
            return message;
        }
        return known.group(1) != null ? known.group(1) : known.group(2);
    }

    /** In characters, from 1; only where there is no doubt. */
    private static int position(SQLException e, String message, String sql) {
        if (e instanceof SqlSyntaxException syntax) {
            return syntax.position();
        }
        Matcher near = NEAR.matcher(message);
        if (!near.find()) {
            return 0;
        }
        String token = near.group(1);
        int first = sql.indexOf(token);
        return first >= 0 && sql.indexOf(token, first + 1) < 0 ? sql.codePointCount(0, first) + 1 : 0;
    }
}
