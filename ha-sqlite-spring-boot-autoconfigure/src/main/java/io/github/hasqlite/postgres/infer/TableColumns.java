package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.type.ColumnType;
import java.util.List;

/** Tells the columns of tables. */
@FunctionalInterface
public interface TableColumns {

    /**
     * A column and what its definition says.
     *
     * @param type {@code certain} is false if the definition says nothing
     * @param nullable whether there can be NULL in it; true if nobody knows
     * @param generated whether nobody stores anything in it
     */
    record Column(String name, ColumnType type, boolean nullable, boolean generated) {

        /** One that takes everything. */
        public Column(String name, ColumnType type) {
            this(name, type, true, false);
        }

        /** With another type. */
        public Column typed(ColumnType other) {
            return new Column(name, other, nullable, generated);
        }
    }

    /** Of a table or view, in their order; empty if there is none of the name. */
    List<Column> of(String table);
}
