package io.github.hasqlite.core.changeset;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What all changes of one table have in common: the names. */
record TableShape(String database, String table, List<String> columns, List<String> pkColumns) {

    /** Why no table can look like this, with the place, or {@code null} if one can. */
    @Nullable
    String problem() {
        if (columns.isEmpty()) {
            return "columns: none are given";
        }
        if (columns.size() > Limits.COLUMNS || pkColumns.size() > Limits.COLUMNS) {
            return "columns: more than " + Limits.COLUMNS;
        }
        String problem = nameProblem("database", database);
        if (problem == null) {
            problem = nameProblem("table", table);
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; problem == null && i < columns.size(); i++) {
            String name = columns.get(i);
            problem = names.add(name)
                    ? nameProblem("columns[" + i + "]", name)
                    : "columns[" + i + "]: " + Excerpt.of(name) + " is there twice";
        }
        for (int i = 0; problem == null && i < pkColumns.size(); i++) {
            if (!names.remove(pkColumns.get(i))) {
                problem = "pk_columns[" + i + "]: " + Excerpt.of(pkColumns.get(i)) + " is not one of the columns";
            }
        }
        return problem;
    }

    /** Whether it has these names, and the lists are these very instances. */
    boolean isSame(String otherDatabase, List<String> otherColumns, List<String> otherPkColumns) {
        return columns == otherColumns && pkColumns == otherPkColumns && database.equals(otherDatabase);
    }

    /** Characters it keeps in memory, roughly. */
    int weight() {
        int weight = database.length() + table.length();
        for (String column : columns) {
            weight += column.length() + 1;
        }
        return weight;
    }

    // SQL text ends at a NUL, so SQLite has no such names, and a quoted one would not stay quoted.
    static @Nullable String nameProblem(String place, String name) {
        if (name.length() > Limits.NAME) {
            return place + ": a name of more than " + Limits.NAME + " characters";
        }
        return name.indexOf('\0') >= 0 ? place + ": a name cannot contain NUL" : null;
    }
}
