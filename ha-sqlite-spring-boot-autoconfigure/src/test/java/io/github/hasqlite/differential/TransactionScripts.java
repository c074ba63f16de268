package io.github.hasqlite.differential;

import io.github.hasqlite.differential.Step.Action;
import io.github.hasqlite.differential.Step.Method;
import io.github.hasqlite.differential.Step.Reading;
import java.util.List;

/** Writes steps that begin and end transactions and savepoints, in JDBC's way and in SQL's. */
final class TransactionScripts {

    private static final List<String> SAVEPOINTS = List.of("s1", "s1", "S1", "s2", "\"my savepoint\"", "inner");

    private final Dice dice;

    TransactionScripts(Dice dice) {
        this.dice = dice;
    }

    /** Some step, and what it probably does to the transaction. */
    Step step() {
        if (dice.percent(12)) {
            return sql(odd());
        }
        return switch (dice.upTo(25)) {
            case 0, 1 -> new Step.Call(Action.AUTO_COMMIT_OFF);
            case 2, 3 -> new Step.Call(Action.AUTO_COMMIT_ON);
            case 4, 5 -> new Step.Call(Action.COMMIT);
            case 6 -> new Step.Call(Action.ROLLBACK);
            case 7, 8 ->
                sql(dice.of("BEGIN", "BEGIN IMMEDIATE", "BEGIN TRANSACTION", "begin exclusive", "BEGIN DEFERRED"));
            case 9, 10 -> sql(dice.of("COMMIT", "COMMIT", "END", "COMMIT TRANSACTION"));
            case 11 -> sql(dice.of("ROLLBACK", "ROLLBACK TRANSACTION"));
            case 12, 13, 14, 15 -> sql("SAVEPOINT " + dice.of(SAVEPOINTS));
            case 16, 17 -> sql("RELEASE " + dice.of("", "SAVEPOINT ") + dice.of(SAVEPOINTS));
            case 18, 19, 20 ->
                sql("ROLLBACK " + dice.of("", "TRANSACTION ") + "TO " + dice.of("", "SAVEPOINT ")
                        + dice.of(SAVEPOINTS));
            case 21, 22 -> new Step.SetSavepoint(dice.percent(50) ? null : dice.of("j1", "j1", "j2"));
            default -> new Step.EndSavepoint(dice.percent(40), dice.of(0, 0, 1));
        };
    }

    /** What is not quite what it seems to be, or is refused by SQLite. */
    private String odd() {
        return dice.of(
                "COMMIT WORK",
                "END NOW PLEASE",
                "COMMIT TRANSACTION one two",
                "COMMIT TRANSACTION 'any'",
                "; COMMIT",
                "/* */;;END TRANSACTION",
                "\uFEFFCOMMIT",
                "BEGIN TRANSACTION IMMEDIATE",
                "BEGIN NOW AND THEN",
                ";BEGIN",
                "-- first\n; BEGIN IMMEDIATE",
                "ROLLBACK WORK",
                "ROLLBACK TRANSACTION any",
                "ROLLBACK TRANSACTION any TO s1",
                "ROLLBACK TRANSACTION any TO SAVEPOINT s2",
                ";ROLLBACK TO s1",
                "SAVEPOINT s1 s2",
                "RELEASE s1 WORK",
                ";RELEASE SAVEPOINT s1",
                "SAVEPOINT savepoint",
                "RELEASE SAVEPOINT savepoint");
    }

    private Step sql(String text) {
        Method method = dice.of(Method.UPDATE, Method.UPDATE, Method.EXECUTE);
        return dice.percent(10)
                ? new Step.Prepared(method, Reading.ALL, text, List.of(List.of()))
                : new Step.Sql(method, Reading.ALL, text);
    }

    /** Whether the schema may be what it was before the transaction, after this step. */
    static boolean rollsBack(Step step) {
        return step instanceof Step.Call call && call.action() == Action.ROLLBACK
                || step instanceof Step.Sql sql && sql.sql().matches("ROLLBACK( TRANSACTION( any)?)?");
    }

    /** Whether what was done before this step probably stays. */
    static boolean commits(Step step) {
        return step instanceof Step.Call call && call.action() != Action.ROLLBACK
                || step instanceof Step.Switch
                || step instanceof Step.Sql sql && sql.sql().matches("\\W*(COMMIT|END).*");
    }
}
