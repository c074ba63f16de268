package io.github.hasqlite.core.replay;

import io.github.hasqlite.Change;
import io.github.hasqlite.TextEncoding;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Random statements and random changes over a schema that has every table kind, triggers and indexes. */
final class RandomWorkload {

    static final String[] SCHEMA = {
        "CREATE TABLE pk(id INTEGER PRIMARY KEY, a UNIQUE, b, c)",
        "CREATE TABLE auto(id INTEGER PRIMARY KEY AUTOINCREMENT, a UNIQUE, b, c)",
        "CREATE TABLE txt(id TEXT PRIMARY KEY COLLATE NOCASE, a UNIQUE, b REAL, c)",
        "CREATE TABLE comp(id, a, b, c, PRIMARY KEY(a, id), UNIQUE(b))",
        "CREATE TABLE nokey(id, a COLLATE NOCASE, b, c CHECK(random() % 4 <> 0))",
        "CREATE TABLE wr(id, a UNIQUE, b CHECK(random() % 8 <> 0), c, PRIMARY KEY(id)) WITHOUT ROWID",
        "CREATE TABLE gen(id INTEGER PRIMARY KEY, a, b, c, g AS (coalesce(a, 0) || 'x') STORED, h AS (b))",
        "CREATE TABLE hidden(id, a, b, c, rowid, oid, _rowid_)",
        "CREATE TABLE doc(id INTEGER PRIMARY KEY, a, b, c)",
        "CREATE TABLE log(id INTEGER PRIMARY KEY, a, b, c)",
        "CREATE TABLE bag(a, b)",
        "CREATE VIRTUAL TABLE f USING fts5(a, b, content='doc', content_rowid='id')",
        "CREATE TRIGGER di AFTER INSERT ON doc BEGIN INSERT INTO f(rowid, a, b) VALUES(NEW.id, NEW.a, NEW.b); END",
        "CREATE TRIGGER dd AFTER DELETE ON doc BEGIN INSERT INTO f(f, rowid, a, b)"
                + " VALUES('delete', OLD.id, OLD.a, OLD.b); INSERT INTO bag VALUES('d', OLD.id); END",
        "CREATE TRIGGER du AFTER UPDATE ON doc BEGIN INSERT INTO f(f, rowid, a, b)"
                + " VALUES('delete', OLD.id, OLD.a, OLD.b);"
                + " INSERT INTO f(rowid, a, b) VALUES(NEW.id, NEW.a, NEW.b); END",
        "CREATE TRIGGER dl AFTER UPDATE OF a ON doc BEGIN INSERT INTO log(a) VALUES(NEW.a); END",
        "CREATE TRIGGER pi AFTER INSERT ON pk BEGIN INSERT INTO bag VALUES('i', NEW.a); END",
        "CREATE TRIGGER pu BEFORE UPDATE ON pk BEGIN INSERT INTO bag VALUES('u', OLD.a);"
                + " UPDATE log SET b = b + 1; END",
        "CREATE TRIGGER pd AFTER DELETE ON pk WHEN OLD.a > 2 BEGIN DELETE FROM bag WHERE rowid ="
                + " (SELECT min(rowid) FROM bag); END",
        "CREATE TRIGGER wd BEFORE DELETE ON wr BEGIN INSERT OR REPLACE INTO comp VALUES(OLD.id, 1, OLD.b, NULL); END"
    };

    private static final List<String> TABLES =
            List.of("pk", "auto", "txt", "comp", "nokey", "wr", "gen", "hidden", "doc", "log");
    private static final Object[] VALUES = {
        1L, 2L, 3L, 1.0, 2.5, -0.0, 0.0, 0L, "1", "a", "A", "b c", "", null, new byte[0], new byte[] {1}
    };
    /** No characters in any encoding, the same without regard to case, and one that looks like them. */
    private static final byte[][] RAW_TEXTS = {
        {'a', (byte) 0xff, 0, (byte) 0xd8},
        {'A', (byte) 0xff, 0, (byte) 0xd8},
        {(byte) 0xfe},
        {(byte) 0xdc, 0x20, 0x20, (byte) 0xdc},
        {(byte) 0xed, (byte) 0xa0, (byte) 0x80, 0},
        {(byte) 0xc0, (byte) 0x80},
        {(byte) 0xff, (byte) 0xff},
        "\ufffd".getBytes(StandardCharsets.UTF_8)
    };

    private static final List<String> COLUMNS = List.of("id", "a", "b", "c");

    private final Random random;

    private final TextEncoding encoding;

    RandomWorkload(long seed) {
        this(seed, TextEncoding.UTF_8);
    }

    RandomWorkload(long seed, TextEncoding encoding) {
        this.random = new Random(seed);
        this.encoding = encoding;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    private Object value() {
        int which = random.nextInt(VALUES.length + RAW_TEXTS.length / 2);
        return which < VALUES.length
                ? VALUES[which]
                : encoding.text(wholeUnits(RAW_TEXTS[random.nextInt(RAW_TEXTS.length)]));
    }

    /** SQLite cuts half a unit off. */
    private byte[] wholeUnits(byte[] bytes) {
        return encoding == TextEncoding.UTF_8 ? bytes : Arrays.copyOf(bytes, bytes.length / 2 * 2);
    }

    private Object key(String table) {
        boolean integer = List.of("pk", "auto", "gen", "doc", "log").contains(table);
        return integer ? Long.valueOf(1 + random.nextInt(5)) : value();
    }

    /** A statement and its values. */
    record Bound(String sql, Object[] args) {}

    Bound statement() {
        String table = TABLES.get(random.nextInt(TABLES.size()));
        // what REPLACE removes is hidden from the author's own triggers, so its index would be wrong
        String or = table.equals("doc") ? "" : new String[] {"", " OR REPLACE", " OR IGNORE"}[random.nextInt(3)];
        String cond = random.nextBoolean() ? "id IS ?" : "b IS ?";
        return switch (random.nextInt(8)) {
            case 0, 1, 2 ->
                new Bound(
                        "INSERT" + or + " INTO " + table + "(id, a, b, c) VALUES(?, ?, ?, ?)",
                        new Object[] {key(table), value(), value(), value()});
            case 3 ->
                new Bound("INSERT" + or + " INTO " + table + "(a, b) VALUES(?, ?)", new Object[] {value(), value()});
            case 4 ->
                new Bound(
                        "UPDATE" + or + " " + table + " SET a = ?, c = ? WHERE " + cond,
                        new Object[] {value(), value(), key(table)});
            case 5 ->
                new Bound(
                        "UPDATE" + or + " " + table + " SET id = ?, b = ? WHERE " + cond,
                        new Object[] {key(table), value(), key(table)});
            case 6 -> new Bound("UPDATE" + or + " " + table + " SET c = ?", new Object[] {value()});
            default -> new Bound("DELETE FROM " + table + " WHERE " + cond, new Object[] {key(table)});
        };
    }

    /** A change that nobody made: rows that are not there, keys that are taken, values that are refused. */
    Change change() {
        String table = TABLES.get(random.nextInt(TABLES.size()));
        Long rowid = random.nextBoolean() ? Long.valueOf(random.nextInt(6)) : null;
        Long newRowid = random.nextInt(4) == 0 ? Long.valueOf(random.nextInt(6)) : rowid;
        List<String> columns = COLUMNS.subList(0, random.nextInt(5) == 0 ? 3 : 4);
        List<Object> old = row(table, columns.size());
        List<Object> now = row(table, columns.size());
        return switch (random.nextInt(4)) {
            case 0 -> Change.delete(table, columns, List.of(), rowid, old);
            case 1, 2 -> Change.update(table, columns, List.of(), rowid, newRowid, old, now);
            default -> Change.insert(table, columns, List.of(), rowid, now);
        };
    }

    private List<Object> row(String table, int width) {
        List<Object> row = new ArrayList<>(Arrays.asList(key(table), value(), value(), value()));
        return new ArrayList<>(row.subList(0, width));
    }

    Change schemaCommand() {
        return Change.sql(
                new String[] {
                            "CREATE TABLE extra(a)",
                            "DROP TABLE extra",
                            "ALTER TABLE log ADD COLUMN d DEFAULT 4",
                            "ALTER TABLE log DROP COLUMN d",
                            "CREATE TRIGGER xt BEFORE INSERT ON nokey BEGIN DELETE FROM bag; END",
                            "DROP TRIGGER xt",
                            "CREATE UNIQUE INDEX xi ON nokey(a)",
                            "DROP INDEX xi",
                            "INSERT INTO f(f) VALUES('optimize')",
                            "PRAGMA user_version = 3"
                        }
                        [random.nextInt(10)],
                List.of());
    }
}
