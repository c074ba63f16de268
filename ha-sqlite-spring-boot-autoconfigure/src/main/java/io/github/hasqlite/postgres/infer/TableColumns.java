package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.type.ColumnType;
import java.util.List;

/** Tells the columns of tables. */
@FunctionalInterface
public interface TableColumns {

    /** A column and what its definition says; {@code certain} is false if it says nothing. */
    record Column(String name, ColumnType type) {}

    /** Of a table or view, in their order; empty if there is none of the name. */
    List<Column> of(String table);
}
