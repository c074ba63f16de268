package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What parts of a UNION and the like, or rows of VALUES, answer together. Of one thread. */
final class Compound {

    private final Findings findings;
    private final List<Query> parts = new ArrayList<>();
    private boolean distinct;

    Compound(Findings findings, Query first) {
        this.findings = findings;
        parts.add(first);
    }

    /** @param once whether equal rows are answered once, or taken away */
    void add(Query next, boolean once) {
        distinct |= once;
        List<Query.Item> columns = parts.get(0).columns();
        List<Query.Item> others = next.columns();
        parts.add(next);
        for (int i = 0; i < Math.min(columns.size(), others.size()); i++) {
            Query.Item item = columns.get(i);
            if (item.star() || others.get(i).star()) {
                return;
            }
            Term other = others.get(i).term();
            boolean assumed = item.term().isAssumed() || other.isAssumed();
            item.term().unify(other);
            item.term().assumed = assumed;
            if (other != item.term()) {
                item.term().alternatives.add(other);
            }
        }
    }

    /**
     * What they answer, each column with a type that holds for all parts.
     *
     * @throws SQLException if their values cannot be made of one type where they stand (0A000)
     */
    Query query() throws SQLException {
        Query first = parts.get(0);
        if (parts.size() == 1) {
            return first;
        }
        List<Query.Item> columns = new ArrayList<>(first.columns());
        for (int i = 0; i < columns.size(); i++) {
            int place = i;
            boolean known = parts.stream()
                    .allMatch(part -> place < part.columns().size()
                            && !part.columns().get(place).star());
            if (!known) {
                break;
            }
            columns.set(
                    i,
                    column(parts.stream().map(part -> part.columns().get(place)).toList()));
        }
        return new Query(columns);
    }

    private Query.Item column(List<Query.Item> items) throws SQLException {
        Query.Item first = items.get(0);
        Term term = first.term();
        if (distinct && Intervals.areMany(term.type)) {
            new Intervals(findings).distinct(List.of(first));
        }
        PgType type = type(items);
        ColumnType announced = announced(items, type);
        if (type != term.type || !Objects.equals(announced, term.announced)) {
            List<Term> alternatives = term.alternatives;
            boolean assumed = term.assumed;
            term = Term.of(findings, type).named(term.label, term.strength);
            term.assumed = assumed;
            term.announced = announced;
            boolean known = items.stream().allMatch(item -> item.term().scale() >= 0);
            term.most = known
                    ? items.stream().mapToInt(item -> item.term().scale()).max().orElse(-1)
                    : -1;
            term.alternatives.addAll(alternatives);
        }
        List<Comparison.Operand> places = new ArrayList<>();
        boolean placed = items.stream().noneMatch(item -> item.places().isEmpty());
        if (placed) {
            items.forEach(item -> places.addAll(item.places()));
        }
        return new Query.Item(first.name(), term, false, List.of(), List.copyOf(places));
    }

    /** Dates and times of different types are those of the widest one, numbers those that can have all of them. */
    private @Nullable PgType type(List<Query.Item> items) throws SQLException {
        PgType common = items.get(0).term().type;
        boolean differ = false;
        for (Query.Item item : items) {
            PgType type = item.term().type;
            differ |= type != common && Comparison.isMoment(type) && Comparison.isMoment(common);
            common = Arithmetic.isNumber(common) && Arithmetic.isNumber(type) && type != common
                    ? Arithmetic.number(common, type)
                    : common;
        }
        return differ ? widened(items) : common;
    }

    private @Nullable PgType widened(List<Query.Item> items) throws SQLException {
        List<Comparison.Operand> operands = new ArrayList<>();
        for (Query.Item item : items) {
            if (item.places().isEmpty()) {
                findings.refuse("queries that answer dates and times of different types as one column through * are not"
                        + " supported: write \"" + item.name() + "\", with a cast to the same type in each");
                return null;
            }
            item.places().forEach(place -> operands.add(place.of(item.term())));
        }
        findings.name(operands.get(0).to() - 1, items.get(0).name());
        return Comparison.widen(findings, operands);
    }

    /** What the column is announced with; {@code null} if only its values tell. */
    private static @Nullable ColumnType announced(List<Query.Item> items, @Nullable PgType type) {
        ColumnType first = items.get(0).term().announced;
        boolean same = true;
        boolean known = Comparison.isMoment(type) || type == PgType.NUMERIC;
        for (Query.Item item : items) {
            ColumnType other = item.term().announced;
            same &= item.term().type == type;
            known |= item.term().type == type && other != null;
            boolean unscaled = type == PgType.NUMERIC
                    && item.term().type != null
                    && item.term().scale() < 0;
            first = unscaled ? null : first;
            boolean alike = first == null || other == null || first.modifier() == other.modifier();
            first = alike ? first : null;
        }
        return same && first != null ? first : known && type != null ? ColumnType.seen(type) : null;
    }
}
