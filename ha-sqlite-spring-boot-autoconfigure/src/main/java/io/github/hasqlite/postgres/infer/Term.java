package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.PgType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of an expression. Its open places, parameters and texts without a type, get the type that it gets. */
final class Term {

    /** How good a name is: none, that of a type or of CASE, that of a column or function. */
    static final int UNNAMED = 0;

    static final int WEAK = 1;
    static final int STRONG = 2;

    private final Findings findings;
    private final List<Integer> open = new ArrayList<>(1);

    /** {@code null} if it is not known. */
    @Nullable
    PgType type;

    /** What it can be announced with; {@code null} if only its values tell. */
    @Nullable
    ColumnType announced;

    String label = "?column?";
    int strength = UNNAMED;

    /** A column, to which an index may belong. */
    boolean column;

    /** Whether it is never NULL, as far as the definition of a table says. */
    boolean required;

    /** Where the parameter is whose value this has; -1 if it is something else. */
    int bare = -1;

    /** It ends or begins with an operator that SQLite takes for one that binds less than PostgreSQL does. */
    boolean loose;

    /** Its value as it is stored, if it is a literal that is cast in the schema; {@code null} otherwise. */
    @Nullable
    Object constant;

    /** Digits behind the point that values have at most, which have different numbers of them; -1 otherwise. */
    int most = -1;

    /** Where its cast to {@code numeric} begins, which may keep digits that only a text has; -1 otherwise. */
    int cast = -1;

    /** Digits that its values have altogether at most; -1 if only its type tells. */
    int digits = -1;

    /** Where its only token is, if it is a literal or a parameter; -1 otherwise. */
    int single = -1;

    /** What {@code ARRAY[…]} has in it; empty otherwise. */
    List<Comparison.Operand> members = List.of();

    /** What an array was cast to; {@code null} otherwise. */
    @Nullable
    ColumnType element;

    /** Where the expression begins that was read last as this; -1 if it is none. */
    int from = -1;

    /** Behind the expression. */
    int to = -1;

    /** What stands in the same place of other parts of a UNION or VALUES. */
    final List<Term> alternatives = new ArrayList<>(0);

    /** Whether its place alone says its type, of which some of its values may be none. */
    boolean assumed;

    /** Of a row in parentheses; empty otherwise. */
    List<Comparison.Operand> elements = List.of();

    Term(Findings findings) {
        this.findings = findings;
    }

    static Term of(Findings findings, @Nullable PgType type) {
        Term term = new Term(findings);
        term.type = type;
        return term;
    }

    /** Something whose type the text says, whatever the values are. */
    static Term certain(Findings findings, PgType type) {
        Term term = of(findings, type);
        term.announced = ColumnType.seen(type);
        return term;
    }

    static Term open(Findings findings, int place) {
        Term term = new Term(findings);
        term.open.add(place);
        term.single = place;
        return term;
    }

    /** Digits behind the point that none of its values exceeds; -1 if that is not known. */
    int scale() {
        ColumnType told = announced;
        return Arithmetic.isWhole(type) ? 0 : isScaled() && told != null ? told.scale() : most;
    }

    /** Digits that none of its values exceeds, before and behind the point; many if that is not known. */
    int digits() {
        ColumnType told = announced;
        if (digits >= 0 || type == null) {
            return digits >= 0 ? digits : ColumnType.ANYTHING.precision();
        }
        return switch (type) {
            case INT2 -> Short.toString(Short.MAX_VALUE).length();
            case INT4 -> Integer.toString(Integer.MAX_VALUE).length();
            case INT8 -> Long.toString(Long.MAX_VALUE).length();
            default -> told == null ? ColumnType.ANYTHING.precision() : told.precision();
        };
    }

    /** Whether all of its values have as many digits behind the point, zeros among them. */
    boolean isScaled() {
        ColumnType told = announced;
        boolean numeric = told != null && told.type() == PgType.NUMERIC && told.modifier() > 0;
        return Arithmetic.isWhole(type) || (numeric && type == PgType.NUMERIC);
    }

    Term named(String name, int how) {
        label = name;
        strength = how;
        return this;
    }

    boolean isOpen() {
        return type == null && !open.isEmpty();
    }

    /** Whether only its values tell what they are, or its place what they should be. */
    boolean isAssumed() {
        return assumed || (type == null && open.isEmpty());
    }

    boolean is(PgType wanted) {
        return type == wanted;
    }

    /** Gives it a type if it has none. */
    void resolve(@Nullable PgType given) {
        if (type == null && given != null) {
            assumed |= open.isEmpty();
            type = given;
            for (int place : open) {
                findings.resolve(place, given);
            }
            open.clear();
        }
    }

    /** Of one type are operands of a comparison, branches of CASE and the like. */
    void unify(Term other) {
        if (!elements.isEmpty() && elements.size() == other.elements.size()) {
            for (int i = 0; i < elements.size(); i++) {
                elements.get(i).term().unify(other.elements.get(i).term());
            }
        } else if (type != null) {
            other.resolve(type);
        } else if (other.type != null) {
            resolve(other.type);
        } else if (other != this) {
            // whichever gets one later
            boolean either = isAssumed() || other.isAssumed();
            assumed = either;
            other.assumed = either;
            open.addAll(other.open);
            other.open.addAll(open.subList(0, open.size() - other.open.size()));
        }
    }
}
