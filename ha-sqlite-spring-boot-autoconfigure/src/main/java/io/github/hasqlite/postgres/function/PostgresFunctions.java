package io.github.hasqlite.postgres.function;

import io.github.hasqlite.core.sqlite.ConnectionFunctions;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.DecimalSum;
import io.github.hasqlite.postgres.type.ExactDecimal;
import io.github.hasqlite.postgres.type.Interval;
import io.github.hasqlite.postgres.type.JsonOrder;
import io.github.hasqlite.postgres.type.JsonText;
import io.github.hasqlite.postgres.type.LikeText;
import io.github.hasqlite.postgres.type.MomentSum;
import io.github.hasqlite.postgres.type.PgType;
import io.github.hasqlite.postgres.type.Remainder;
import io.github.hasqlite.postgres.type.Rounding;
import io.github.hasqlite.postgres.type.ValueAssignment;
import io.github.hasqlite.postgres.type.ValueCast;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sqlite.Collation;
import org.sqlite.Function;

/**
 * Casts and sums of times: {@code ha_cast(value, type, modifier, source)}, {@code ha_exact} for a numeric that is computed with, and {@code ha_assigned} for what is stored, with the numbers of the types (0 if the source
 * is not known; that of a numeric with the digits behind its point above 16 bits), {@code ha_plus(a, b)}, {@code ha_minus(a, b)}, {@code ha_times(interval, factor)}, {@code
 * ha_divided(interval, divisor)}, {@code ha_add(a, b)}, {@code ha_subtract(a, b)} and {@code ha_multiply(a, b)} of decimals, {@code
 * ha_sum(numeric)} and {@code ha_avg(numeric)} of many of them, {@code ha_checked(sum, digits)} and {@code ha_limited(average)} of floating point, {@code ha_rest(a, b)} and {@code ha_divisor(b)} of a division, {@code ha_round(numeric, digits)}, {@code ha_even(float8)}, {@code ha_unquoted(json)} of a text, {@code ha_json_key(text)},
 * {@code
 * ha_joined(bytes, bytes)}, {@code ha_ilike(text, pattern)}, {@code ha_span(interval)}, {@code ha_nullif(interval,
 * interval)}, {@code ha_number(value)}, {@code ha_elements(array, type)} and {@code ha_array_text(array, type)}.
 * NULL gives NULL. The collations {@code ha_interval} and {@code ha_jsonb} have intervals and JSON in their order. Stateless.
 */
public final class PostgresFunctions implements ConnectionFunctions {

    /** SQLite's SQLITE_DETERMINISTIC and SQLITE_DIRECTONLY: the same each time, and not for a schema. */
    private static final int FLAGS = 0x800 | 0x80000;

    private static final int CAST_ARGUMENTS = 4;

    /** Behind the names of those for decimals, of which no digit counts for nothing. */
    private static final String EXACTLY = "_exactly";

    /** What is done with one or two values. */
    private interface Operation {
        @Nullable
        Object of(Object first, Object second) throws SQLException;
    }

    @Override
    public void register(Connection connection) throws SQLException {
        Function.create(connection, "ha_cast", new Cast(ValueCast::cast), CAST_ARGUMENTS, FLAGS);
        Function.create(connection, "ha_exact", new Cast(ExactDecimal::cast), CAST_ARGUMENTS, FLAGS);
        Function.create(connection, "ha_assigned", new Cast(ValueAssignment::of), CAST_ARGUMENTS, FLAGS);
        operation(connection, "ha_plus", 2, (a, b) -> MomentSum.of(a, b, 1));
        operation(connection, "ha_minus", 2, (a, b) -> MomentSum.of(a, b, -1));
        operation(connection, "ha_times", 2, (a, b) -> MomentSum.product(a, b, false));
        operation(connection, "ha_divided", 2, (a, b) -> MomentSum.product(a, b, true));
        operation(connection, "ha_rest", 2, Remainder::of);
        operation(connection, "ha_divisor", 1, (a, none) -> Remainder.divisor(a));
        for (DecimalSum.Operator operator : DecimalSum.Operator.values()) {
            operation(connection, operator.function(), 2, (a, b) -> DecimalSum.of(operator, a, b));
            operation(connection, operator.function() + EXACTLY, 2, (a, b) -> DecimalSum.exactly(operator, a, b));
        }
        operation(connection, "ha_checked", 2, ExactDecimal::rounded);
        operation(connection, "ha_limited", 1, (a, none) -> ExactDecimal.limited(a));
        operation(connection, "ha_round", 2, Rounding::away);
        operation(connection, "ha_even", 1, (a, none) -> Rounding.even(a));
        operation(connection, "ha_unquoted", 1, (a, none) -> JsonText.unquoted(a.toString()));
        operation(connection, "ha_json_key", 1, (a, none) -> a instanceof String key ? JsonText.key(key) : a);
        operation(connection, "ha_joined", 2, PostgresFunctions::joined);
        operation(connection, "ha_ilike", 2, LikeText::insensitive);
        operation(connection, "ha_number", 1, (a, none) -> MomentSum.number(a));
        operation(connection, "ha_span", 1, (a, none) -> MomentSum.span(a));
        operation(connection, "ha_elements", 2, PostgresFunctions::elements);
        operation(connection, "ha_array_text", 2, (array, type) -> ValueCast.arrayOf(element(type), array.toString()));
        Function.create(connection, "ha_sum", new DecimalAggregate(false, false), 1, FLAGS);
        Function.create(connection, "ha_sum" + EXACTLY, new DecimalAggregate(false, true), 1, FLAGS);
        Function.create(connection, "ha_avg", new DecimalAggregate(true, false), 1, FLAGS);
        Function.create(connection, "ha_nullif", new Unequal(), 2, FLAGS);
        PostgresValues.register(connection, FLAGS);
        Collation.create(connection, "ha_interval", new Spans());
        Collation.create(connection, "ha_jsonb", new Values());
    }

    /** An array that a client has as a text, as JSON. */
    private static Object elements(Object array, Object type) throws SQLException {
        return ValueCast.json(element(type), array.toString());
    }

    private static ColumnType element(Object type) {
        PgType element = type instanceof Long oid ? PgType.ofOid(oid.intValue()) : null;
        return ColumnType.declared(element == null ? PgType.TEXT : element);
    }

    private static void operation(Connection connection, String name, int arguments, Operation operation)
            throws SQLException {
        Function.create(connection, name, new Computed(arguments, operation), arguments, FLAGS);
    }

    private static Object joined(Object first, Object second) throws SQLException {
        byte[] a = bytes(first);
        byte[] b = bytes(second);
        byte[] both = Arrays.copyOf(a, Math.addExact(a.length, b.length));
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    /** Another program may have stored a text in a column of bytes, which is in PostgreSQL's form then. */
    private static byte[] bytes(Object value) throws SQLException {
        return (byte[]) ValueCast.cast(ColumnType.declared(PgType.BYTEA), null, value);
    }

    /** Makes a value one of a type, from what it is known to be. */
    private interface Conversion {
        Object of(ColumnType target, @Nullable ColumnType known, Object value) throws SQLException;
    }

    private static final class Cast extends ValuedFunction {

        private static final int TYPE = 1;
        private static final int MODIFIER = 2;
        private static final int SOURCE = 3;
        private static final int SCALE = 1 << 16;

        private final Conversion conversion;

        Cast(Conversion conversion) {
            this.conversion = conversion;
        }

        private static @Nullable ColumnType source(int number) {
            PgType type = PgType.ofOid(number % SCALE);
            return type == null
                    ? null
                    : number < SCALE ? ColumnType.declared(type) : ColumnType.numeric(number / SCALE);
        }

        @Override
        protected void xFunc() throws SQLException {
            Object value = argument(0);
            PgType type = PgType.ofOid(value_int(TYPE));
            if (value == null || type == null) {
                result();
                return;
            }
            try {
                ColumnType target = new ColumnType(type, value_int(MODIFIER), true);
                answer(conversion.of(target, source(value_int(SOURCE)), value));
            } catch (SQLException e) {
                error(String.valueOf(e.getMessage()));
            }
        }
    }

    /** Intervals by how long they are. */
    private static final class Spans extends Collation {

        @Override
        protected int xCompare(String first, String second) {
            return Interval.compare(first, second);
        }
    }

    /** Values of {@code jsonb} by what they are. */
    private static final class Values extends Collation {

        @Override
        protected int xCompare(String first, String second) {
            return JsonOrder.compare(first, second);
        }
    }

    /** The first interval unless the other one is equal. */
    private static final class Unequal extends ValuedFunction {

        @Override
        protected void xFunc() throws SQLException {
            Object first = argument(0);
            Object second = argument(1);
            boolean equal =
                    first != null && second != null && Interval.compare(first.toString(), second.toString()) == 0;
            if (first == null || equal) {
                result();
            } else {
                answer(first);
            }
        }
    }

    private static final class Computed extends ValuedFunction {

        private final int arguments;
        private final Operation operation;

        Computed(int arguments, Operation operation) {
            this.arguments = arguments;
            this.operation = operation;
        }

        @Override
        protected void xFunc() throws SQLException {
            Object first = argument(0);
            Object second = arguments > 1 ? argument(1) : first;
            if (first == null || second == null) {
                result();
                return;
            }
            try {
                Object result = operation.of(first, second);
                if (result == null) {
                    result();
                } else {
                    answer(result);
                }
            } catch (SQLException e) {
                error(String.valueOf(e.getMessage()));
            }
        }
    }
}
