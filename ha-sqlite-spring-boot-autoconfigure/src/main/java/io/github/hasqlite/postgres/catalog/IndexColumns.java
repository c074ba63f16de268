package io.github.hasqlite.postgres.catalog;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The columns in the text of an index. */
final class IndexColumns {

    private IndexColumns() {}

    /** @param column from 1; {@code null} if there is none such */
    static @Nullable String of(String definition, int column) {
        int open = definition.indexOf('(');
        int depth = 0;
        int from = open + 1;
        List<String> columns = new ArrayList<>();
        for (int i = open; i >= 0 && i < definition.length(); i++) {
            char c = definition.charAt(i);
            if (c == '(') {
                depth++;
            } else if (c == ')') {
                depth--;
            }
            if ((c == ',' && depth == 1) || (c == ')' && depth == 0)) {
                columns.add(definition.substring(from, i).strip());
                from = i + 1;
                if (depth == 0) {
                    break;
                }
            }
        }
        return column >= 1 && column <= columns.size() ? columns.get(column - 1) : null;
    }
}
