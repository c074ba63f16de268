package io.github.hasqlite.core.jdbc;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Random INSERTs into a few odd tables, most of which leave the key to SQLite. Not thread-safe. */
final class InsertScripts {

    static final List<String> SCHEMA = List.of(
            "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b UNIQUE)",
            "CREATE TABLE \"odd \"\" [table]\"(a NOT NULL, \"the key\" INTEGER PRIMARY KEY AUTOINCREMENT, b CHECK (b <> 13))",
            "CREATE TABLE g(a, c AS (a || '!') STORED, k INTEGER PRIMARY KEY ON CONFLICT REPLACE, b DEFAULT 'none')",
            "CREATE TABLE rowid_column(\"rowid\" TEXT, k INTEGER PRIMARY KEY, a, b)",
            "CREATE TABLE src(a, b)",
            "CREATE TABLE log(id INTEGER PRIMARY KEY, what)",
            "CREATE TRIGGER t_log AFTER INSERT ON t WHEN NEW.a = 3 BEGIN INSERT INTO log(what) VALUES(NEW.b); END",
            // with negative keys only SQLite would go on below 0
            "INSERT INTO t VALUES(1, 0, 'first')",
            "INSERT INTO \"odd \"\" [table]\" VALUES(0, 1, 'first')",
            "INSERT INTO g VALUES(0, 1, 'first')",
            "INSERT INTO rowid_column VALUES(0, 1, 0, 'first')",
            "INSERT INTO log VALUES(1, 'first')",
            "INSERT INTO src VALUES(3, 'c'), (1, 'a'), (NULL, 'n'), (2, 'b'), (1, 'd')");

    /**
     * A table.
     *
     * @param sql its name as it stands in SQL
     * @param columns in their order, with the key, without what is generated
     * @param key how the key stands in SQL
     */
    record Table(String sql, List<String> columns, String key) {}

    static final List<Table> TABLES = List.of(
            new Table("t", List.of("id", "a", "b"), "id"),
            new Table("\"odd \"\" [table]\"", List.of("a", "\"the key\"", "b"), "\"the key\""),
            new Table("g", List.of("a", "k", "b"), "k"),
            new Table("rowid_column", List.of("\"rowid\"", "k", "a", "b"), "k"),
            new Table("log", List.of("id", "what"), "id"));

    /**
     * A statement.
     *
     * @param values one for each parameter
     */
    record Insert(String sql, Table table, List<Object> values) {}

    private final Random random;
    private long explicit;
    private List<Object> values = new ArrayList<>();
    private boolean numbered;
    /** Otherwise rows before one whose key is no number stay, if there are no triggers. */
    private boolean aborts;

    InsertScripts(Random random) {
        this.random = random;
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private boolean percent(int chance) {
        return random.nextInt(100) < chance;
    }

    Insert next() {
        values = new ArrayList<>();
        numbered = percent(50);
        Table table = one(TABLES);
        StringBuilder sql = new StringBuilder(one(List.of("", "", "", ";", "/* INSERT */ ", "-- x\n")));
        boolean with = percent(15);
        if (with) {
            sql.append("WITH q(x) AS (VALUES(1)), src2 AS MATERIALIZED (SELECT a, b FROM src) ");
        }
        String verb = one(List.of(
                "INSERT",
                "INSERT",
                "insert",
                "INSERT OR IGNORE",
                "INSERT OR REPLACE",
                "REPLACE",
                "INSERT OR FAIL",
                "INSERT OR ABORT"));
        sql.append(verb);
        aborts = verb.equalsIgnoreCase("insert");
        boolean main = percent(20);
        sql.append(" INTO ").append(main ? "main." : "").append(table.sql());
        boolean alias = percent(10);
        if (alias) {
            sql.append(" AS z");
        }
        if (percent(5)) {
            return new Insert(sql + " DEFAULT VALUES", table, values);
        }
        boolean list = percent(75);
        List<String> columns = list ? columns(table) : table.columns();
        if (list) {
            sql.append(one(List.of("(", " ( ", "\n(")))
                    .append(String.join(one(List.of(",", " , ", "/* , */,")), columns))
                    .append(") ");
        }
        sql.append(list ? "" : " ");
        sql.append(percent(55) ? tuples(table, columns) : select(table, columns, with));
        if (percent(20) && table.sql().equals("t")) {
            sql.append(one(List.of(
                    " ON CONFLICT(b) DO UPDATE SET a = excluded.a || 'u'",
                    " ON CONFLICT DO NOTHING",
                    " ON CONFLICT(id) DO NOTHING ON CONFLICT(b) DO UPDATE SET a = 'v' WHERE excluded.a IS NOT NULL")));
        }
        if (percent(20)) {
            sql.append(
                    table.sql().equals("log")
                            ? " RETURNING what AS \"W\""
                            : one(List.of(
                                    " RETURNING b AS \"B x\", a", " RETURNING a, typeof(b) AS t", " RETURNING 1 + 1")));
        }
        sql.append(one(List.of("", "", ";", " -- end", " /* end */ ;")));
        return new Insert(sql.toString(), table, values);
    }

    private List<String> columns(Table table) {
        List<String> columns = new ArrayList<>();
        for (String column : table.columns()) {
            boolean key = column.equals(table.key());
            if (key ? percent(35) : percent(85)) {
                String rowid = table.sql().equals("rowid_column") ? "oid" : "rowid";
                columns.add(key && percent(15) ? rowid : column);
            }
        }
        if (columns.isEmpty()) {
            columns.add(table.columns().get(table.columns().size() - 1));
        }
        if (percent(20)) {
            Collections.shuffle(columns, random);
        }
        if (percent(2)) {
            columns.add("missing");
        }
        return columns;
    }

    private boolean isKey(Table table, String column) {
        return column.equals(table.key()) || column.equals("rowid") || column.equals("oid");
    }

    private String tuples(Table table, List<String> columns) {
        StringBuilder sql = new StringBuilder(one(List.of("VALUES", "values ", "VALUES\n")));
        int rows = percent(60) ? 1 : 1 + random.nextInt(4);
        for (int row = 0; row < rows; row++) {
            sql.append(row == 0 ? "(" : ", (");
            int width = percent(2) ? columns.size() + 1 : columns.size();
            for (int i = 0; i < width; i++) {
                sql.append(i == 0 ? "" : ",")
                        .append(i < columns.size() && isKey(table, columns.get(i)) ? key() : value());
            }
            sql.append(percent(10) ? " /* ) */)" : ")");
        }
        return sql.toString();
    }

    private String select(Table table, List<String> columns, boolean with) {
        StringBuilder sql = new StringBuilder("SELECT ");
        if (percent(10)) {
            sql.append("DISTINCT ");
        }
        for (int i = 0; i < columns.size(); i++) {
            String column = isKey(table, columns.get(i))
                    ? one(List.of("NULL", "NULL", "nullif(1, 1)", "-1000000 + " + --explicit * 10))
                    : percent(20)
                            ? parameter(plain())
                            : one(List.of("s.a", "s.b", "s.a || s.b", "(SELECT max(a) FROM src)"));
            sql.append(i == 0 ? "" : ", ").append(column);
        }
        sql.append(" FROM ")
                .append(with ? "src2" : "src")
                .append(" AS s WHERE ")
                .append(one(List.of("true", "s.a > 1")));
        if (percent(10) && columns.size() == 1) {
            sql.append(" UNION ALL SELECT 'u'");
        } else if (percent(40)) {
            sql.append(" ORDER BY s.b ").append(one(List.of("", "DESC")));
            sql.append(one(List.of("", " LIMIT 2", " LIMIT 2 OFFSET 1")));
        }
        return sql.toString();
    }

    private String key() {
        return switch (random.nextInt(9)) {
            case 0 -> parameter(--explicit);
            case 1 -> Long.toString(--explicit);
            case 2 -> parameter(aborts ? "no number" : null);
            case 3 -> "(SELECT NULL)";
            case 4 -> "nullif(1, 1) /* none */";
            case 5, 6 -> parameter(null);
            default -> one(List.of("NULL", "null"));
        };
    }

    private Object plain() {
        return one(List.of(1, 2L, "text", 2.5, "13", 3));
    }

    private String value() {
        return switch (random.nextInt(8)) {
            case 0 -> "NULL";
            case 1 -> "'it''s; (a, b'";
            case 2 -> Integer.toString(random.nextInt(20));
            case 3 -> "(1 + 2)";
            case 4 -> "max(1, 2, " + random.nextInt(30) + ")";
            case 5 -> "x'00ff'";
            default -> parameter(percent(10) ? null : plain());
        };
    }

    /** A question mark; all of a statement with numbers or none, so that each value keeps its place. */
    private String parameter(Object value) {
        values.add(value);
        int number = values.size();
        return numbered ? "?" + number : "?";
    }
}
