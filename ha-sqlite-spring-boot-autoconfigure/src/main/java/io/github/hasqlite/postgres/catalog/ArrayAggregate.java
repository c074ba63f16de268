package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.postgres.type.ArrayText;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;

/** {@code array_agg}, as a text in PostgreSQL's form. */
final class ArrayAggregate extends Function.Aggregate {

    private static final int NULL = 5;

    private List<@Nullable Object> elements = new ArrayList<>();

    @Override
    protected void xStep() throws SQLException {
        elements.add(value_type(0) == NULL ? null : value_text(0));
    }

    @Override
    protected void xFinal() throws SQLException {
        result(CatalogFunctions.ARRAY + ArrayText.of(elements));
        elements = new ArrayList<>();
    }

    @Override
    @SuppressWarnings("NoClone")
    public Object clone() throws CloneNotSupportedException {
        ArrayAggregate copy = (ArrayAggregate) super.clone();
        copy.elements = new ArrayList<>();
        return copy;
    }
}
