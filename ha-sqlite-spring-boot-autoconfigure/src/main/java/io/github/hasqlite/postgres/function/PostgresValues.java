package io.github.hasqlite.postgres.function;

import io.github.hasqlite.postgres.type.Interval;
import io.github.hasqlite.postgres.type.JsonOrder;
import io.github.hasqlite.postgres.type.MomentFields;
import io.github.hasqlite.postgres.type.MomentPattern;
import io.github.hasqlite.postgres.type.PgType;
import io.github.hasqlite.postgres.type.Rounding;
import io.github.hasqlite.postgres.type.TextValues;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;

/** Functions of PostgreSQL for texts, moments and the extremes of several values, with {@code ha_} before their names. Stateless. */
final class PostgresValues {

    /** What is made of values of which none is NULL. */
    private interface Operation {
        Object of(List<Object> values) throws SQLException;
    }

    private static final int ANY = -1;

    private static final Map<String, Operation> OPERATIONS = Map.ofEntries(
            Map.entry("left", values -> TextValues.left(values.get(0), values.get(1))),
            Map.entry("right", values -> TextValues.right(values.get(0), values.get(1))),
            Map.entry("lpad", values -> TextValues.padded(values, true)),
            Map.entry("rpad", values -> TextValues.padded(values, false)),
            Map.entry("repeat", values -> TextValues.repeated(values.get(0), values.get(1))),
            Map.entry("substring", TextValues::section),
            Map.entry("strpos", values -> TextValues.position(values.get(0), values.get(1))),
            Map.entry("split_part", TextValues::part),
            Map.entry("initcap", values -> TextValues.capitals(values.get(0))),
            Map.entry("reverse", values -> TextValues.reversed(values.get(0))),
            Map.entry("translate", TextValues::translated),
            Map.entry("ascii", values -> TextValues.code(values.get(0))),
            Map.entry("chr", values -> TextValues.character(values.get(0))),
            Map.entry("md5", values -> TextValues.md5(values.get(0))),
            Map.entry("starts_with", values -> TextValues.startsWith(values.get(0), values.get(1))),
            Map.entry("gcd", values -> TextValues.divisor(values.get(0), values.get(1))),
            Map.entry("trunc", values -> Rounding.cut(values.get(0), values.get(1))),
            Map.entry("extract", PostgresValues::field),
            Map.entry("date_part", PostgresValues::field),
            Map.entry(
                    "date_trunc",
                    values -> MomentFields.truncated(values.get(0).toString(), type(values.get(2)), values.get(1))),
            Map.entry(
                    "to_char",
                    values -> MomentPattern.of(values.get(2).toString(), type(values.get(1)), values.get(0))));

    private PostgresValues() {}

    static void register(Connection connection, int flags) throws SQLException {
        for (Map.Entry<String, Operation> operation : OPERATIONS.entrySet()) {
            Function.create(connection, "ha_" + operation.getKey(), new Strict(operation.getValue()), ANY, flags);
        }
        Function.create(connection, "ha_greatest", new Extreme(1), ANY, flags);
        Function.create(connection, "ha_least", new Extreme(-1), ANY, flags);
    }

    private static Object field(List<Object> values) throws SQLException {
        return MomentFields.of(values.get(0).toString(), type(values.get(2)), values.get(1));
    }

    private static PgType type(Object oid) {
        PgType type = PgType.ofOid(((Number) oid).intValue());
        return type == null ? PgType.TEXT : type;
    }

    private static final class Strict extends ValuedFunction {

        private final Operation operation;

        Strict(Operation operation) {
            this.operation = operation;
        }

        @Override
        protected void xFunc() throws SQLException {
            List<Object> values = new ArrayList<>();
            for (int i = 0; i < args(); i++) {
                Object value = argument(i);
                if (value == null) {
                    result();
                    return;
                }
                values.add(value);
            }
            try {
                answer(operation.of(values));
            } catch (SQLException e) {
                error(String.valueOf(e.getMessage()));
            } catch (ClassCastException e) {
                error("function does not exist: its arguments are of other types");
            }
        }
    }

    /** The greatest or least of those that are not NULL, behind the number of their type. */
    private static final class Extreme extends ValuedFunction {

        private final int sign;

        Extreme(int sign) {
            this.sign = sign;
        }

        @Override
        protected void xFunc() throws SQLException {
            Object oid = argument(0);
            Object best = null;
            for (int i = 1; i < args(); i++) {
                Object value = argument(i);
                boolean better = value != null && (best == null || sign * compare(oid, value, best) > 0);
                best = better ? value : best;
            }
            if (best == null) {
                result();
            } else {
                answer(best);
            }
        }

        private static int compare(@Nullable Object oid, Object one, Object other) {
            boolean texts = one instanceof String && other instanceof String;
            if (texts && Long.valueOf(PgType.INTERVAL.oid()).equals(oid)) {
                return Interval.compare(one.toString(), other.toString());
            }
            if (texts && Long.valueOf(PgType.JSONB.oid()).equals(oid)) {
                return JsonOrder.compare(one.toString(), other.toString());
            }
            if (one instanceof Number a && other instanceof Number b) {
                return numbers(a, b);
            }
            return one instanceof Number || other instanceof Number
                    ? (one instanceof Number ? -1 : 1)
                    : Arrays.compareUnsigned(bytes(one), bytes(other));
        }

        private static int numbers(Number a, Number b) {
            boolean finite = Double.isFinite(a.doubleValue()) && Double.isFinite(b.doubleValue());
            return finite
                    ? new BigDecimal(a.toString()).compareTo(new BigDecimal(b.toString()))
                    : Double.compare(a.doubleValue(), b.doubleValue());
        }

        private static byte[] bytes(Object value) {
            return value instanceof byte[] bytes ? bytes : value.toString().getBytes(StandardCharsets.UTF_8);
        }
    }
}
