package io.github.hasqlite.differential;

import io.github.hasqlite.differential.Table.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** Writes CREATE TABLE statements for tables of every kind. */
final class TableScripts {

    private static final int WIDEST = 200;

    private final Dice dice;
    private final Names names;
    private final RandomValues values;

    TableScripts(Dice dice, Names names, RandomValues values) {
        this.dice = dice;
        this.names = names;
        this.values = values;
    }

    /** A statement and what it makes. */
    record Creation(String sql, Table table) {}

    /** Some table; {@code others} are what foreign keys may point at. */
    Creation create(List<Table> others) {
        String name = names.table();
        int kind = dice.upTo(100);
        if (kind < 22) {
            return integerKey(name, others);
        }
        if (kind < 34) {
            return otherKey(name, others, false);
        }
        if (kind < 44) {
            return compositeKey(name, others, false);
        }
        if (kind < 56) {
            return noKey(name, others);
        }
        if (kind < 68) {
            return dice.percent(50) ? otherKey(name, others, true) : compositeKey(name, others, true);
        }
        if (kind < 76) {
            return strict(name);
        }
        if (kind < 86) {
            return generated(name);
        }
        if (kind < 90) {
            return wide(name);
        }
        return kind < 95 ? withRowidNames(name) : references(name, others);
    }

    Creation temporary() {
        String name = dice.percent(50) ? names.table() : "temp" + dice.upTo(3);
        List<String> columns = names.columns(dice.between(1, 3), false);
        String sql = "CREATE TEMP TABLE " + names.quoted(name) + "(" + joined(columns, "") + ")";
        return new Creation(sql, new Table(name, Kind.TEMPORARY, columns, List.of(), List.of(), List.of(), false));
    }

    private Creation integerKey(String name, List<Table> others) {
        List<String> columns = names.columns(dice.between(1, 6), false);
        int keyAt = dice.percent(80) ? 0 : dice.upTo(columns.size());
        List<String> definitions = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            definitions.add(
                    i == keyAt
                            ? names.quoted(columns.get(i)) + " INTEGER PRIMARY KEY"
                                    + dice.of("", "", " ASC", " DESC", " AUTOINCREMENT", " AUTOINCREMENT")
                                    + (dice.percent(15) ? onConflict() : "")
                            : column(columns.get(i), others));
        }
        return table(name, columns, List.of(columns.get(keyAt)), definitions, "");
    }

    private Creation otherKey(String name, List<Table> others, boolean withoutRowid) {
        List<String> columns = names.columns(dice.between(1, 5), false);
        List<String> definitions = new ArrayList<>();
        String key = names.quoted(columns.get(0))
                + dice.of(
                        " TEXT", " TEXT", " INT", " BLOB", " REAL", " NUMERIC", "", withoutRowid ? " INTEGER" : " TEXT")
                + " PRIMARY KEY"
                + (dice.percent(20) ? onConflict() : "")
                + (dice.percent(35) ? " COLLATE " + dice.of("NOCASE", "RTRIM", "BINARY") : "")
                + (dice.percent(30) ? " NOT NULL" : "");
        definitions.add(key);
        for (int i = 1; i < columns.size(); i++) {
            definitions.add(column(columns.get(i), others));
        }
        return table(name, columns, List.of(columns.get(0)), definitions, withoutRowid ? " WITHOUT ROWID" : "");
    }

    private Creation compositeKey(String name, List<Table> others, boolean withoutRowid) {
        List<String> columns = names.columns(dice.between(2, 6), false);
        List<String> definitions = new ArrayList<>();
        for (String column : columns) {
            definitions.add(column(column, others));
        }
        List<String> key = dice.percent(50) ? columns.subList(0, 2) : List.of(columns.get(1), columns.get(0));
        definitions.add("PRIMARY KEY(" + names.quoted(key.get(0)) + dice.of("", " COLLATE NOCASE", " DESC") + ", "
                + names.quoted(key.get(1)) + ")" + (dice.percent(20) ? onConflict() : ""));
        return table(name, columns, key, definitions, withoutRowid ? " WITHOUT ROWID" : "");
    }

    private Creation noKey(String name, List<Table> others) {
        List<String> columns = names.columns(dice.between(1, 5), false);
        List<String> definitions = new ArrayList<>();
        for (String column : columns) {
            definitions.add(dice.percent(50) ? names.quoted(column) : column(column, others));
        }
        return table(name, columns, List.of(), definitions, "");
    }

    private Creation strict(String name) {
        List<String> columns = names.columns(dice.between(2, 5), false);
        List<String> types = new ArrayList<>();
        List<String> definitions = new ArrayList<>();
        boolean key = dice.percent(70);
        for (int i = 0; i < columns.size(); i++) {
            types.add(dice.of("INTEGER", "INT", "REAL", "TEXT", "BLOB", "ANY"));
            definitions.add(names.quoted(columns.get(i)) + " " + types.get(i) + (i == 0 && key ? " PRIMARY KEY" : "")
                    + (dice.percent(15) ? " NOT NULL" : ""));
        }
        Creation creation = table(
                name,
                columns,
                key ? List.of(columns.get(0)) : List.of(),
                definitions,
                key && dice.percent(30) ? " STRICT, WITHOUT ROWID" : " STRICT");
        return new Creation(
                creation.sql(),
                new Table(
                        name,
                        Kind.STRICT,
                        columns,
                        creation.table().key(),
                        List.of(),
                        types,
                        key && types.get(0).equals("INTEGER")));
    }

    private Creation generated(String name) {
        List<String> all = names.columns(dice.between(3, 6), false);
        List<String> columns = all.subList(0, all.size() - 1);
        List<String> generated = all.subList(all.size() - 1, all.size());
        List<String> definitions = new ArrayList<>();
        int keyKind = dice.upTo(3);
        for (int i = 0; i < columns.size(); i++) {
            String key = i > 0 || keyKind == 0 ? "" : keyKind == 1 ? " INTEGER PRIMARY KEY" : " TEXT PRIMARY KEY";
            definitions.add(key.isEmpty() ? column(columns.get(i), List.of()) : names.quoted(columns.get(i)) + key);
        }
        String first = names.quoted(columns.get(0));
        String second = names.quoted(columns.get(1));
        String computed = names.quoted(generated.get(0)) + dice.of("", " TEXT", " INTEGER")
                + " GENERATED ALWAYS AS ("
                + dice.of(first + " || '-' || " + second, "coalesce(" + second + ",0) + 1", "length(" + second + ")")
                + ")" + dice.of("", " VIRTUAL", " STORED", " STORED") + (dice.percent(20) ? " UNIQUE" : "");
        definitions.add(dice.percent(40) ? 1 : definitions.size(), computed);
        Creation creation = table(
                name,
                columns,
                keyKind == 0 ? List.of() : List.of(columns.get(0)),
                definitions,
                keyKind == 2 ? dice.of("", " WITHOUT ROWID") : "");
        return new Creation(
                creation.sql(),
                new Table(name, Kind.ORDINARY, columns, creation.table().key(), generated, List.of(), keyKind == 1));
    }

    private Creation wide(String name) {
        int width = dice.of(63, 64, 126, 127, 128, WIDEST);
        List<String> columns = new ArrayList<>();
        List<String> definitions = new ArrayList<>();
        boolean key = dice.percent(60);
        for (int i = 0; i < width; i++) {
            columns.add("c" + i);
            definitions.add("c" + i + (i == 0 && key ? dice.of(" INTEGER PRIMARY KEY", " TEXT PRIMARY KEY") : ""));
        }
        return table(
                name,
                columns,
                key ? List.of("c0") : List.of(),
                definitions,
                key && dice.percent(20) ? " WITHOUT ROWID" : "");
    }

    private Creation withRowidNames(String name) {
        List<String> columns = names.columns(dice.between(2, 5), true);
        List<String> definitions = new ArrayList<>();
        int keyKind = dice.upTo(3);
        for (int i = 0; i < columns.size(); i++) {
            String key = i > 0 || keyKind == 0 ? "" : keyKind == 1 ? " INTEGER PRIMARY KEY" : " TEXT PRIMARY KEY";
            definitions.add(names.quoted(columns.get(i)) + key);
        }
        return table(name, columns, keyKind == 0 ? List.of() : List.of(columns.get(0)), definitions, "");
    }

    private Creation references(String name, List<Table> others) {
        List<String> columns = names.columns(3, false);
        List<String> definitions = new ArrayList<>();
        definitions.add(names.quoted(columns.get(0)) + " INTEGER PRIMARY KEY");
        definitions.add(names.quoted(columns.get(1)) + reference(others, name, columns.get(0)));
        definitions.add(names.quoted(columns.get(2)) + " DEFAULT 1" + reference(others, name, columns.get(0)));
        return table(name, columns, List.of(columns.get(0)), definitions, "");
    }

    private String anyReference(List<Table> others) {
        return others.stream().noneMatch(TableScripts::canBeParent) ? "" : reference(others, "", "");
    }

    private static boolean canBeParent(Table table) {
        return table.key().size() == 1 && table.kind() == Kind.ORDINARY;
    }

    private String reference(List<Table> others, String self, String selfKey) {
        List<Table> parents = others.stream().filter(TableScripts::canBeParent).toList();
        boolean toSelf = parents.isEmpty() || (!self.isEmpty() && dice.percent(10));
        Table parent = toSelf ? null : dice.of(parents);
        String actions = dice.of("CASCADE", "CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION");
        return " REFERENCES " + Sql.quoted(parent == null ? self : parent.name()) + "("
                + Sql.quoted(parent == null ? selfKey : parent.key().get(0)) + ")"
                + (dice.percent(80) ? " ON DELETE " + actions : "")
                + (dice.percent(70) ? " ON UPDATE " + dice.of("CASCADE", "CASCADE", "SET NULL", "RESTRICT") : "")
                + (dice.percent(40) ? " DEFERRABLE INITIALLY DEFERRED" : "");
    }

    private String column(String name, List<Table> others) {
        String type = dice.of("", "", " TEXT", " INTEGER", " REAL", " BLOB", " NUMERIC", " VARCHAR(10)", " BOOLEAN");
        String constraint = switch (dice.upTo(22)) {
            case 0 ->
                " NOT NULL" + dice.of("", " ON CONFLICT REPLACE", " ON CONFLICT IGNORE") + " DEFAULT "
                        + dice.of("7", "'d'", "x'0a'", "(1+1)", "-2.5");
            case 1, 2 -> " UNIQUE" + (dice.percent(40) ? onConflict() : "");
            case 3 -> " DEFAULT " + dice.of("'dflt'", "1.0", "NULL", "(abs(-3))", "true", "+9223372036854775807");
            case 4 ->
                // the others hold by the author's clock, or by a switch that only its connection has
                " CHECK("
                        + names.quoted(name)
                        + dice.of(
                                " IS NOT 5",
                                " NOT LIKE 'a%'",
                                " NOT LIKE 'A'",
                                " IS NULL OR CURRENT_TIMESTAMP > '2000'")
                        + ")";
            case 5 -> " COLLATE " + dice.of("NOCASE", "RTRIM");
            case 6 -> " NOT NULL" + (dice.percent(30) ? onConflict() : "");
            case 7, 8 -> others.isEmpty() ? "" : anyReference(others);
            case 9 -> " UNIQUE COLLATE NOCASE";
            default -> "";
        };
        return names.quoted(name) + type + constraint;
    }

    private String onConflict() {
        return " ON CONFLICT " + dice.of("REPLACE", "REPLACE", "IGNORE", "FAIL", "ABORT", "ROLLBACK");
    }

    private Creation table(
            String name, List<String> columns, List<String> key, List<String> definitions, String options) {
        StringBuilder sql = new StringBuilder("CREATE TABLE ");
        sql.append(dice.of("", "", "", "IF NOT EXISTS "));
        sql.append(dice.percent(10) ? "main." : "").append(names.quoted(name)).append('(');
        sql.append(String.join(dice.percent(10) ? " /* , */ ,\n" : ", ", definitions));
        if (dice.percent(8) && columns.size() > 2) {
            sql.append(", UNIQUE(")
                    .append(names.quoted(columns.get(1)))
                    .append(", ")
                    .append(names.quoted(columns.get(2)))
                    .append(")")
                    .append(dice.percent(40) ? onConflict() : "");
        }
        sql.append(')').append(options);
        boolean integer = sql.indexOf("INTEGER PRIMARY KEY") > 0;
        return new Creation(
                sql.toString(), new Table(name, Kind.ORDINARY, columns, key, List.of(), List.of(), integer));
    }

    private String joined(List<String> columns, String suffix) {
        StringJoiner joiner = new StringJoiner(", ");
        for (String column : columns) {
            joiner.add(names.quoted(column) + suffix);
        }
        return joiner.toString();
    }

    /** For {@code ALTER TABLE … ADD COLUMN}. */
    String addedColumn(String name) {
        return names.quoted(name)
                + dice.of("", " TEXT", " INTEGER DEFAULT 5", " TEXT NOT NULL DEFAULT 'added'", " REAL DEFAULT 1")
                + (dice.percent(5) ? " CHECK(" + names.quoted(name) + " IS NOT " + values.smallInteger() + ")" : "");
    }
}
