package io.github.hasqlite.differential;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Everything in which a replicated node may differ from plain sqlite-jdbc, or a second node from the
 * first. Nothing else is excused.
 *
 * <ol>
 *   <li>Tables of replication, {@code ha_*}, are in the schema of a node.
 *   <li>ANALYZE stays local: {@code sqlite_stat*} is not compared with the second node. PRAGMA optimize may find
 *       worth analyzing what replication has asked of its own tables.
 *   <li>Rowids that no column shows are compared between the first node and plain SQLite, but not with
 *       the second node: VACUUM may number them anew.
 *   <li>Shadow tables of full-text indexes depend on where transactions end, and the applier puts many
 *       change sets into one; what the index answers is compared instead.
 *   <li>A foreign key that names no key of its parent is an error that SQLite reports when it has to look at
 *       the key. With a trigger on the parent, which capture has, it looks also when one row is inserted
 *       there. The script ends at such a step.
 *   <li>"datatype mismatch", "integer overflow" and a wrong type in a STRICT table in the middle of a
 *       statement: SQLite does not expect them, and undoes what the statement has done so far only if the
 *       table has triggers, which capture adds. The script ends at such a step. In the same way a foreign
 *       key that failed at once may leave another, deferred one counted without triggers.
 *   <li>changes(), total_changes() and update counts once there is a full-text index: SQLite counts the rows
 *       of its shadow tables when the index writes them, which it does at times of its own. And these and
 *       last_insert_rowid() after a statement that broke a foreign key: where the table has triggers SQLite
 *       notices at the end of the statement, in auto-commit mode the node notices at COMMIT. And
 *       last_insert_rowid() after VACUUM, which counts the tables of the schema.
 *   <li>A transaction that began with execute() of a query whose result set was not asked for, and writes after
 *       the applier has committed: to move on to the present it would have to give the rows up, so there is
 *       SQLITE_BUSY_SNAPSHOT. So there is if more than 64 queries or 10,000 rows were read.
 *   <li>{@code sqlite_sequence} on the second node follows the rows that arrive. SQLite also counts keys
 *       of rows that IGNORE threw away, and after a failed OR FAIL does not count those that stayed. No
 *       key is given twice, because SQLite begins at the highest row if that is higher.
 *   <li>REPLACE on a table whose triggers keep a full-text index: SQLite leaves the words of the replaced row
 *       in the index, unless recursive triggers are on; the node refuses the statement. Not generated.
 *   <li>A deferred foreign key that a statement broke whose RETURNING rows were given up: SQLite rolls back
 *       without saying so, the node fails when the statement is closed. The script ends there.
 *   <li>A statement in auto-commit mode whose RETURNING rows SQLite hands out before it notices at COMMIT that
 *       a deferred foreign key is broken: in strict mode there are no rows, because the application sees only
 *       those of a commit that succeeded. The script ends there.
 *   <li>changes() in the RETURNING clause of an INSERT into a view: it counts what INSTEAD OF triggers did when
 *       those fire triggers themselves, which capture adds.
 *   <li>Of several TEMP triggers on one table SQLite fires any first, and the capture triggers change which.
 *   <li>An ALTER that fails because a view or trigger would break: inside a transaction SQLite undoes it in
 *       the file but not in the connection's memory, where the node undoes it, too. The script ends there.
 *   <li>changes() in a trigger that a statement fires more than once and that writes: SQLite shows it the count
 *       from before the statement each time, the node from the second time on that of the node's own last write.
 *   <li>A disk or {@code max_page_count} that is full inside a transaction: SQLite rolls all of it back if the
 *       statement that failed writes one row and the table has no triggers, and only that statement otherwise. With
 *       capture's triggers it is always that statement alone, and the transaction goes on.
 *   <li>Rowids that no column shows after {@code INSERT INTO b SELECT * FROM a} into an empty table of the same
 *       shape with an index: SQLite copies those of a, with them whole pages, unless the table has triggers, which
 *       capture adds; then it counts from 1.
 *   <li>"table t has 2 columns but 3 values were supplied" although it has 3 now: SQLite says so if another
 *       connection has changed the schema and this one has not looked since. The node has always looked;
 *       scripts look when they go on with another connection.
 *   <li>ALTER TABLE while legacy_alter_table and foreign_keys are both on is refused by the node, because no other
 *       node can do what that does. The script ends there.
 *   <li>PRAGMA temp_store inside a transaction: SQLite refuses it once there are TEMP objects, and capture's triggers
 *       are some. The script ends there.
 *   <li>REPLACE into a table that refers to itself with SET NULL: SQLite takes a row whose parent is missing, because
 *       it compiles the action last and then takes its own check for the action's. With capture's triggers it
 *       compiles those last, looks, and refuses the row. The script ends there.
 * </ol>
 *
 * Not generated at all, because SQLite itself does not answer twice alike or does not promise to: random() and the
 * present time, but for values that come out alike, in full-text tables; {@code sqlite_schema.rootpage}; {@code
 * schema_version}; the state of the write-ahead log; statements between the rows of another one's RETURNING in
 * auto-commit mode; and {@code recursive_triggers}, which belongs to capture.
 */
final class KnownDifferences {

    private static final Pattern COUNTERS =
            Pattern.compile("((?:last_insert_rowid|changes|total_changes)\\(\\)[^\\[]*)(?:\\[[^]]*])+");

    private static final Pattern COUNTS = Pattern.compile("count \\d+|counts \\[[^]]*]");

    private static final Pattern COUNTS_OF_VIEW =
            Pattern.compile("INTO\\s+[\"`\\[]?v\\d+[\"`\\]]?[\\s(].*RETURNING.*changes\\(\\)", Pattern.DOTALL);

    /** The part of a content that holds them. */
    static final String SEQUENCES = "table sqlite_sequence";

    private KnownDifferences() {}

    /** Whether a row of metadata is about SQLite's statistics. */
    static boolean areStatistics(CharSequence row) {
        return row.toString().contains("'sqlite_stat");
    }

    /** Whether a step may go otherwise on the node; what follows it is not comparable. */
    static boolean excuses(String seenOnNode, boolean cursors) {
        return seenOnNode.contains("foreign key mismatch")
                || seenOnNode.contains("datatype mismatch")
                || seenOnNode.contains("integer overflow")
                || seenOnNode.contains("SQLITE_CONSTRAINT_DATATYPE")
                || seenOnNode.contains("temporary storage cannot be changed from within a transaction")
                || seenOnNode.contains("ALTER TABLE is not replicated while PRAGMA legacy_alter_table")
                || (cursors && seenOnNode.contains("SQLITE_BUSY_SNAPSHOT"));
    }

    /** Whether from this step on SQLite's counters need not be alike. */
    static boolean upsetsCounters(Step step, String seen) {
        return seen.contains("FOREIGN KEY") || step.toString().contains("VACUUM") || isFullText(step);
    }

    private static boolean isFullText(Step step) {
        return step.toString().contains("USING fts5");
    }

    /** Whether SQLite's memory of the schema may be wrong after this step. */
    static boolean excusesAlter(Step step, String expected) {
        return step.toString().contains("ALTER TABLE") && expected.contains("(error in ");
    }

    /** Whether SQLite keeps to itself that it rolled back. */
    static boolean excusesSilence(Step step, String expected, String seen) {
        return seen.contains("FOREIGN KEY constraint failed")
                && !expected.contains("FOREIGN KEY constraint failed")
                && step.toString().contains("RETURNING")
                && step.toString().contains(" read ");
    }

    /** Whether SQLite may have let rows in whose foreign keys are broken, which only the node noticed. */
    static boolean mayOverlookForeignKey(Step step, String expected, String seen) {
        return seen.contains("FOREIGN KEY constraint failed")
                && !expected.contains("FOREIGN KEY constraint failed")
                && step.toString().contains("REPLACE");
    }

    /** Whether both sides fail at COMMIT, and only SQLite has handed rows out before. */
    static boolean excusesEarlyRows(Step step, String expected, String seen) {
        return step.toString().contains("RETURNING")
                && seen.startsWith("!!")
                && seen.contains("FOREIGN KEY constraint failed")
                && expected.endsWith(seen);
    }

    /** Whether a step answers changes() out of INSTEAD OF triggers. */
    static boolean countsTriggers(String step) {
        return COUNTS_OF_VIEW.matcher(step).find();
    }

    /** Whether SQLite without triggers still counts a foreign key that a failed statement broke. */
    static boolean excusesForeignKey(String expected, String seen) {
        return expected.contains("FOREIGN KEY constraint failed") && !seen.contains("FOREIGN KEY constraint failed");
    }

    /** What was seen after the counters were upset, without them. */
    static String withoutCounters(String seen) {
        return COUNTS.matcher(COUNTERS.matcher(seen).replaceAll("$1[?]")).replaceAll("count ?");
    }

    /** Whether an object of the schema is compared at all. */
    static boolean isCompared(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return !lower.startsWith("ha_") && !lower.startsWith("sqlite_stat") && !lower.equals("sqlite_schema");
    }
}
