package io.github.hasqlite.postgres.infer;

import java.util.ArrayList;
import java.util.List;

/**
 * What a query answers.
 *
 * @param items its list as it is written
 */
record Query(List<Item> items) {

    /** As many columns as SQLite lets a table have; texts that ask for more are not to take memory. */
    static final int MOST_COLUMNS = 2000;

    /**
     * One of its list.
     *
     * @param star whether it stands for any number of columns
     * @param columns what it stands for, if it is a star; one of them is a star itself where others of no known names are
     * @param places where its expression is in the list of the query, and of each part of a UNION or VALUES; empty if it
     *     comes from elsewhere
     */
    record Item(String name, Term term, boolean star, List<Item> columns, List<Comparison.Operand> places) {

        static Item of(String name, Term term) {
            return new Item(name, term, false, List.of(), List.of());
        }

        static Item star(Term unknown, List<Item> columns) {
            return new Item("*", unknown, true, columns, List.of());
        }

        Item named(String other) {
            return new Item(other, term, star, columns, places);
        }

        /** As another query sees it. */
        Item elsewhere() {
            return new Item(name, term, star, columns, List.of());
        }

        /** Where it is, if that is one place; one that is nowhere otherwise. */
        Comparison.Operand place() {
            return places.size() == 1 ? places.get(0) : Comparison.Operand.elsewhere(term);
        }

        Item at(int from, int to) {
            return new Item(name, term, star, columns, List.of(new Comparison.Operand(term, from, to)));
        }
    }

    /** Its columns, by their places as far as there is no star among them, behind which places are not known. */
    List<Item> columns() {
        List<Item> columns = new ArrayList<>();
        for (Item item : items) {
            if (item.columns().isEmpty()) {
                columns.add(item);
            } else {
                columns.addAll(item.columns());
            }
        }
        return columns;
    }

    /** The columns of a query that stands for a row; empty if it stands for one value, or nobody knows. */
    List<Comparison.Operand> row() {
        List<Item> columns = columns();
        return columns.size() < 2 || columns.stream().anyMatch(Item::star)
                ? List.of()
                : columns.stream().map(Item::place).toList();
    }

    /** The type of a query that stands for a value. */
    Term value(Findings findings) {
        List<Item> columns = columns();
        return columns.size() == 1 && !columns.get(0).star() ? columns.get(0).term() : Term.of(findings, null);
    }
}
