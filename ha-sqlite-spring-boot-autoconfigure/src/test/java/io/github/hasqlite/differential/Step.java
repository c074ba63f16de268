package io.github.hasqlite.differential;

import java.util.List;

/** One thing that a script does through JDBC. {@code toString} gives it as a reader would write it. */
sealed interface Step {

    /** How a statement is executed. */
    enum Method {
        EXECUTE,
        QUERY,
        UPDATE
    }

    /** What is done with the rows that come back. */
    enum Reading {
        /** All are fetched. */
        ALL,
        /** The first one is fetched, then the statement is closed. */
        FIRST,
        /** None is fetched before the statement is closed. */
        NONE,
        /** The first one is fetched, and the statement stays open until {@link CloseStatements}. */
        LEFT_OPEN
    }

    /** A call without arguments. */
    enum Action {
        COMMIT,
        ROLLBACK,
        AUTO_COMMIT_ON,
        AUTO_COMMIT_OFF,
        READ_METADATA_OF_CONNECTION
    }

    /** Through a {@link java.sql.Statement}. */
    record Sql(Method method, Reading reading, String sql) implements Step {
        @Override
        public String toString() {
            return method.name().toLowerCase() + (reading == Reading.ALL ? "" : " read " + reading) + ": " + sql;
        }
    }

    /** Through a {@link java.sql.PreparedStatement}, executed once for each list of values. */
    record Prepared(Method method, Reading reading, String sql, List<List<Object>> values) implements Step {
        @Override
        public String toString() {
            return "prepared " + method.name().toLowerCase() + (reading == Reading.ALL ? "" : " read " + reading) + ": "
                    + sql + " with "
                    + values.stream().map(Values::text).toList();
        }
    }

    /** A batch of a {@link java.sql.Statement}. */
    record Batch(List<String> statements) implements Step {
        @Override
        public String toString() {
            return "batch: " + String.join(" ;; ", statements);
        }
    }

    /** A batch of a {@link java.sql.PreparedStatement}. */
    record PreparedBatch(String sql, List<List<Object>> rows) implements Step {
        @Override
        public String toString() {
            return "prepared batch: " + sql + " with "
                    + rows.stream().map(Values::text).toList();
        }
    }

    /** A call on the connection. */
    record Call(Action action) implements Step {
        @Override
        public String toString() {
            return action.name().toLowerCase();
        }
    }

    /** A JDBC savepoint, without a name if {@code name} is {@code null}. */
    record SetSavepoint(String name) implements Step {
        @Override
        public String toString() {
            return "setSavepoint " + name;
        }
    }

    /** Rolls back to or releases the JDBC savepoint set {@code back} savepoints ago. */
    record EndSavepoint(boolean release, int back) implements Step {
        @Override
        public String toString() {
            return (release ? "releaseSavepoint" : "rollback to savepoint") + " of " + back + " savepoints ago";
        }
    }

    /** Asks the driver about a table. */
    record Metadata(String what, String table) implements Step {
        @Override
        public String toString() {
            return "metadata " + what + " of " + table;
        }
    }

    /** Closes the statements that were left open. */
    record CloseStatements() implements Step {
        @Override
        public String toString() {
            return "close statements left open";
        }
    }

    /** Ends the open transaction and goes on with another connection. */
    record Switch(int connection) implements Step {
        @Override
        public String toString() {
            return "---- commit and go on with connection " + connection;
        }
    }
}
