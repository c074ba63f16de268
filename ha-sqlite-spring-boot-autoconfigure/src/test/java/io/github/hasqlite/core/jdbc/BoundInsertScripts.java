package io.github.hasqlite.core.jdbc;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Random tables and random INSERTs into them, with the values of many rows. */
final class BoundInsertScripts {

    private static final List<String> TYPES = List.of(
            "INTEGER",
            "INT",
            "TEXT",
            "VARCHAR(20)",
            "REAL",
            "DOUBLE PRECISION",
            "NUMERIC",
            "DECIMAL(10,2)",
            "BLOB",
            "",
            "ANY",
            "DATE",
            "BOOLEAN",
            "FLOATING POINT",
            "CHARINT",
            "TIMESTAMP",
            "BLOB REAL",
            "STRING");
    private static final List<String> STRICT_TYPES = List.of("INTEGER", "INT", "TEXT", "REAL", "BLOB", "ANY");
    private static final List<String> CONSTRAINTS = List.of(
            " DEFAULT 7",
            " DEFAULT '12'",
            " DEFAULT 'it'",
            " DEFAULT 1.5",
            " DEFAULT (1+1)",
            " DEFAULT NULL",
            " DEFAULT -3",
            " NOT NULL",
            " CHECK(@ IS NULL OR typeof(@) <> 'blob')",
            " UNIQUE",
            " NOT NULL ON CONFLICT IGNORE",
            " DEFAULT TRUE");
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "abc",
            "12",
            "-12",
            "0",
            "-0",
            "007",
            " 12",
            "12 ",
            "1e3",
            "1E+3",
            "1.5",
            ".5",
            "5.",
            "1.50",
            "0x10",
            "1_000",
            "+5",
            "--5",
            "1e",
            "e1",
            "Inf",
            "NaN",
            "nan",
            "123456789012345678",
            "9223372036854775807",
            "9223372036854775808",
            "2024-01-31",
            "2024-01-31 10:00:00",
            "12\u00a0",
            "\u00e9t\u00e9",
            "\u20ac",
            "\ud83d\ude00",
            "\ud83d",
            "1\u0000",
            "a\u0000b",
            "\ufffe",
            "\uffff",
            "\ufeff1",
            "12\n",
            "\t12",
            "1,5",
            "TRUE",
            "'",
            "999999999999999");
    private static final double[] REALS = {
        0.0,
        -0.0,
        1.5,
        3.0,
        -3.0,
        1e308,
        1e-320,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        1e15,
        1e18,
        9007199254740992.0,
        9007199254740993.0,
        9007199254740994.0,
        9.3e18,
        -9.3e18,
        9223372036854775807.0,
        0.1
    };
    private static final long[] INTEGERS = {
        0,
        1,
        -1,
        127,
        128,
        65_536,
        1L << 40,
        (1L << 47) + 1,
        (1L << 53) - 1,
        1L << 53,
        (1L << 53) + 1,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    private final Random random;

    BoundInsertScripts(Random random) {
        this.random = random;
    }

    /**
     * A table.
     *
     * @param columns their names, the key first if it has one
     * @param setup the statements that create it
     * @param numbered whether its first column is an INTEGER PRIMARY KEY
     */
    record Table(String name, List<String> columns, List<String> setup, boolean numbered) {}

    /** A statement with values for many rows. */
    record Insert(String sql, List<List<@Nullable Object>> rows) {}

    private <T> T any(List<T> among) {
        return among.get(random.nextInt(among.size()));
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    Table table(int number) {
        String name = chance(20) ? "T " + number : "t" + number;
        boolean strict = chance(25);
        int key = random.nextInt(5);
        List<String> columns = new ArrayList<>();
        StringJoiner text = new StringJoiner(", ", "CREATE TABLE \"" + name + "\"(", ")");
        if (key > 0) {
            columns.add("id");
            text.add("id "
                    + switch (key) {
                        case 1, 2 -> "INTEGER PRIMARY KEY";
                        case 3 -> "INTEGER PRIMARY KEY AUTOINCREMENT";
                        default -> "TEXT PRIMARY KEY";
                    });
        }
        for (int i = random.nextInt(5) + 1; i > 0; i--) {
            String column = chance(3) ? "rowid" : "c" + i;
            if (columns.contains(column)) {
                continue;
            }
            columns.add(column);
            String constraint = chance(25) ? any(CONSTRAINTS).replace("@", column) : "";
            text.add(column + " " + any(strict ? STRICT_TYPES : TYPES) + constraint);
        }
        if (chance(3)) {
            text.add("g TEXT AS (" + columns.get(columns.size() - 1) + " || 'x')");
        }
        boolean withoutRowid = key == 4 && chance(50);
        String options = (strict ? " STRICT" : "")
                + (strict && withoutRowid ? "," : "")
                + (withoutRowid ? " WITHOUT ROWID" : "");
        return new Table(name, List.copyOf(columns), List.of(text + options), key >= 1 && key <= 3);
    }

    Insert insert(Table table, int count) {
        List<String> columns = new ArrayList<>(table.columns());
        boolean all = chance(30);
        int keyed = random.nextInt(4);
        if (!all) {
            if (columns.size() > 1 && table.numbered() && keyed < 2) {
                columns.remove(0);
            }
            if (columns.size() > 1 && chance(20)) {
                columns.remove(columns.size() - 1);
            }
            if (chance(20)) {
                java.util.Collections.shuffle(columns, random);
            }
        }
        StringJoiner names = new StringJoiner(",", "(", ")");
        StringJoiner values = new StringJoiner(",", "(", ")");
        List<String> bound = new ArrayList<>();
        for (String column : columns) {
            names.add(chance(10) ? '"' + column.toUpperCase(java.util.Locale.ROOT) + '"' : column);
            boolean literal = chance(column.equals("id") ? 20 : 4);
            values.add(literal ? chance(80) ? "NULL" : "'1'" : "?");
            if (!literal) {
                bound.add(column);
            }
        }
        String verb = chance(90) ? "INSERT INTO " : chance(50) ? "INSERT OR IGNORE INTO " : "INSERT OR FAIL INTO ";
        String sql = verb + (chance(20) ? "main." : "") + '"' + table.name() + '"' + (all ? "" : names) + " VALUES"
                + values + (chance(10) ? " ;" : "");
        boolean wild = chance(30);
        List<Integer> kinds = new ArrayList<>();
        bound.forEach(column -> kinds.add(random.nextInt(6)));
        boolean ownKeys = keyed == 3;
        long first = random.nextInt(1_000_000);
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            List<@Nullable Object> one = new ArrayList<>();
            for (int i = 0; i < bound.size(); i++) {
                if (bound.get(i).equals("id") && table.numbered()) {
                    one.add(ownKeys ? (Object) (first + row) : chance(1) ? (Object) first : null);
                } else if (bound.get(i).equals("id")) {
                    one.add("k" + (first + row));
                } else {
                    one.add(wild && chance(3) ? wild() : tame(kinds.get(i)));
                }
            }
            rows.add(one);
        }
        return new Insert(sql, rows);
    }

    private @Nullable Object tame(int kind) {
        return switch (kind) {
            case 0 -> random.nextInt(1_000);
            case 1 -> random.nextInt(100_000) / 100.0;
            case 2 -> "text " + random.nextInt(1_000_000);
            case 3 -> new byte[random.nextInt(5)];
            case 4 -> chance(50) ? null : (Object) random.nextLong();
            default -> (long) random.nextInt(1_000_000);
        };
    }

    private @Nullable Object wild() {
        return switch (random.nextInt(9)) {
            case 0 -> REALS[random.nextInt(REALS.length)];
            case 1 -> INTEGERS[random.nextInt(INTEGERS.length)];
            case 2 -> null;
            case 3 -> (float) random.nextInt(10) / 4;
            case 4 -> (short) random.nextInt(100);
            case 5 -> new BigDecimal(random.nextInt(10_000)).movePointLeft(random.nextInt(4));
            case 6 -> random.nextBoolean();
            default -> any(TEXTS);
        };
    }
}
