package io.github.hasqlite.postgres.infer;

import java.util.List;

/** What a query answers. */
record Query(List<Item> items) {

    /**
     * One of its list.
     *
     * @param star whether it stands for any number of columns
     */
    record Item(String name, Term term, boolean star) {}

    /** The type of a query that stands for a value. */
    Term value(Findings findings) {
        return items.size() == 1 && !items.get(0).star() ? items.get(0).term() : Term.of(findings, null);
    }
}
