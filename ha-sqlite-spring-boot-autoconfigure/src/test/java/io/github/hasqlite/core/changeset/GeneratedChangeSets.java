package io.github.hasqlite.core.changeset;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.TextEncoding;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Change sets with all that is awkward, the same for the same seed. */
final class GeneratedChangeSets {

    private static final long[] INTEGERS = {
        0, 1, -1, 9_007_199_254_740_993L, -9_007_199_254_740_993L, Long.MAX_VALUE, Long.MIN_VALUE, Integer.MIN_VALUE
    };
    private static final double[] REALS = {
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.1,
        2.0E-3,
        1.0E23,
        4.9E-324,
        2.2250738585072014E-308,
        Double.MAX_VALUE,
        9.223372036854775807E18,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY
    };
    private static final String[] PIECES = {
        "",
        "a",
        "\0",
        "\"",
        "\\",
        "/",
        "\n",
        "\u001f",
        "\u007f",
        "\u0085",
        "é",
        "\u2028",
        "\u2029",
        "\ufeff",
        "\ufffe",
        "\uffff",
        "\ufffd",
        "\ud83d\ude00",
        "\udbff\udfff",
        "\u0301",
        "Infinity",
        "null",
        "\u202e",
        "]}",
        "日本"
    };

    private final Random random;

    GeneratedChangeSets(long seed) {
        this.random = new Random(seed);
    }

    ChangeSet next() {
        boolean ours = random.nextInt(5) > 0;
        List<Table> tables = List.of(table(), table());
        List<Change> changes = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            changes.add(change(tables.get(random.nextInt(2))));
        }
        return new ChangeSet(
                text(),
                random.nextLong(),
                text(),
                random.nextLong(),
                ours ? "p" + text() : "",
                ours ? 1 + random.nextLong(random.nextBoolean() ? 10 : Long.MAX_VALUE) : 0,
                random.nextLong(Long.MAX_VALUE),
                0,
                changes);
    }

    private Change change(Table table) {
        int columns = table.columns().size();
        return switch (random.nextInt(4)) {
            case 0 -> Change.insert(table.name(), table.columns(), table.key(), rowid(), values(columns));
            case 1 ->
                Change.update(
                        table.name(), table.columns(), table.key(), rowid(), rowid(), values(columns), values(columns));
            case 2 -> Change.delete(table.name(), table.columns(), table.key(), rowid(), values(columns));
            default -> Change.sql("x" + text(), values(random.nextInt(5)));
        };
    }

    private Table table() {
        List<String> columns = new ArrayList<>();
        for (int i = random.nextInt(50) == 0 ? 200 : random.nextInt(6); i >= 0; i--) {
            columns.add(i + name());
        }
        List<String> key = new ArrayList<>(columns);
        Collections.shuffle(key, random);
        List<String> chosen = key.subList(0, random.nextInt(key.size() + 1));
        // as they are written
        return new Table(
                name(), columns, columns.stream().filter(chosen::contains).toList());
    }

    private Long rowid() {
        return random.nextInt(4) == 0 ? null : integer();
    }

    private List<Object> values(int count) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(value());
        }
        return values;
    }

    private Object value() {
        return switch (random.nextInt(6)) {
            case 5 -> rawText();
            case 0 -> null;
            case 1 -> integer();
            case 2 -> real();
            case 3 -> text();
            default -> blob();
        };
    }

    /** A text in any encoding whose bytes need not be characters. */
    private Object rawText() {
        TextEncoding encoding = TextEncoding.values()[random.nextInt(TextEncoding.values().length)];
        return encoding.text(blob());
    }

    private Long integer() {
        return random.nextBoolean()
                ? INTEGERS[random.nextInt(INTEGERS.length)]
                : random.nextLong() >> random.nextInt(64);
    }

    private Double real() {
        if (random.nextBoolean()) {
            return REALS[random.nextInt(REALS.length)];
        }
        double real = Double.longBitsToDouble(random.nextLong());
        return Double.isNaN(real) ? 0.5 : real;
    }

    private String name() {
        return text().replace('\0', '_');
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(100) == 0 ? 10_000 : random.nextInt(6); i > 0; i--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }

    private byte[] blob() {
        byte[] blob = new byte[random.nextInt(100) == 0 ? 20_000 : random.nextInt(9)];
        random.nextBytes(blob);
        return blob;
    }

    private record Table(String name, List<String> columns, List<String> key) {}
}
