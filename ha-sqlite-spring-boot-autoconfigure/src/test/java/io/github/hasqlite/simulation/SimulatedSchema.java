package io.github.hasqlite.simulation;

import io.github.hasqlite.CommitMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** The tables of a simulation, and random statements on few rows of them. */
final class SimulatedSchema {

    /** Tables of one kind of key. Every simulation has one or two, so that its statements meet often. */
    enum Kind {
        NUMBERED(
                List.of("CREATE TABLE t(id INTEGER PRIMARY KEY, email TEXT UNIQUE, v)"),
                List.of(
                        "CREATE TABLE u(id INTEGER PRIMARY KEY, email TEXT UNIQUE, v)",
                        "DROP TABLE u",
                        "ALTER TABLE t ADD COLUMN z",
                        "ALTER TABLE t DROP COLUMN z",
                        "ALTER TABLE t RENAME COLUMN v TO q",
                        "ALTER TABLE t RENAME COLUMN q TO v")),
        WITHOUT_ROWID(
                List.of("CREATE TABLE w(a, b TEXT COLLATE NOCASE, v, PRIMARY KEY(a, b)) WITHOUT ROWID"),
                List.of("ALTER TABLE w RENAME COLUMN a TO d", "ALTER TABLE w RENAME COLUMN d TO a")),
        TEXT(
                List.of("CREATE TABLE s(code TEXT PRIMARY KEY, v CHECK(total_changes() % 8 <> 0))"),
                List.of("CREATE UNIQUE INDEX s_v ON s(v)", "DROP INDEX s_v")),
        KEYLESS(
                List.of("CREATE TABLE n(x, y CHECK(total_changes() % 4 <> 0))"),
                List.of("ALTER TABLE n RENAME TO n2", "ALTER TABLE n2 RENAME TO n")),
        COMPUTED(
                List.of(
                        "CREATE TABLE e(id INTEGER PRIMARY KEY, x, y)",
                        "CREATE UNIQUE INDEX e_lower ON e(lower(x))",
                        "CREATE UNIQUE INDEX e_part ON e(y) WHERE y > 5"),
                List.of("DROP INDEX e_part", "CREATE UNIQUE INDEX e_part ON e(y) WHERE y > 5")),
        RELATED(
                List.of(
                        "CREATE TABLE p(id INTEGER PRIMARY KEY, v)",
                        "CREATE TABLE k(id INTEGER PRIMARY KEY, p REFERENCES p(id) ON DELETE CASCADE, v)",
                        "CREATE TABLE h(x, y)",
                        "CREATE TRIGGER p_updated AFTER UPDATE ON p BEGIN INSERT INTO h VALUES(NEW.id, 'p'); END",
                        "CREATE TRIGGER k_deleted AFTER DELETE ON k BEGIN UPDATE p SET v = 'k' WHERE id = OLD.p; END"),
                List.of("ALTER TABLE k ADD COLUMN z", "ALTER TABLE k DROP COLUMN z")),
        CASCADING(
                List.of(
                        "CREATE TABLE r(id INTEGER PRIMARY KEY, up REFERENCES r(id) ON UPDATE CASCADE ON DELETE CASCADE, v)",
                        "CREATE TABLE f(id INTEGER PRIMARY KEY, r REFERENCES r(id) ON UPDATE CASCADE ON DELETE SET NULL"
                                + " DEFERRABLE INITIALLY DEFERRED)"),
                List.of("ALTER TABLE r RENAME COLUMN up TO above", "ALTER TABLE r RENAME COLUMN above TO up"));

        private final List<String> tables;
        private final List<String> commands;

        Kind(List<String> tables, List<String> commands) {
            this.tables = tables;
            this.commands = commands;
        }
    }

    private static final List<String> COUNTER =
            List.of("CREATE TABLE c(id INTEGER PRIMARY KEY, n)", "INSERT INTO c VALUES(1, 0)");

    private static final List<String> MARKS =
            List.of("CREATE TABLE log(mark INTEGER PRIMARY KEY)", "CREATE VIEW version AS SELECT 0 AS n");

    /** Rows that get their keys from the node. */
    private static final String KEYED = "CREATE TABLE g(id INTEGER PRIMARY KEY, mark)";

    /** Rows that have to have another one when their transaction commits. */
    private static final String DEFERRED =
            "CREATE TABLE d(id INTEGER PRIMARY KEY, other REFERENCES d(id) DEFERRABLE INITIALLY DEFERRED)";

    /** A statement with which the COMMIT of its transaction fails. */
    static final String FAILING_COMMIT = "INSERT INTO d VALUES(NULL, -1)";

    /** What is done to the table with the marks, beside the commands; more often than to others. */
    private static final int TO_MARKS = 8;

    /** The table with the marks has at most so many columns. */
    private static final int MARK_COLUMNS = 5;

    private static final List<String> ON_CONFLICT = List.of("", " OR REPLACE", " OR REPLACE", " OR IGNORE");

    private final List<Kind> kinds;
    private final Random random;

    SimulatedSchema(List<Kind> kinds, Random random) {
        this.kinds = kinds;
        this.random = random;
    }

    /** What creates the tables of a simulation. */
    static List<String> tables(Emphasis emphasis) {
        List<String> tables = new ArrayList<>();
        if (emphasis.also().audited()) {
            tables.add(AppliedAudit.TABLE);
        }
        tables.addAll(MARKS);
        if (emphasis.mode() == CommitMode.STRICT) {
            tables.addAll(COUNTER);
        }
        if (emphasis.also().keys()) {
            tables.add(KEYED);
        }
        if (emphasis.groupCommit()) {
            tables.add(DEFERRED);
        }
        emphasis.tables().forEach(each -> tables.addAll(each.tables));
        return tables;
    }

    /** A statement beside all replication that adds a row which no other statement touches; not all succeed. */
    List<String> damage() {
        return switch (any(kinds)) {
            case NUMBERED -> List.of("INSERT INTO t(id, email) VALUES(7, 'damaged')");
            case WITHOUT_ROWID -> List.of("INSERT INTO w VALUES(7, 'damaged', 0)");
            case TEXT -> List.of("INSERT INTO s VALUES('damaged', 7)");
            case KEYLESS -> List.of("INSERT INTO n VALUES(7, 'damaged')", "INSERT INTO n2 VALUES(7, 'damaged')");
            case COMPUTED -> List.of("INSERT INTO e VALUES(7, 'damaged', NULL)");
            case RELATED -> List.of("INSERT INTO h VALUES(7, 'damaged')");
            case CASCADING -> List.of("INSERT INTO f VALUES(7, NULL)");
        };
    }

    /**
     * Schema commands of one transaction, and statements that copy rows between them.
     *
     * @param marks the columns of the table with the marks, as they are here just now
     */
    List<String> commands(List<String> marks) {
        List<String> commands = any(kinds).commands;
        int which = random.nextInt(commands.size() + TO_MARKS);
        return which < commands.size() ? List.of(commands.get(which)) : toMarks(which - commands.size(), marks);
    }

    private <T> T any(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    /** Commands that count in the schema itself. */
    static List<String> nextVersion(long present) {
        return List.of("DROP VIEW version", "CREATE VIEW version AS SELECT " + (present + 1) + " AS n");
    }

    /** None of the marks may get lost, nor a column that has been added; the first column has one of two names. */
    private List<String> toMarks(int which, List<String> columns) {
        String first = columns.get(0);
        String all = String.join(", ", columns);
        String definition = all.replaceFirst(first, first + " INTEGER PRIMARY KEY");
        return switch (which) {
            case 0 ->
                List.of(
                        "CREATE TABLE log_new(" + definition + ")",
                        "INSERT INTO log_new SELECT " + all + " FROM log",
                        "DROP TABLE log",
                        "ALTER TABLE log_new RENAME TO log");
            case 1 ->
                List.of(
                        "ALTER TABLE log RENAME TO log_old",
                        "CREATE TABLE log(" + definition + ")",
                        "INSERT INTO log(" + all + ") SELECT " + all + " FROM log_old",
                        "DROP TABLE log_old");
            case 2, 3, 4 ->
                List.of("ALTER TABLE log RENAME COLUMN " + first + " TO " + (first.equals("m") ? "mark" : "m"));
            default ->
                columns.size() >= MARK_COLUMNS
                        ? toMarks(which - 5, columns)
                        : List.of("ALTER TABLE log ADD COLUMN x" + random.nextInt(1_000_000));
        };
    }

    /** One statement that writes rows; it may fail. */
    String statement() {
        return switch (any(kinds)) {
            case NUMBERED -> numbered();
            case WITHOUT_ROWID -> keyed();
            case TEXT -> text();
            case KEYLESS -> keyless();
            case COMPUTED -> expression();
            case RELATED -> related();
            case CASCADING -> cascading();
        };
    }

    /** Statements that write many rows and delete them again; they may fail. */
    List<String> many() {
        String rows = " WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i LIMIT "
                + (20 + random.nextInt(200)) + ") SELECT ";
        return switch (any(kinds)) {
            case NUMBERED ->
                List.of(
                        "INSERT OR REPLACE INTO t(id, email, v)" + rows + "x + 10, 'b' || x, hex(zeroblob(20)) FROM i",
                        "DELETE FROM t WHERE id > 10");
            case WITHOUT_ROWID ->
                List.of(
                        "INSERT OR REPLACE INTO w(a, b, v)" + rows + "x + 10, 'b' || x, hex(zeroblob(20)) FROM i",
                        "DELETE FROM w WHERE a > 10");
            case TEXT ->
                List.of(
                        "INSERT OR REPLACE INTO s(code, v)" + rows + "'b' || x, 'c' || x FROM i",
                        "DELETE FROM s WHERE code LIKE 'b%'");
            case KEYLESS ->
                List.of(
                        "INSERT INTO n" + rows + "x % 5, hex(zeroblob(20)) FROM i",
                        "DELETE FROM n WHERE x = " + random.nextInt(5));
            case COMPUTED ->
                List.of(
                        "INSERT OR REPLACE INTO e(id, x, y)" + rows + "x + 10, 'b' || x, -x FROM i",
                        "DELETE FROM e WHERE id > 10");
            case RELATED ->
                List.of("INSERT INTO h" + rows + "x, hex(zeroblob(20)) FROM i", "DELETE FROM h WHERE y LIKE '00%'");
            case CASCADING ->
                List.of("INSERT OR REPLACE INTO r" + rows + "x + 10, x + 9, x FROM i", "DELETE FROM r WHERE id > 10");
        };
    }

    private String numbered() {
        return switch (random.nextInt(7)) {
            case 0, 1 ->
                "INSERT" + orWhat() + " INTO t(id, email, v) VALUES(" + id() + "," + mail() + "," + value() + ")";
            case 2 -> "UPDATE" + orWhat() + " t SET email=" + mail() + " WHERE id=" + id();
            case 3 -> "UPDATE" + orWhat() + " t SET id=" + id() + " WHERE id=" + id();
            case 4 -> "UPDATE t SET v=" + value() + " WHERE id=" + id();
            case 5 -> "DELETE FROM " + (random.nextBoolean() ? "t" : "u") + " WHERE id=" + id();
            default ->
                "INSERT" + orWhat() + " INTO u(id, email, v) VALUES(" + id() + "," + mail() + "," + value() + ")";
        };
    }

    private String keyed() {
        return switch (random.nextInt(3)) {
            case 0 -> "DELETE FROM w WHERE a=" + id();
            case 1 -> "UPDATE" + orWhat() + " w SET b=" + mail() + " WHERE a=" + id();
            default ->
                "INSERT" + orWhat() + " INTO w(a, b, v) VALUES(" + (random.nextBoolean() ? id() : id() + ".0") + ","
                        + mail() + "," + value() + ")";
        };
    }

    private String text() {
        return switch (random.nextInt(4)) {
            case 0 -> "DELETE FROM s WHERE code=" + mail();
            case 1 -> "UPDATE" + orWhat() + " s SET rowid=" + id() + " WHERE code=" + mail();
            case 2 -> "UPDATE" + orWhat() + " s SET v=" + value() + " WHERE code=" + mail();
            default -> "INSERT" + orWhat() + " INTO s(code, v) VALUES(" + mail() + "," + value() + ")";
        };
    }

    private String keyless() {
        return switch (random.nextInt(4)) {
            case 0 -> "DELETE FROM n WHERE x=" + id();
            case 1 -> "UPDATE n SET y=" + value() + " WHERE x=" + id();
            default -> "INSERT INTO n(x, y) VALUES(" + id() + "," + value() + ")";
        };
    }

    private String related() {
        return switch (random.nextInt(5)) {
            case 0 -> "INSERT" + orWhat() + " INTO p(id, v) VALUES(" + id() + "," + value() + ")";
            case 1 -> "DELETE FROM p WHERE id=" + id();
            case 2 -> "UPDATE p SET v=" + value() + " WHERE id=" + id();
            case 3 -> "DELETE FROM k WHERE p=" + id();
            default -> "INSERT" + orWhat() + " INTO k(id, p, v) VALUES(" + id() + "," + id() + "," + value() + ")";
        };
    }

    private String cascading() {
        return switch (random.nextInt(7)) {
            case 0 -> "INSERT" + orWhat() + " INTO r VALUES(" + id() + ", NULL," + value() + ")";
            case 1 -> "INSERT" + orWhat() + " INTO r VALUES(" + id() + "," + id() + "," + value() + ")";
            case 2 -> "UPDATE r SET id=" + id() + " WHERE id=" + id();
            case 3 -> "UPDATE r SET v=" + value() + ", id=id WHERE id=" + id();
            case 4 -> "DELETE FROM r WHERE id=" + id();
            case 5 -> "UPDATE f SET r=" + id() + " WHERE id=" + id();
            default -> "INSERT" + orWhat() + " INTO f VALUES(" + id() + "," + id() + ")";
        };
    }

    private String expression() {
        return switch (random.nextInt(4)) {
            case 0 -> "DELETE FROM e WHERE id=" + id();
            case 1 -> "UPDATE" + orWhat() + " e SET y=" + value() + " WHERE id=" + id();
            default -> "INSERT" + orWhat() + " INTO e(id, x, y) VALUES(" + id() + "," + mail() + "," + value() + ")";
        };
    }

    private String orWhat() {
        return any(ON_CONFLICT);
    }

    private int id() {
        return 1 + random.nextInt(4);
    }

    private String mail() {
        if (random.nextInt(6) == 0) {
            // no characters; the first two are the same without regard to case
            return "CAST(x'" + any(List.of("65ff", "45ff", "fe")) + "' AS TEXT)";
        }
        String mail = "'e" + (1 + random.nextInt(4)) + "'";
        return random.nextInt(4) == 0 ? mail.toUpperCase(Locale.ROOT) : mail;
    }

    private String value() {
        return switch (random.nextInt(9)) {
            case 8 -> "CAST(x'eda080' AS TEXT)";
            case 0 -> "NULL";
            case 1 -> "1.5";
            case 2 -> "x'00ff'";
            case 3 -> "-0.0";
            default -> String.valueOf(random.nextInt(10));
        };
    }
}
