package io.github.hasqlite.differential;

import io.github.hasqlite.differential.Table.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** Writes triggers of the application: on tables, on views, raising errors, writing elsewhere. */
final class TriggerScripts {

    private final Dice dice;
    private final Names names;
    private final RowScripts rows;
    private final RandomValues values;
    private int named;
    /** Of several TEMP triggers on one table nobody knows which one fires first. */
    private boolean temporaryMade;

    TriggerScripts(Dice dice, Names names, RowScripts rows, RandomValues values) {
        this.dice = dice;
        this.names = names;
        this.rows = rows;
        this.values = values;
    }

    /** A trigger, sometimes with a table that it writes to. */
    List<String> create(Schema schema) {
        Table on = dice.of(schema.mainTables());
        List<String> statements = new ArrayList<>();
        Table log = null;
        if (dice.percent(50)) {
            log = new Table(
                    "log" + dice.between(1, 3),
                    Kind.ORDINARY,
                    List.of("what", "seen"),
                    List.of(),
                    List.of(),
                    List.of(),
                    false);
            statements.add("CREATE TABLE IF NOT EXISTS " + log.name() + "(what, seen)");
            schema.add(log);
        }
        statements.add(trigger(schema, on, log));
        return statements;
    }

    private String trigger(Schema schema, Table on, Table log) {
        String event = dice.of("INSERT", "INSERT", "UPDATE", "UPDATE", "DELETE");
        String name = "trg" + ++named + dice.of("", "", " begin", "\"", "'end'");
        schema.triggers().add(name);
        String of = event.equals("UPDATE") && dice.percent(30) ? " OF " + names.quoted(dice.of(on.columns())) : "";
        String row = row(event);
        String column = row + "." + names.quoted(dice.of(on.columns()));
        String when = dice.percent(40)
                ? " WHEN "
                        + dice.of(
                                column + " = " + values.smallInteger(),
                                "typeof(" + column + ") = 'text'",
                                column + " IS NOT NULL",
                                "CASE WHEN " + column + " > 3 THEN 1 ELSE 0 END")
                : "";
        StringJoiner body = new StringJoiner(" ");
        boolean temporary = dice.percent(6);
        int statements = dice.of(1, 1, 2);
        for (int i = 0; i < statements; i++) {
            boolean mild = temporary && (temporaryMade || dice.percent(50));
            body.add((mild ? temporaryAction(log, column) : action(schema, on, log, event, column)) + ";");
        }
        temporaryMade |= temporary;
        return "CREATE " + (temporary ? "TEMP " : "") + "TRIGGER " + Sql.quoted(name)
                + dice.of("", " BEFORE", " BEFORE", " AFTER", " AFTER", " AFTER") + " " + event + of + " ON "
                + names.quoted(on.name()) + dice.of("", " FOR EACH ROW") + when + " BEGIN " + body + " END";
    }

    private String temporaryAction(Table log, String column) {
        return log == null
                ? "SELECT RAISE(ABORT, 'temporary') WHERE " + column + " = 3"
                : "INSERT INTO " + log.name() + " VALUES('temporary', " + column + ")";
    }

    private String row(String event) {
        return switch (event) {
            case "INSERT" -> "NEW";
            case "DELETE" -> "OLD";
            default -> dice.of("NEW", "OLD");
        };
    }

    private String action(Schema schema, Table on, Table log, String event, String column) {
        if (dice.percent(22)) {
            return "SELECT RAISE("
                    + dice.of("IGNORE", "IGNORE", "ABORT, 'no way'", "FAIL, 'fail here'", "ROLLBACK, 'all back'")
                    + ") WHERE " + column + dice.of(" = 3", " = 'a'", " IS NULL", " > 6");
        }
        if (log != null && dice.percent(70)) {
            return "INSERT INTO " + log.name() + " VALUES('" + event + "', " + column + ")";
        }
        Table other = dice.of(schema.mainTables());
        return switch (dice.upTo(4)) {
            case 0 ->
                "UPDATE " + names.quoted(other.name()) + " SET " + assignment(other, column) + " WHERE "
                        + names.quoted(dice.of(other.columns())) + " = " + column;
            case 1 ->
                "DELETE FROM " + names.quoted(other.name()) + " WHERE " + names.quoted(dice.of(other.columns())) + " = "
                        + dice.of(column, values.smallInteger());
            case 2 -> {
                StringJoiner row = new StringJoiner(", ");
                for (String each : other.columns()) {
                    row.add(
                            other.takesAny(each)
                                    ? dice.of(column, values.literal(), values.smallInteger())
                                    : dice.of("NULL", values.smallInteger()));
                }
                StringJoiner columns = new StringJoiner(", ");
                other.columns().forEach(each -> columns.add(names.quoted(each)));
                yield "INSERT "
                        + (other.kind() == Kind.INDEXED ? "OR IGNORE " : dice.of("", "OR IGNORE ", "OR REPLACE "))
                        + "INTO " + names.quoted(other.name()) + "(" + columns + ") VALUES(" + row + ")";
            }
            default -> {
                Table updated = dice.percent(50) ? on : other;
                yield "UPDATE " + names.quoted(updated.name()) + " SET " + assignment(updated, values.literal())
                        + " WHERE " + rows.condition(updated);
            }
        };
    }

    private String assignment(Table table, String value) {
        String column = dice.of(table.columns());
        return names.quoted(column) + " = "
                + (table.takesAny(column) ? dice.of(value, values.smallInteger()) : values.smallInteger());
    }

    /** Triggers that make a view writable. */
    List<String> insteadOf(Schema schema, Table view, Table table) {
        List<String> statements = new ArrayList<>();
        StringJoiner columns = new StringJoiner(", ");
        StringJoiner news = new StringJoiner(", ");
        for (String column : view.columns()) {
            columns.add(Sql.quoted(column));
            news.add("NEW." + Sql.quoted(column));
        }
        String name = "on " + view.name() + " " + ++named;
        String first = Sql.quoted(view.columns().get(0));
        String on = " ON " + Sql.quoted(view.name()) + " BEGIN ";
        String target = Sql.quoted(table.name());
        statements.add("CREATE TRIGGER " + Sql.quoted(name + "i") + " INSTEAD OF INSERT" + on + "INSERT INTO " + target
                + "(" + columns + ") VALUES(" + news + "); END");
        statements.add("CREATE TRIGGER " + Sql.quoted(name + "u") + " INSTEAD OF UPDATE" + on + "UPDATE " + target
                + " SET (" + columns + ") = (" + news + ") WHERE " + first + " IS OLD." + first + "; END");
        statements.add("CREATE TRIGGER " + Sql.quoted(name + "d") + " INSTEAD OF DELETE" + on + "DELETE FROM " + target
                + " WHERE " + first + " IS OLD." + first + "; END");
        return statements;
    }
}
