package io.github.hasqlite.differential;

import io.github.hasqlite.differential.Table.Kind;
import io.github.hasqlite.differential.TableScripts.Creation;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** Writes statements that change the schema, other than CREATE TABLE with a list of columns. */
final class SchemaScripts {

    private final Dice dice;
    private final Names names;
    private final RowScripts rows;
    private final TableScripts tables;
    private final TriggerScripts triggers;
    private int named;

    SchemaScripts(Dice dice, Names names, RowScripts rows, TableScripts tables, RandomValues values) {
        this.dice = dice;
        this.names = names;
        this.rows = rows;
        this.tables = tables;
        this.triggers = new TriggerScripts(dice, names, rows, values);
    }

    /** Some statements, to run one after the other; {@code schema} follows. */
    List<String> change(Schema schema) {
        if (schema.mainTables().isEmpty()) {
            return List.of(createTable(schema));
        }
        return switch (dice.upTo(30)) {
            case 0, 1, 2, 3, 4 -> List.of(createTable(schema));
            case 5, 6, 7 -> List.of(index(schema));
            case 8, 9, 10, 11, 12 -> triggers.create(schema);
            case 13, 14 -> view(schema);
            case 15 -> List.of(temporary(schema));
            case 16, 17, 18, 19 -> List.of(alter(schema));
            case 20 -> List.of(drop(schema));
            case 21 -> List.of(dropOther(schema));
            case 22, 23 -> List.of(copy(schema));
            case 24 -> fullText(schema);
            case 25 -> fullTextOverTable(schema);
            case 26, 27 -> List.of(header());
            default -> List.of(maintenance(schema));
        };
    }

    String createTable(Schema schema) {
        Creation creation = tables.create(schema.mainTables());
        schema.add(creation.table());
        return creation.sql();
    }

    private String temporary(Schema schema) {
        Creation creation = tables.temporary();
        schema.add(creation.table());
        return creation.sql();
    }

    private String index(Schema schema) {
        Table table = dice.of(schema.mainTables());
        String index = "i" + ++named + dice.of("", "", " \"x\"", "'");
        schema.indexes().add(index);
        String column = names.quoted(dice.of(table.columns()));
        String expressions = dice.of(
                column,
                column + " COLLATE NOCASE, " + names.quoted(dice.of(table.columns())) + " DESC",
                "lower(" + column + ")",
                "typeof(" + column + "), " + column,
                "abs(" + column + ")");
        String where = dice.percent(30)
                ? " WHERE " + dice.of(column + " IS NOT NULL", column + " > 2", "typeof(" + column + ") = 'text'")
                : "";
        return "CREATE " + (dice.percent(45) ? "UNIQUE " : "") + "INDEX " + dice.of("", "", "IF NOT EXISTS ")
                + Sql.quoted(index) + " ON " + names.quoted(table.name()) + "(" + expressions + ")" + where;
    }

    private List<String> view(Schema schema) {
        Table table = dice.of(schema.mainTables());
        String view = "v" + ++named + dice.of("", "", " view", "\"");
        StringJoiner columns = new StringJoiner(", ");
        List<String> shown = table.columns().size() > 4 ? table.columns().subList(0, 4) : table.columns();
        shown.forEach(column -> columns.add(Sql.quoted(column)));
        List<String> statements = new ArrayList<>();
        statements.add("CREATE VIEW " + dice.of("", "IF NOT EXISTS ") + names.quoted(view) + " AS SELECT " + columns
                + " FROM " + Sql.quoted(table.name()) + dice.of("", " WHERE " + rows.condition(table)));
        Table made = new Table(view, Kind.VIEW, List.copyOf(shown), List.of(), List.of(), List.of(), false);
        schema.add(made);
        if (dice.percent(75)) {
            statements.addAll(triggers.insteadOf(schema, made, table));
        }
        return statements;
    }

    private String alter(Schema schema) {
        Table table = dice.of(schema.mainTables());
        String alter = "ALTER TABLE " + rows.name(table);
        String column = dice.of(table.columns());
        List<String> left = new ArrayList<>(table.columns());
        left.remove(column);
        switch (dice.upTo(5)) {
            case 0 -> {
                String name = names.table();
                schema.replace(table, table.renamed(name));
                return alter + " RENAME TO " + names.quoted(name);
            }
            case 1, 2 -> {
                String name = dice.percent(40) ? "added" + ++named : "added column \"" + ++named;
                left = new ArrayList<>(table.columns());
                left.add(name);
                if (table.kind() != Kind.STRICT) {
                    schema.replace(table, table.withColumns(left));
                }
                return alter + " ADD " + dice.of("", "COLUMN ") + tables.addedColumn(name);
            }
            case 3 -> {
                if (!left.isEmpty() && !table.key().contains(column) && table.kind() != Kind.STRICT) {
                    schema.replace(table, table.withColumns(left));
                }
                return alter + " DROP COLUMN " + names.quoted(column);
            }
            default -> {
                String name = dice.of("renamed" + ++named, "re named" + named, "select" + named);
                if (!table.key().contains(column) && table.kind() != Kind.STRICT) {
                    left = new ArrayList<>(table.columns());
                    left.set(left.indexOf(column), name);
                    schema.replace(table, table.withColumns(left));
                }
                return alter + " RENAME " + dice.of("", "COLUMN ") + names.quoted(column) + " TO " + names.quoted(name);
            }
        }
    }

    private String drop(Schema schema) {
        Table table = dice.of(schema.all());
        schema.remove(table);
        return "DROP " + (table.kind() == Kind.VIEW ? "VIEW " : "TABLE ") + dice.of("", "IF EXISTS ")
                + names.quoted(table.name());
    }

    private String dropOther(Schema schema) {
        if (!schema.triggers().isEmpty() && dice.percent(60)) {
            String trigger = dice.of(schema.triggers());
            schema.triggers().remove(trigger);
            return "DROP TRIGGER " + dice.of("", "IF EXISTS ") + Sql.quoted(trigger);
        }
        if (!schema.indexes().isEmpty()) {
            String index = dice.of(schema.indexes());
            schema.indexes().remove(index);
            return "DROP INDEX " + Sql.quoted(index);
        }
        return dice.of("DROP TABLE IF EXISTS missing", "DROP TABLE missing", "DROP VIEW IF EXISTS missing");
    }

    private String copy(Schema schema) {
        Table from = dice.of(schema.mainTables());
        List<String> shown = from.columns().size() > 5 ? from.columns().subList(0, 5) : from.columns();
        StringJoiner columns = new StringJoiner(", ");
        shown.forEach(column -> columns.add(Sql.quoted(column)));
        String name = names.table();
        schema.add(new Table(name, Kind.ORDINARY, List.copyOf(shown), List.of(), List.of(), List.of(), false));
        return "CREATE TABLE " + dice.of("", "IF NOT EXISTS ") + names.quoted(name) + " AS SELECT " + columns + " FROM "
                + Sql.quoted(from.name()) + dice.of("", " WHERE 0", " WHERE " + rows.condition(from));
    }

    private List<String> fullText(Schema schema) {
        String name = "fts" + ++named + dice.of("", " text", "\"");
        schema.add(new Table(name, Kind.FULL_TEXT, List.of("title", "body"), List.of(), List.of(), List.of(), false));
        String create = "CREATE VIRTUAL TABLE " + dice.of("", "IF NOT EXISTS ") + Sql.quoted(name)
                + " USING fts5(title, body" + dice.of("", ", prefix='2'", ", tokenize='porter'") + ")";
        if (dice.percent(60)) {
            return List.of(create);
        }
        // nothing but the trigger, which no other node runs, writes what is inserted into the view
        String view = "shown" + named;
        schema.add(new Table(view, Kind.VIEW, List.of("title", "body"), List.of(), List.of(), List.of(), false));
        return List.of(
                create,
                "CREATE VIEW " + view + " AS SELECT title, body FROM " + Sql.quoted(name),
                "CREATE TRIGGER " + view + "_i INSTEAD OF INSERT ON " + view + " BEGIN INSERT INTO " + Sql.quoted(name)
                        + "(title, body) VALUES(new.title || last_insert_rowid(), new.body); END");
    }

    /** A table with an index over it that three triggers keep. */
    private List<String> fullTextOverTable(Schema schema) {
        String table = "doc" + ++named;
        String index = "search" + named;
        String old = "INSERT INTO " + index + "(" + index + ", rowid, title, body) VALUES('delete', old.id, old.title,"
                + " old.body);";
        String added = "INSERT INTO " + index + "(rowid, title, body) VALUES (new.id, new.title, new.body);";
        schema.add(new Table(
                table, Kind.INDEXED, List.of("id", "title", "body"), List.of("id"), List.of(), List.of(), true));
        return List.of(
                "CREATE TABLE " + table + "(id INTEGER PRIMARY KEY, title TEXT, body TEXT)",
                "CREATE VIRTUAL TABLE " + index + " USING fts5(title, body, content='" + table
                        + "', content_rowid='id')",
                "CREATE TRIGGER " + table + "_i AFTER INSERT ON " + table + " BEGIN " + added + " END",
                "CREATE TRIGGER " + table + "_d AFTER DELETE ON " + table + " BEGIN " + old + " END",
                "CREATE TRIGGER " + table + "_u AFTER UPDATE ON " + table + " BEGIN " + old + " " + added + " END");
    }

    private String header() {
        return "PRAGMA " + dice.of("", "main.") + dice.of("user_version", "user_version", "application_id")
                + dice.of(
                        " = 0",
                        "=7",
                        "(-3)",
                        " = 2147483647",
                        "( 12 )",
                        " = 5.7",
                        " = -7.9",
                        " = 0x10",
                        " = '12'",
                        " = twelve",
                        " = 99999999999");
    }

    private String maintenance(Schema schema) {
        return dice.of(
                "VACUUM",
                "ANALYZE",
                "REINDEX",
                "REINDEX " + names.quoted(dice.of(schema.mainTables()).name()),
                "PRAGMA optimize",
                "PRAGMA integrity_check",
                "PRAGMA user_version",
                "PRAGMA foreign_key_check",
                "PRAGMA encoding",
                "PRAGMA temp.user_version = 3",
                "PRAGMA temp_store = " + dice.of("MEMORY", "FILE", "0"),
                "PRAGMA trusted_schema = OFF",
                "PRAGMA journal_mode = WAL",
                "PRAGMA case_sensitive_like = ON",
                "PRAGMA case_sensitive_like = ON",
                "PRAGMA case_sensitive_like = OFF",
                "PRAGMA ignore_check_constraints = ON",
                "PRAGMA ignore_check_constraints = OFF",
                "PRAGMA legacy_alter_table = ON",
                "PRAGMA legacy_alter_table = OFF");
    }
}
