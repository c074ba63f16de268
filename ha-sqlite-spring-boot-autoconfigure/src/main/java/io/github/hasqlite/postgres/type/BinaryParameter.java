package io.github.hasqlite.postgres.type;

import io.github.hasqlite.core.sqlite.IsoTimes;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.UUID;

/** Values of parameters in PostgreSQL's binary format. */
final class BinaryParameter {

    private static final BigInteger BASE = BigInteger.valueOf(10_000);
    private static final int BASE_DIGITS = 4;
    private static final int NEGATIVE = 0x4000;
    private static final int NAN = 0xc000;
    private static final int INFINITE = 0xd000;
    private static final int NEGATIVE_INFINITE = 0xf000;
    private static final Set<Integer> SPECIAL = Set.of(NAN, INFINITE, NEGATIVE_INFINITE);
    private static final int MOST_SCALE = 0x3fff;
    private static final int UNSIGNED_SHORT = 0xffff;
    private static final int MOST_GROUPS = 200;
    private static final long NANOS = 1000;
    private static final long MICROS_OF_DAY = 86_400_000_000L;
    private static final String INVALID = "22P03";
    private static final long UNSIGNED = 0xffff_ffffL;

    private BinaryParameter() {}

    /**
     * What SQLite is to store.
     *
     * @throws java.nio.BufferUnderflowException if there are too few bytes
     * @throws IllegalArgumentException if they are none of the type
     */
    static Object decode(PgType type, byte[] bytes) throws SQLException {
        ByteBuffer from = ByteBuffer.wrap(bytes);
        Object value = switch (type) {
            case BOOL -> from.get() == 0 ? 0L : 1L;
            case INT2 -> (long) from.getShort();
            case INT4 -> (long) from.getInt();
            case OID -> from.getInt() & UNSIGNED;
            case INT8 -> from.getLong();
            case FLOAT4 -> Double.parseDouble(ValueText.shortest(from.getFloat()));
            case FLOAT8 -> from.getDouble();
            case NUMERIC -> numeric(from);
            case DATE -> date(from.getInt());
            case TIME -> time(from.getLong());
            case TIMESTAMP -> StoredTime.of(moment(type, from.getLong()));
            case TIMESTAMPTZ -> StoredTime.ofUtc(moment(type, from.getLong()));
            case INTERVAL -> interval(from);
            case UUID -> new UUID(from.getLong(), from.getLong()).toString();
            case BYTEA -> rest(from);
            case JSONB -> {
                int version = from.get();
                if (version != 1) {
                    throw new SQLException("unsupported jsonb version number " + version, INVALID);
                }
                yield JsonText.stored(type, ParameterFormat.utf8(rest(from)));
            }
            case JSON -> JsonText.stored(type, ParameterFormat.utf8(rest(from)));
            case BPCHAR -> ValueAssignment.withoutBlanks(ParameterFormat.utf8(rest(from)));
            case CHAR, NAME, TEXT, UNKNOWN, VARCHAR, TEXT_ARRAY, INT8_ARRAY -> ParameterFormat.utf8(rest(from));
        };
        if (from.hasRemaining()) {
            throw new SQLException("incorrect binary data for type " + type.display(), INVALID);
        }
        return value;
    }

    private static String time(long micros) throws SQLException {
        if (micros < 0 || micros >= MICROS_OF_DAY) {
            throw new SQLException("time out of range: " + micros + " microseconds of a day", "22008");
        }
        return IsoTimes.TIME.format(LocalTime.ofNanoOfDay(micros * NANOS));
    }

    private static String date(int days) throws SQLException {
        if (days == Integer.MAX_VALUE || days == Integer.MIN_VALUE) {
            MomentCast.requireNoWord(PgType.DATE, days > 0 ? "infinity" : "-infinity");
        }
        return StoredTime.of(ValueBinary.EPOCH.plusDays(days));
    }

    private static LocalDateTime moment(PgType type, long micros) throws SQLException {
        if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
            MomentCast.requireNoWord(type, micros > 0 ? "infinity" : "-infinity");
        }
        return ValueBinary.EPOCH_TIME.plus(micros, ChronoUnit.MICROS);
    }

    private static byte[] rest(ByteBuffer from) {
        byte[] bytes = new byte[from.remaining()];
        from.get(bytes);
        return bytes;
    }

    private static String interval(ByteBuffer from) {
        long micros = from.getLong();
        int days = from.getInt();
        return new Interval(from.getInt(), days, micros).toString();
    }

    private static Object numeric(ByteBuffer from) throws SQLException {
        int groups = from.getShort() & UNSIGNED_SHORT;
        int weight = from.getShort();
        int sign = from.getShort() & UNSIGNED_SHORT;
        int scale = from.getShort() & UNSIGNED_SHORT;
        require(sign == 0 || sign == NEGATIVE || SPECIAL.contains(sign), "sign");
        require(scale <= MOST_SCALE, "scale");
        if (groups > MOST_GROUPS || Math.abs(weight) > MOST_GROUPS) {
            throw new IllegalArgumentException("numeric of " + groups + " groups");
        }
        BigInteger digits = BigInteger.ZERO;
        for (int i = 0; i < groups; i++) {
            int digit = from.getShort();
            require(digit >= 0 && digit < BASE.intValue(), "digit");
            digits = digits.multiply(BASE).add(BigInteger.valueOf(digit));
        }
        if (sign >= NAN) {
            return sign == NAN ? "NaN" : sign == INFINITE ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        }
        // PostgreSQL cuts what is behind the digits that are said
        BigDecimal number =
                new BigDecimal(digits, BASE_DIGITS * (groups - 1 - weight)).setScale(scale, RoundingMode.DOWN);
        return ParameterFormat.stored(sign == NEGATIVE ? number.negate() : number);
    }

    private static void require(boolean sound, String what) throws SQLException {
        if (!sound) {
            throw new SQLException("invalid " + what + " in external \"numeric\" value", INVALID);
        }
    }
}
