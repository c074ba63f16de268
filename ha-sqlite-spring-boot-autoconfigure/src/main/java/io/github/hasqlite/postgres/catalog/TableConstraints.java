package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.postgres.catalog.TableConstraint.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The constraints of a table, all with names that differ: their own, or those that PostgreSQL would give them.
 *
 * @param all in the order of the text
 */
public record TableConstraints(List<TableConstraint> all) {

    /** Of a name, in bytes, as PostgreSQL has it. */
    private static final int LONGEST = 63;

    /**
     * Reads them.
     *
     * @param table its name
     * @param columns of the table
     * @param sql what created it
     */
    public static TableConstraints of(String table, List<String> columns, String sql) {
        List<TableConstraint> read = ConstraintReader.read(sql, columns);
        Set<String> taken = new HashSet<>();
        List<TableConstraint> own = read.stream()
                .map(constraint ->
                        constraint.name().isEmpty() ? constraint : constraint.named(free(constraint.name(), taken)))
                .toList();
        List<TableConstraint> all = new ArrayList<>();
        for (TableConstraint constraint : own) {
            all.add(
                    constraint.name().isEmpty()
                            ? constraint.named(free(chosen(table, constraint), taken))
                            : constraint);
        }
        return new TableConstraints(List.copyOf(all));
    }

    /** The second one of a name has a number behind it. */
    private static String free(String name, Set<String> taken) {
        String free = name;
        for (int i = 1; !taken.add(free.toLowerCase(Locale.ROOT)); i++) {
            free = name + i;
        }
        return free;
    }

    private static String chosen(String table, TableConstraint constraint) {
        String columns = String.join("_", constraint.columns());
        return switch (constraint.kind()) {
            case PRIMARY -> chosen(table, "", "pkey");
            case UNIQUE -> chosen(table, columns, "key");
            case FOREIGN -> chosen(table, columns, "fkey");
            case CHECK -> chosen(table, constraint.columns().size() == 1 ? columns : "", "check");
        };
    }

    /** As PostgreSQL makes names: what is too long is cut where it is longest. */
    static String chosen(String table, String columns, String label) {
        String first = table;
        String second = columns;
        while (true) {
            String name = second.isEmpty() ? first + "_" + label : first + "_" + second + "_" + label;
            if (bytes(name) <= LONGEST) {
                return name;
            }
            if (bytes(first) > bytes(second)) {
                first = first.substring(0, first.length() - 1);
            } else {
                second = second.substring(0, second.length() - 1);
            }
        }
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    List<TableConstraint> of(Kind kind) {
        return all.stream().filter(constraint -> constraint.kind() == kind).toList();
    }

    /** The key that these columns are, rather in this order than in another. */
    public Optional<TableConstraint> key(List<String> columns) {
        return best(columns, Kind.PRIMARY, Kind.UNIQUE);
    }

    /** The same of those that are not the primary one. */
    Optional<TableConstraint> unique(List<String> columns) {
        return best(columns, Kind.UNIQUE);
    }

    private Optional<TableConstraint> best(List<String> columns, Kind... kinds) {
        List<TableConstraint> fitting = all.stream()
                .filter(constraint -> List.of(kinds).contains(constraint.kind()) && constraint.isOf(columns))
                .toList();
        return fitting.stream()
                .filter(constraint ->
                        String.join("\n", columns).equalsIgnoreCase(String.join("\n", constraint.columns())))
                .findFirst()
                .or(() -> fitting.stream().findFirst());
    }

    /** The name of the primary key of a table. */
    String primary(String table) {
        return of(Kind.PRIMARY).stream()
                .findFirst()
                .map(TableConstraint::name)
                .orElseGet(() -> chosen(table, "", "pkey"));
    }
}
