package io.github.hasqlite.simulation;

import java.util.List;
import java.util.Locale;
import java.util.Random;

/** The tables of a simulation, every kind of key, and random statements on few rows of them. */
final class SimulatedSchema {

    private static final List<String> TABLES = List.of(
            "CREATE TABLE t(id INTEGER PRIMARY KEY, email TEXT UNIQUE, v)",
            "CREATE TABLE w(a, b TEXT COLLATE NOCASE, v, PRIMARY KEY(a, b)) WITHOUT ROWID",
            "CREATE TABLE s(code TEXT PRIMARY KEY, v CHECK(total_changes() % 8 <> 0))",
            "CREATE TABLE n(x, y CHECK(total_changes() % 4 <> 0))",
            "CREATE TABLE e(id INTEGER PRIMARY KEY, x, y)",
            "CREATE UNIQUE INDEX e_lower ON e(lower(x))",
            "CREATE UNIQUE INDEX e_part ON e(y) WHERE y > 5",
            "CREATE TABLE p(id INTEGER PRIMARY KEY, v)",
            "CREATE TABLE k(id INTEGER PRIMARY KEY, p REFERENCES p(id) ON DELETE CASCADE, v)",
            "CREATE TRIGGER p_updated AFTER UPDATE ON p BEGIN INSERT INTO n VALUES(NEW.id, 'p'); END",
            "CREATE TRIGGER k_deleted AFTER DELETE ON k BEGIN UPDATE p SET v = 'k' WHERE id = OLD.p; END",
            "CREATE TABLE c(id INTEGER PRIMARY KEY, n)",
            "INSERT INTO c VALUES(1, 0)",
            "CREATE TABLE log(mark INTEGER PRIMARY KEY)");

    private static final List<String> COMMANDS = List.of(
            "CREATE TABLE u(id INTEGER PRIMARY KEY, email TEXT UNIQUE, v)",
            "DROP TABLE u",
            "ALTER TABLE t ADD COLUMN z",
            "ALTER TABLE t DROP COLUMN z",
            "ALTER TABLE t RENAME COLUMN v TO q",
            "ALTER TABLE t RENAME COLUMN q TO v",
            "CREATE UNIQUE INDEX s_v ON s(v)",
            "DROP INDEX s_v");

    /** What is done to the table with the marks, beside the commands; more often than to others. */
    private static final int TO_MARKS = 6;

    /** The table with the marks has at most so many columns. */
    private static final int MARK_COLUMNS = 5;

    private static final List<String> ON_CONFLICT = List.of("", " OR REPLACE", " OR REPLACE", " OR IGNORE");

    private final Random random;

    SimulatedSchema(Random random) {
        this.random = random;
    }

    static List<String> tables() {
        return TABLES;
    }

    /**
     * Schema commands of one transaction, and statements that copy rows between them.
     *
     * @param marks the columns of the table with the marks, as they are here just now
     */
    List<String> commands(List<String> marks) {
        int which = random.nextInt(COMMANDS.size() + TO_MARKS);
        return which < COMMANDS.size() ? List.of(COMMANDS.get(which)) : toMarks(which - COMMANDS.size(), marks);
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
            case 2 -> List.of("ALTER TABLE log RENAME COLUMN mark TO m");
            case 3 -> List.of("ALTER TABLE log RENAME COLUMN m TO mark");
            default ->
                columns.size() >= MARK_COLUMNS
                        ? toMarks(which - 4, columns)
                        : List.of("ALTER TABLE log ADD COLUMN x" + random.nextInt(1_000_000));
        };
    }

    /** One statement that writes rows; it may fail. */
    String statement() {
        return switch (random.nextInt(14)) {
            case 0, 1 ->
                "INSERT" + orWhat() + " INTO t(id, email, v) VALUES(" + id() + "," + mail() + "," + value() + ")";
            case 2 -> "UPDATE" + orWhat() + " t SET email=" + mail() + " WHERE id=" + id();
            case 3 -> "UPDATE" + orWhat() + " t SET id=" + id() + " WHERE id=" + id();
            case 4 -> "UPDATE t SET v=" + value() + " WHERE id=" + id();
            case 5 -> "DELETE FROM " + (random.nextBoolean() ? "t" : "u") + " WHERE id=" + id();
            case 6 -> "INSERT" + orWhat() + " INTO u(id, email, v) VALUES(" + id() + "," + mail() + "," + value() + ")";
            case 7 -> keyed();
            case 8 -> text();
            case 9 -> keyless();
            case 10, 11 -> related();
            default -> expression();
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

    private String expression() {
        return switch (random.nextInt(4)) {
            case 0 -> "DELETE FROM e WHERE id=" + id();
            case 1 -> "UPDATE" + orWhat() + " e SET y=" + value() + " WHERE id=" + id();
            default -> "INSERT" + orWhat() + " INTO e(id, x, y) VALUES(" + id() + "," + mail() + "," + value() + ")";
        };
    }

    private String orWhat() {
        return ON_CONFLICT.get(random.nextInt(ON_CONFLICT.size()));
    }

    private int id() {
        return 1 + random.nextInt(4);
    }

    private String mail() {
        if (random.nextInt(6) == 0) {
            // no characters; the first two are the same without regard to case
            return "CAST(x'" + List.of("65ff", "45ff", "fe").get(random.nextInt(3)) + "' AS TEXT)";
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
