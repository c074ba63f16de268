package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Intervals and values of {@code jsonb} that are equal and written differently, where SQLite finds equal values: they are
 * compared by collations of this program's, which no schema can name.
 */
record Intervals(Findings findings) {

    /** Compares as values what begins and ends at places. */
    void collate(Comparison.Operand operand) throws SQLException {
        if (operand.term().is(PgType.JSONB) && !findings.ofSchema() && operand.isPlaced()) {
            findings.after(operand.to() - 1, " COLLATE ha_jsonb");
        }
        if (!operand.term().is(PgType.INTERVAL)) {
            return;
        }
        findings.refuseInSchema(
                "equal intervals cannot be found in the schema, which is SQLite's own: keep seconds, as a number");
        if (!operand.isPlaced()) {
            findings.refuse("an interval that comes through * cannot be compared here: write the names of the columns");
        }
        findings.after(operand.to() - 1, " COLLATE ha_interval");
    }

    /** Whether equal values can have different texts. */
    static boolean areMany(@Nullable PgType type) {
        return type == PgType.INTERVAL || type == PgType.JSONB;
    }

    /** Columns of a query that answers equal rows once. */
    void distinct(List<Query.Item> items) throws SQLException {
        for (Query.Item item : items) {
            for (Query.Item column : item.columns()) {
                collate(Comparison.Operand.elsewhere(column.term()));
            }
            if (item.columns().isEmpty() && areMany(item.term().type)) {
                Comparison.Operand place = item.place();
                collate(place);
                if (place.isPlaced()) {
                    findings.name(place.to() - 1, item.name());
                }
            }
        }
    }

    /**
     * What rows are grouped or sorted by: an expression, the place of one in the list of the query, or its name there.
     *
     * @param answered by the query
     */
    void grouped(Comparison.Operand by, List<Query.Item> answered) throws SQLException {
        if (by.term().type != null && by.term().single < 0) {
            collate(by);
            return;
        }
        String text = by.to() == by.from() + 1 ? findings.token(by.from()).text() : "";
        for (int i = 0; i < answered.size(); i++) {
            Query.Item item = answered.get(i);
            boolean meant = text.equals(String.valueOf(i + 1)) || item.name().equalsIgnoreCase(text);
            if (meant && areMany(item.term().type)) {
                collate(new Comparison.Operand(item.term(), by.from(), by.to()));
                return;
            }
        }
    }
}
