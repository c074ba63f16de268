package io.github.hasqlite.core.jdbc;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;

/**
 * Writes random schemas with triggers of the application and random statements that meet each other's
 * keys. What SQLite calls undefined, a BEFORE trigger that changes the row being updated or deleted,
 * is left out.
 */
public final class ReplaceScripts {

    /** Tables of all kinds of keys; the columns that statements set come behind the bar. */
    private static final List<String> TABLES = List.of(
            "%s(id INTEGER PRIMARY KEY, a UNIQUE, b)|id a b",
            "%s(id INTEGER PRIMARY KEY AUTOINCREMENT, a INT, b, UNIQUE(a, b))|id a b",
            "%s(id INTEGER PRIMARY KEY ON CONFLICT REPLACE, a TEXT COLLATE NOCASE UNIQUE ON CONFLICT REPLACE,"
                    + " b NOT NULL ON CONFLICT REPLACE DEFAULT 3 UNIQUE)|id a b",
            "%s(a TEXT COLLATE NOCASE, b INT, c UNIQUE, PRIMARY KEY(a, b)) WITHOUT ROWID|a b c",
            "%s(a, b, c, PRIMARY KEY(b)) WITHOUT ROWID; CREATE UNIQUE INDEX %s_i ON %s(c COLLATE NOCASE)|a b c",
            "%s(a, b, c); CREATE UNIQUE INDEX %s_i ON %s(lower(a) || ',)' DESC, b)|a b c rowid",
            "%s(a TEXT COLLATE NOCASE, b, c NUMERIC); CREATE UNIQUE INDEX %s_i ON %s((a = 'A'), c)|a b c",
            "%s(a, b, c UNIQUE); CREATE UNIQUE INDEX \"%s(i\" ON %s(a) /* WHERE b = 0 */ WHERE b > 2 -- most|a b c",
            "%s(a INT PRIMARY KEY DESC, b REAL UNIQUE, c TEXT NOT NULL DEFAULT x UNIQUE)|a b c",
            "%s(a, b, g TEXT AS (a || b) UNIQUE, s INT AS (b % 3) STORED)|a b",
            "%s(a, b, c)|a b c rowid",
            "%s(rowid, _rowid_, oid, a NOT NULL UNIQUE)|rowid _rowid_ oid a",
            "%s(" + wideColumns() + ", UNIQUE(w3, w104))|w1 w3 w104",
            "%s(id INTEGER PRIMARY KEY, a REFERENCES %s(id) ON DELETE CASCADE ON UPDATE CASCADE, b UNIQUE)|id a b",
            "%s(id INTEGER PRIMARY KEY, a REFERENCES %s(id) ON DELETE SET NULL ON UPDATE SET NULL, b UNIQUE)|id a b",
            "%s(a ANY, b ANY UNIQUE, c ANY, UNIQUE(a, c)) STRICT|a b c");

    private final Random random;
    private final boolean foreignKeys;
    private final List<Table> tables = new ArrayList<>();

    private record Table(String name, List<String> columns) {}

    public ReplaceScripts(long seed) {
        // neighbouring seeds begin alike otherwise
        random = new Random(seed * 0x9E3779B97F4A7C15L + 0x1234567);
        foreignKeys = random.nextBoolean();
    }

    private static String wideColumns() {
        StringJoiner columns = new StringJoiner(", ");
        for (int i = 0; i < 105; i++) {
            columns.add("w" + i);
        }
        return columns.toString();
    }

    /** Whether foreign keys are enforced. */
    public boolean foreignKeys() {
        return foreignKeys;
    }

    /** The statements that create tables and triggers; to be asked for first. */
    public List<String> schema() {
        List<String> schema = new ArrayList<>();
        int count = random.nextInt(3) + 2;
        for (int i = 0; i < count; i++) {
            String[] kind = of(TABLES).split("\\|(?=[^|]*$)");
            String name = "t" + i;
            tables.add(new Table(name, List.of(kind[1].split(" "))));
            for (String statement : kind[0].replace("%s", name).split("; ")) {
                schema.add(statement.startsWith("CREATE") ? statement : "CREATE TABLE " + statement);
            }
        }
        schema.add("CREATE TABLE log(k UNIQUE ON CONFLICT REPLACE, v UNIQUE)");
        schema.add("CREATE TABLE child(id INTEGER PRIMARY KEY, p REFERENCES " + parent() + " ON DELETE "
                + of("CASCADE", "SET NULL") + " ON UPDATE CASCADE, q UNIQUE)");
        tables.add(new Table("child", List.of("id", "p", "q")));
        schema.add("CREATE VIEW view AS SELECT id, p, q FROM child");
        schema.add("CREATE TRIGGER on_view INSTEAD OF INSERT ON view BEGIN INSERT OR REPLACE INTO child(id, p, q)"
                + " VALUES(NEW.id, NEW.p, NEW.q); END");
        for (int i = random.nextInt(5); i >= 0; i--) {
            schema.add(trigger("tr" + i));
        }
        return schema;
    }

    private String parent() {
        for (Table table : tables) {
            if (table.columns.get(0).equals("id")) {
                return table.name + "(id)";
            }
        }
        return "child(id)";
    }

    private String trigger(String name) {
        Table on = of(tables);
        String event = of("INSERT", "INSERT", "INSERT", "UPDATE", "UPDATE", "DELETE");
        String time = of("BEFORE", "", "AFTER", "AFTER", "AFTER");
        String row = event.equals("DELETE") || (event.equals("UPDATE") && percent(50)) ? "OLD." : "NEW.";
        String value = row + of(on.columns);
        boolean anywhere = time.equals("AFTER") || event.equals("INSERT");
        StringBuilder body = new StringBuilder();
        for (int i = random.nextInt(4) / 3; i >= 0; i--) {
            body.append(anywhere && percent(75) ? write(value) : log(value)).append("; ");
        }
        if (percent(12)) {
            body.append("SELECT RAISE(")
                    .append(of("IGNORE", "IGNORE", "ABORT, 'no'", "FAIL, 'no'", "FAIL, 'no'", "ROLLBACK, 'no'"))
                    .append(") WHERE ")
                    .append(value)
                    .append(" = 3; ");
        }
        String quoted = of("%s", "\"%s AFTER UPDATE\"", "[%s]").replace("%s", name);
        return "CREATE TRIGGER " + quoted + " " + time + " " + event + " ON " + on.name
                + (percent(30) ? " WHEN " + value + " IS NOT " + literal() : "") + " BEGIN " + body + "END";
    }

    private String log(String value) {
        return of(
                "INSERT INTO log VALUES(" + value + ", " + literal() + ")",
                "INSERT OR REPLACE INTO log VALUES(" + literal() + ", " + value + ")",
                "UPDATE OR REPLACE log SET v = " + value + " WHERE k IS NOT " + literal());
    }

    /** A statement, perhaps one that is no plain write. */
    public String statement() {
        if (percent(4)) {
            return "INSERT INTO view VALUES(" + literal() + ", " + literal() + ", " + literal() + ")";
        }
        String write = write(literal());
        if (percent(10) && !write.startsWith("DELETE")) {
            return write + " RETURNING *";
        }
        return write;
    }

    private String write(String value) {
        Table table = of(tables);
        return switch (random.nextInt(10)) {
            case 0 -> "DELETE FROM " + table.name + " WHERE " + condition(table);
            case 1, 2, 3 ->
                "UPDATE " + or() + table.name + " SET " + assignments(table, value) + " WHERE " + condition(table);
            case 4 -> "INSERT " + of("", "OR REPLACE ") + "INTO " + insertion(table, value) + " " + upsert(table);
            case 5 -> {
                String columns = columns(table);
                yield "INSERT " + or() + "INTO " + table.name + "(" + columns + ") SELECT " + columns + " FROM "
                        + table.name + " WHERE " + condition(table);
            }
            default -> "INSERT " + or() + "INTO " + insertion(table, value);
        };
    }

    private String or() {
        return of(
                "",
                "",
                "OR REPLACE ",
                "OR REPLACE ",
                "OR REPLACE ",
                "OR IGNORE ",
                "OR FAIL ",
                "OR ABORT ",
                percent(20) ? "OR ROLLBACK " : "");
    }

    private String insertion(Table table, String value) {
        String columns = columns(table);
        String[] names = columns.split(", ");
        int width = names.length;
        StringJoiner rows = new StringJoiner(", ");
        for (int i = random.nextInt(3); i >= 0; i--) {
            StringJoiner row = new StringJoiner(", ", "(", ")");
            for (int column = 0; column < width; column++) {
                row.add(value(names[column], percent(40) ? value : literal()));
            }
            rows.add(row.toString());
        }
        return table.name + "(" + columns + ") VALUES" + rows;
    }

    private String upsert(Table table) {
        return percent(25) ? "ON CONFLICT DO NOTHING" : "ON CONFLICT DO UPDATE SET " + assignments(table, literal());
    }

    private String columns(Table table) {
        List<String> columns = new ArrayList<>(table.columns);
        if (percent(30) && columns.size() > 1) {
            columns.remove(random.nextInt(columns.size()));
        }
        Collections.shuffle(columns, random);
        return String.join(", ", columns);
    }

    private String assignments(Table table, String value) {
        String column = of(table.columns);
        String other = of(table.columns);
        String first = column + " = " + of(value(column, value), value(column, literal()), column + " + 1");
        return other.equals(column) || percent(60)
                ? first
                : first + ", " + other + " = " + value(other, percent(50) ? literal() : column);
    }

    /** A rowid that is no integer makes plain SQLite keep half a statement if it is alone with it. */
    private String value(String column, String value) {
        boolean rowid = column.equals("id") || column.equals("rowid");
        return rowid && !value.contains(".rowid") && !value.contains(".id") ? String.valueOf(upTo(6)) : value;
    }

    private String condition(Table table) {
        return of(table.columns) + of(" > ", " < ", " = ", " IS NOT ") + literal();
    }

    private String literal() {
        return of("0", "1", "2", "3", "4", "5", "-1", "2.0", "'1'", "'a'", "'A'", "'b'", "'B '", "x'61'", "NULL");
    }

    public boolean percent(int chance) {
        return random.nextInt(100) < chance;
    }

    public int upTo(int bound) {
        return random.nextInt(bound);
    }

    @SafeVarargs
    private <T> T of(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private <T> T of(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
