package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.postgres.type.ArrayText;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;

/** {@code array_agg}, as a text in PostgreSQL's form. Truth values are integers, as everywhere in SQLite. */
final class ArrayAggregate extends Function.Aggregate {

    private static final int INTEGER = 1;
    private static final int NULL = 5;

    private List<@Nullable Object> elements = new ArrayList<>();
    private boolean integers = true;

    @Override
    protected void xStep() throws SQLException {
        int type = value_type(0);
        integers &= type == INTEGER || type == NULL;
        elements.add(type == NULL ? null : value_text(0));
    }

    @Override
    protected void xFinal() throws SQLException {
        char mark = integers ? CatalogFunctions.INTEGERS : CatalogFunctions.ARRAY;
        result(mark + ArrayText.of(elements));
        elements = new ArrayList<>();
        integers = true;
    }

    @Override
    @SuppressWarnings("NoClone")
    public Object clone() throws CloneNotSupportedException {
        ArrayAggregate copy = (ArrayAggregate) super.clone();
        copy.elements = new ArrayList<>();
        copy.integers = true;
        return copy;
    }
}
