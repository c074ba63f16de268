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

    /** What an element needs beside its characters, at least. */
    private static final int ELEMENT = 4;

    private final int longest;
    private List<@Nullable Object> elements = new ArrayList<>();
    private boolean integers = true;
    private long length;

    /** @param longest how many characters the array may have */
    ArrayAggregate(int longest) {
        this.longest = longest;
    }

    @Override
    protected void xStep() throws SQLException {
        int type = value_type(0);
        integers &= type == INTEGER || type == NULL;
        String element = type == NULL ? null : value_text(0);
        length += ELEMENT + (element == null ? 0 : element.length());
        if (length > longest) {
            elements.clear();
            error("the array is too big");
            return;
        }
        elements.add(element);
    }

    @Override
    protected void xFinal() throws SQLException {
        char mark = integers ? CatalogFunctions.INTEGERS : CatalogFunctions.ARRAY;
        result(mark + ArrayText.of(elements));
        elements = new ArrayList<>();
        integers = true;
        length = 0;
    }

    @Override
    @SuppressWarnings("NoClone")
    public Object clone() throws CloneNotSupportedException {
        ArrayAggregate copy = (ArrayAggregate) super.clone();
        copy.elements = new ArrayList<>();
        copy.integers = true;
        copy.length = 0;
        return copy;
    }
}
