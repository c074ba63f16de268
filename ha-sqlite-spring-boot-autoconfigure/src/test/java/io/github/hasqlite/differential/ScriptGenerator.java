package io.github.hasqlite.differential;

import io.github.hasqlite.differential.RowScripts.Parameterized;
import io.github.hasqlite.differential.Step.Action;
import io.github.hasqlite.differential.Step.Method;
import io.github.hasqlite.differential.Step.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** Makes the script of a seed. The same seed gives the same script, always. */
final class ScriptGenerator {

    private static final List<String> BROKEN = List.of(
            "SELEC 1",
            "INSERT INTO missing VALUES(1)",
            "UPDATE",
            "",
            "   ",
            "-- nothing",
            ";",
            ";; SELECT 1",
            "SELECT * FROM missing",
            "INSERT INTO t1 VALUES(1,2,3,4,5,6,7,8,9)",
            "SELECT 'unterminated",
            "COMMIT; COMMIT",
            "DELETE FROM sqlite_schema",
            "EXPLAIN SELECT 1",
            "CREATE TABLE",
            "DROP TABLE sqlite_sequence",
            "SELECT no_such_function(1)",
            "RELEASE nothing",
            "INSERT INTO t1 SELECT * FROM t1; bogus",
            "WITH replace AS (SELECT 1 AS x) SELECT * FROM replace",
            "WITH \"delete\"(a, [b)]) AS NOT MATERIALIZED (VALUES(1, ')')), replace AS (SELECT 2) SELECT a FROM \"delete\"",
            "WITH replace AS (SELECT 1 AS x) SELECT * FROM replace; bogus",
            "/* */;\uFEFF; SELECT 1",
            "SELECT 1\0; bogus");

    private final long seed;
    private final Dice dice;
    private final RandomValues values;
    private final RowScripts rows;
    private final SchemaScripts schemas;
    private final TransactionScripts transactions;
    private final List<Step> steps = new ArrayList<>();
    private Schema schema = new Schema();
    private Schema committed = new Schema();

    ScriptGenerator(long seed) {
        this.seed = seed;
        this.dice = new Dice(seed);
        this.values = new RandomValues(dice);
        Names names = new Names(dice);
        this.rows = new RowScripts(dice, names, values);
        TableScripts tables = new TableScripts(dice, names, values);
        this.schemas = new SchemaScripts(dice, names, rows, tables, values);
        this.transactions = new TransactionScripts(dice);
    }

    Script script() {
        int tables = dice.between(1, 4);
        for (int i = 0; i < tables; i++) {
            add(update(schemas.createTable(schema)));
        }
        if (dice.percent(60)) {
            changeSchema();
        }
        committed = schema.copy();
        int transactional = dice.of(5, 15, 30);
        int schemaChanges = dice.of(2, 8, 20);
        int length = dice.between(8, 40);
        for (int i = 0; i < length; i++) {
            if (dice.percent(transactional)) {
                add(transactions.step());
            } else if (dice.percent(schemaChanges)) {
                changeSchema();
            } else {
                add(dataStep());
            }
        }
        return new Script(seed, List.copyOf(steps));
    }

    private void add(Step step) {
        steps.add(step);
        if (TransactionScripts.rollsBack(step)) {
            schema = committed.copy();
        } else if (TransactionScripts.commits(step)) {
            committed = schema.copy();
        }
    }

    private void changeSchema() {
        List<String> statements = schemas.change(schema);
        if (statements.size() > 1 && dice.percent(40)) {
            add(update(String.join(";\n", statements) + dice.of("", ";", "; -- end")));
            return;
        }
        for (String statement : statements) {
            add(
                    switch (dice.upTo(8)) {
                        case 0 -> new Step.Prepared(Method.EXECUTE, Reading.ALL, statement, List.of(List.of()));
                        case 1 -> new Step.Sql(Method.EXECUTE, Reading.ALL, statement);
                        case 2 -> new Step.Batch(List.of(statement));
                        default -> update(statement);
                    });
        }
    }

    private Step update(String sql) {
        return new Step.Sql(Method.UPDATE, Reading.ALL, odd(sql));
    }

    /** The same statement as SQLite reads it, not as one looks at it. */
    private String odd(String sql) {
        return dice.percent(92)
                ? sql
                : dice.of(";", ";;\n", "/**/;", "-- first\n;", "\uFEFF", ";\uFEFF", " ;/* ; */ ;")
                        + sql
                        + dice.of("", "", ";", ";; ", " -- last", "\0; bogus");
    }

    private Table target() {
        List<Table> all = schema.all();
        return all.isEmpty()
                ? new Table("missing", Table.Kind.ORDINARY, List.of("a"), List.of(), List.of(), List.of(), false)
                : dice.of(all);
    }

    private List<Table> sources() {
        List<Table> sources = schema.rowTables();
        return sources.isEmpty() ? List.of(target()) : sources;
    }

    private Step dataStep() {
        Table table = target();
        return switch (dice.upTo(40)) {
            case 0, 1, 2, 3 -> new Step.Sql(dice.of(Method.QUERY, Method.EXECUTE), reading(), rows.query(table));
            case 4, 5, 6, 7, 8, 9 -> prepared(table);
            case 10, 11, 12 -> preparedBatch(table);
            case 13, 14 -> batch();
            case 15, 16, 17 -> multiple();
            case 18 -> update(dice.of(BROKEN));
            case 19 -> new Step.Sql(dice.of(Method.values()), reading(), dice.of(BROKEN));
            case 20 ->
                new Step.Metadata(
                        dice.of("columns", "primary key", "indexes", "imported keys", "exported keys", "tables"),
                        table.name());
            case 21 -> new Step.CloseStatements();
            case 22 -> new Step.Switch(dice.upTo(2));
            case 23 -> new Step.Call(Action.READ_METADATA_OF_CONNECTION);
            case 24, 25 -> new Step.Sql(Method.UPDATE, Reading.ALL, rows.query(table));
            case 26, 27 -> new Step.Sql(Method.QUERY, closed(), rows.write(table, sources()));
            case 28, 29, 30 -> new Step.Sql(Method.EXECUTE, closed(), odd(rows.write(table, sources())));
            default -> update(rows.write(table, sources()));
        };
    }

    private Reading reading() {
        return dice.percent(75) ? Reading.ALL : dice.of(Reading.FIRST, Reading.NONE, Reading.LEFT_OPEN);
    }

    /** For statements that write, which are never left open. */
    private Reading closed() {
        return dice.percent(75) ? Reading.ALL : dice.of(Reading.FIRST, Reading.NONE);
    }

    private Step prepared(Table table) {
        if (dice.percent(20)) {
            return new Step.Prepared(
                    dice.of(Method.QUERY, Method.EXECUTE),
                    reading(),
                    "SELECT * FROM " + rows.name(table) + " WHERE " + rows.condition(table) + " AND ? IS NOT 3",
                    List.of(List.of(1), List.of("x")));
        }
        Parameterized statement = rows.parameterized(table);
        List<List<Object>> all = new ArrayList<>();
        int times = dice.of(1, 1, 2, 3);
        for (int i = 0; i < times; i++) {
            all.add(values.boundList(statement.parameters()));
        }
        return new Step.Prepared(
                dice.of(Method.UPDATE, Method.UPDATE, Method.EXECUTE, Method.QUERY),
                closed(),
                odd(statement.sql()),
                all);
    }

    private Step preparedBatch(Table table) {
        Parameterized statement = rows.parameterized(table);
        List<List<Object>> all = new ArrayList<>();
        int times = dice.between(1, 6);
        for (int i = 0; i < times; i++) {
            all.add(values.boundList(statement.parameters()));
        }
        return new Step.PreparedBatch(statement.sql(), all);
    }

    private Step batch() {
        List<String> statements = new ArrayList<>();
        int count = dice.between(1, 5);
        for (int i = 0; i < count; i++) {
            statements.add(dice.percent(5) ? dice.of(BROKEN) : odd(rows.write(target(), sources())));
        }
        return new Step.Batch(statements);
    }

    /** Several statements in one text, sometimes with transaction control or a failing one among them. */
    private Step multiple() {
        StringJoiner script = new StringJoiner(dice.of(";", "; ", ";\n-- next;\n"));
        boolean transaction = dice.percent(25);
        if (transaction) {
            script.add("BEGIN");
        }
        int count = dice.between(2, 5);
        for (int i = 0; i < count; i++) {
            if (dice.percent(6)) {
                script.add(dice.of(BROKEN));
            } else if (dice.percent(10)) {
                script.add("SAVEPOINT inside");
            } else if (dice.percent(10)) {
                script.add("ROLLBACK TO inside");
            } else if (dice.percent(5)) {
                script.add(rows.query(target()));
            } else {
                script.add(rows.write(target(), sources()));
            }
        }
        if (transaction) {
            script.add(dice.of("COMMIT", "COMMIT", "ROLLBACK"));
        }
        return update(script.toString());
    }
}
