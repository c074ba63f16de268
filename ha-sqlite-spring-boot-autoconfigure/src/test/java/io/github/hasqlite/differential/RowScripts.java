package io.github.hasqlite.differential;

import io.github.hasqlite.differential.Table.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** Writes statements that insert, update and delete rows in all the ways that SQLite knows. */
final class RowScripts {

    private final Dice dice;
    private final Names names;
    private final RandomValues values;

    RowScripts(Dice dice, Names names, RandomValues values) {
        this.dice = dice;
        this.names = names;
        this.values = values;
    }

    /** Some statement that writes to {@code table}, without parameters. */
    String write(Table table, List<Table> all) {
        String sql = switch (dice.upTo(20)) {
            case 0, 1, 2, 3, 4 -> insert(table);
            case 5, 6 -> insertSelect(table, all);
            case 7, 8, 9 -> upsert(table);
            case 10, 11, 12, 13 -> update(table);
            case 14 -> updateFrom(table, all);
            case 15 -> "DELETE FROM " + name(table) + (dice.percent(70) ? " WHERE " + condition(table) : "");
            case 16 -> "DELETE FROM " + name(table) + " WHERE " + condition(table);
            case 17 -> withCte(table);
            case 18 ->
                (table.kind() == Kind.INDEXED ? "INSERT INTO " : "REPLACE INTO ")
                        + name(table)
                        + columnsAndRows(table, 2);
            default -> table.kind() == Kind.VIEW ? insert(table) : insertDefaults(table);
        };
        boolean returning = dice.percent(12) && table.kind() != Kind.FULL_TEXT;
        return returning ? sql + " RETURNING " + returned(table) : sql;
    }

    String name(Table table) {
        return (dice.percent(6) && table.kind() != Kind.TEMPORARY ? "main." : "") + names.quoted(table.name());
    }

    private String or(Table table) {
        if (table.kind() == Kind.INDEXED) {
            return dice.of("", " OR IGNORE", " OR FAIL", " OR ROLLBACK");
        }
        return dice.percent(45)
                ? " OR " + dice.of("IGNORE", "REPLACE", "REPLACE", "FAIL", "FAIL", "ABORT", "ROLLBACK")
                : "";
    }

    String insert(Table table) {
        return "INSERT" + or(table) + " INTO " + name(table) + columnsAndRows(table, dice.of(1, 1, 2, 3, 5));
    }

    private String columnsAndRows(Table table, int rows) {
        List<String> columns = dice.percent(25) ? some(table.columns()) : table.columns();
        boolean listed = columns.size() < table.columns().size() || dice.percent(50);
        StringJoiner all = new StringJoiner(", ");
        for (int i = 0; i < rows; i++) {
            all.add("(" + row(table, columns) + ")");
        }
        return (listed ? "(" + joined(columns) + ")" : "") + " VALUES" + all;
    }

    private String insertDefaults(Table table) {
        return "INSERT" + or(table) + " INTO " + name(table) + " DEFAULT VALUES";
    }

    private String row(Table table, List<String> columns) {
        StringJoiner row = new StringJoiner(", ");
        for (String column : columns) {
            row.add(valueFor(table, column));
        }
        return row.toString();
    }

    private String valueFor(Table table, String column) {
        if (!table.takesAny(column) && dice.percent(97)) {
            return dice.percent(20)
                    ? dice.of("NULL", "1.0", "'2'", "9223372036854770000", "-9223372036854775808")
                    : values.smallInteger();
        }
        if (table.kind() == Kind.STRICT && table.takesAny(column) && dice.percent(98)) {
            return switch (table.types().get(table.columns().indexOf(column))) {
                case "INTEGER", "INT" -> dice.of(values.smallInteger(), "9223372036854775807", "NULL", "2.0");
                case "REAL" -> dice.of("1.0", "-0.0", "9e999", "3", "NULL");
                case "TEXT" -> dice.of("'s'", "'S'", "'😀'", "''", "NULL", "1");
                case "BLOB" -> dice.of("x''", "x'00ff'", "x'01'", "NULL");
                default -> values.literal();
            };
        }
        if (table.kind() == Kind.FULL_TEXT && dice.percent(25)) {
            // SQLite and the node's author answer alike, another node on its own would not
            return dice.of(
                    "'row' || last_insert_rowid()",
                    "'day ' || substr(CURRENT_TIMESTAMP, 1, 2)",
                    "abs(random()) * 0",
                    "(SELECT count(*) || ' temporary' FROM temp.sqlite_schema WHERE name NOT LIKE 'ha\\_%' ESCAPE '\\')");
        }
        if (table.kind() == Kind.FULL_TEXT) {
            return dice.of("'alpha beta'", "'beta gamma'", "'Gamma; ''x'''", "'😀 emoji'", "''", "NULL", "12");
        }
        if (table.key().contains(column)) {
            String key = dice.percent(20) && table.key().size() == 1 ? "NULL" : values.keyLiteral();
            return table.takesAny(column) || !key.startsWith("9") ? key : "5";
        }
        return values.literal();
    }

    private String insertSelect(Table table, List<Table> all) {
        List<String> columns = table.columns();
        Table from = dice.of(all);
        StringJoiner select = new StringJoiner(", ");
        for (int i = 0; i < columns.size(); i++) {
            boolean reads = i < from.columns().size() && table.takesAny(columns.get(i)) && dice.percent(60);
            select.add(reads ? names.quoted(from.columns().get(i)) : valueFor(table, columns.get(i)));
        }
        return "INSERT" + or(table) + " INTO " + name(table) + "(" + joined(columns) + ") SELECT " + select + " FROM "
                + name(from) + " WHERE " + dice.of("1", "true", condition(from)) + dice.of("", "", " LIMIT 3");
    }

    private String upsert(Table table) {
        String target = "";
        if (dice.percent(75)) {
            List<String> conflict =
                    table.key().isEmpty() || dice.percent(15) ? List.of(dice.of(table.columns())) : table.key();
            target = "(" + joined(conflict) + ")";
        }
        String changed = names.quoted(dice.of(table.columns()));
        String action = dice.percent(30)
                ? "NOTHING"
                : "UPDATE SET " + changed + " = "
                        + dice.of(
                                "excluded." + changed,
                                values.literal(),
                                names.quoted(table.name()) + "." + changed + " || 'x'")
                        + (dice.percent(30)
                                ? " WHERE " + dice.of("excluded." + changed + " IS NOT NULL", "0", "1")
                                : "");
        return "INSERT" + (dice.percent(15) ? or(table) : "") + " INTO " + name(table)
                + columnsAndRows(table, dice.of(1, 2, 3)) + " ON CONFLICT" + target + " DO " + action;
    }

    private String update(Table table) {
        return "UPDATE" + or(table) + " " + name(table) + " SET " + assignments(table)
                + (dice.percent(75) ? " WHERE " + condition(table) : "");
    }

    private String assignments(Table table) {
        int count = dice.of(1, 1, 2);
        StringJoiner all = new StringJoiner(", ");
        for (int i = 0; i < count; i++) {
            String column = dice.of(table.columns());
            String quoted = names.quoted(column);
            all.add(quoted + " = "
                    + dice.of(
                            valueFor(table, column),
                            quoted,
                            quoted + " + 1",
                            "-" + quoted,
                            quoted + " || 'u'",
                            table.takesAny(column) ? names.quoted(dice.of(table.columns())) : "3"));
        }
        return all.toString();
    }

    private String updateFrom(Table table, List<Table> all) {
        Table from = dice.of(all);
        String column = dice.of(table.columns());
        return "UPDATE" + or(table) + " " + names.quoted(table.name()) + " SET " + names.quoted(column) + " = "
                + (table.takesAny(column) && dice.percent(50)
                        ? "f." + names.quoted(dice.of(from.columns()))
                        : valueFor(table, column))
                + " FROM "
                + names.quoted(from.name()) + " AS f WHERE " + names.quoted(table.name()) + "."
                + names.quoted(dice.of(table.columns())) + dice.of(" = ", " IS ", " IS NOT ") + "f."
                + names.quoted(dice.of(from.columns()));
    }

    private String withCte(Table table) {
        String cte = "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < " + dice.between(1, 6)
                + ") ";
        return switch (dice.upTo(3)) {
            case 0 -> {
                StringJoiner select = new StringJoiner(", ");
                for (String column : table.columns()) {
                    select.add(dice.percent(50) ? "i" : valueFor(table, column));
                }
                yield cte + "INSERT" + or(table) + " INTO " + name(table) + "(" + joined(table.columns()) + ") SELECT "
                        + select + " FROM n";
            }
            case 1 ->
                cte + "UPDATE" + or(table) + " " + name(table) + " SET " + assignments(table) + " WHERE "
                        + names.quoted(dice.of(table.columns())) + " IN (SELECT i FROM n)";
            default ->
                cte + "DELETE FROM " + name(table) + " WHERE " + names.quoted(dice.of(table.columns()))
                        + " IN (SELECT i FROM n)";
        };
    }

    String condition(Table table) {
        String column = names.quoted(dice.of(table.columns()));
        return switch (dice.upTo(8)) {
            case 0 -> column + " IS NULL";
            case 1 -> column + " > " + values.literal();
            case 2 -> column + " IN (1, 2, 3, 'a', x'00')";
            case 3 -> "typeof(" + column + ") = " + dice.of("'integer'", "'real'", "'text'", "'blob'");
            case 4 -> column + " LIKE '%a%'";
            case 5 -> "1";
            default -> column + " = " + values.keyLiteral();
        };
    }

    private String returned(Table table) {
        return dice.of(
                "*",
                names.quoted(dice.of(table.columns())),
                names.quoted(dice.of(table.columns())) + " AS \"x y\", 1 + 1",
                "last_insert_rowid(), changes()");
    }

    /** A statement with one parameter for each column, or some of them. */
    Parameterized parameterized(Table table) {
        return switch (dice.upTo(6)) {
            case 0, 1, 2 -> {
                List<String> columns = dice.percent(25) ? some(table.columns()) : table.columns();
                yield new Parameterized(
                        "INSERT" + or(table) + " INTO " + name(table) + "(" + joined(columns) + ") VALUES("
                                + "?,".repeat(columns.size() - 1) + "?)"
                                + (dice.percent(10) && table.kind() != Kind.FULL_TEXT
                                        ? " RETURNING " + returned(table)
                                        : ""),
                        columns.stream().map(table::takesAny).toList());
            }
            case 3, 4 -> {
                String column = dice.of(table.columns());
                yield new Parameterized(
                        "UPDATE" + or(table) + " " + name(table) + " SET " + names.quoted(column) + " = ? WHERE "
                                + names.quoted(dice.of(table.columns())) + dice.of(" = ?", " IS NOT ?"),
                        List.of(table.takesAny(column), true));
            }
            default ->
                new Parameterized(
                        "DELETE FROM " + name(table) + " WHERE " + names.quoted(dice.of(table.columns())) + " = ?",
                        List.of(true));
        };
    }

    /** A statement and for each of its parameters whether it may get any value. */
    record Parameterized(String sql, List<Boolean> parameters) {}

    String query(Table table) {
        return dice.of(
                "SELECT * FROM " + name(table),
                "SELECT count(*) FROM " + name(table),
                "SELECT " + joined(some(table.columns())) + " FROM " + name(table) + " WHERE " + condition(table),
                "SELECT typeof(" + names.quoted(table.columns().get(0)) + ") AS t, * FROM " + name(table)
                        + " ORDER BY 1, 2 LIMIT 3",
                "SELECT last_insert_rowid(), changes()",
                "SELECT changes(), total_changes()",
                "SELECT changes()",
                "SELECT seq, name FROM sqlite_sequence",
                "SELECT name, type FROM pragma_table_info(" + Sql.string(table.name()) + ")");
    }

    private List<String> some(List<String> columns) {
        List<String> chosen = new ArrayList<>();
        for (String column : columns) {
            if (dice.percent(60)) {
                chosen.add(column);
            }
        }
        return chosen.isEmpty() ? List.of(columns.get(0)) : chosen;
    }

    private String joined(List<String> columns) {
        StringJoiner joiner = new StringJoiner(", ");
        for (String column : columns) {
            joiner.add(names.quoted(column));
        }
        return joiner.toString();
    }
}
