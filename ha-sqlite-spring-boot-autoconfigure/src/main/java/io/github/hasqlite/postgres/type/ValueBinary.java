package io.github.hasqlite.postgres.type;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Values in PostgreSQL's binary format. */
final class ValueBinary {

    static final LocalDate EPOCH = LocalDate.of(2000, 1, 1);
    static final LocalDateTime EPOCH_TIME = EPOCH.atStartOfDay();

    private static final BigInteger BASE = BigInteger.valueOf(10_000);
    private static final int BASE_DIGITS = 4;
    private static final int NEGATIVE = 0x4000;
    private static final int NAN = 0xc000;
    private static final int INFINITY = 0xd000;
    private static final int NEGATIVE_INFINITY = 0xf000;
    private static final int NANOS = 1000;

    private ValueBinary() {}

    /** @param value as {@link ServedValue} makes it */
    static byte[] of(PgType type, Object value) {
        return switch (type) {
            case BOOL -> new byte[] {(byte) ((Boolean) value ? 1 : 0)};
            case INT2 -> buffer(2).putShort(((Long) value).shortValue()).array();
            case INT4, OID -> buffer(4).putInt(((Long) value).intValue()).array();
            case INT8 -> buffer(8).putLong((Long) value).array();
            case FLOAT4 -> buffer(4).putFloat(((Double) value).floatValue()).array();
            case FLOAT8 -> buffer(8).putDouble((Double) value).array();
            case NUMERIC -> numeric(value);
            case BYTEA -> (byte[]) value;
            case DATE ->
                buffer(4)
                        .putInt((int) ChronoUnit.DAYS.between(EPOCH, (LocalDate) value))
                        .array();
            case TIME ->
                buffer(8).putLong(((LocalTime) value).toNanoOfDay() / NANOS).array();
            case TIMESTAMP -> buffer(8).putLong(micros((LocalDateTime) value)).array();
            case TIMESTAMPTZ ->
                buffer(8)
                        .putLong(micros(((OffsetDateTime) value)
                                .withOffsetSameInstant(ZoneOffset.UTC)
                                .toLocalDateTime()))
                        .array();
            case INTERVAL -> {
                Interval span = (Interval) value;
                yield buffer(16)
                        .putLong(span.micros())
                        .putInt(span.days())
                        .putInt(span.months())
                        .array();
            }
            case UUID ->
                buffer(16)
                        .putLong(((UUID) value).getMostSignificantBits())
                        .putLong(((UUID) value).getLeastSignificantBits())
                        .array();
            case JSONB -> versioned((String) value);
            case TEXT_ARRAY -> array(PgType.TEXT, ArrayText.parse((String) value));
            case INT8_ARRAY -> array(PgType.INT8, ArrayText.parse((String) value));
            case CHAR, NAME, TEXT, JSON, UNKNOWN, BPCHAR, VARCHAR -> ((String) value).getBytes(StandardCharsets.UTF_8);
        };
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size);
    }

    private static byte[] versioned(String json) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        return buffer(text.length + 1).put((byte) 1).put(text).array();
    }

    /** Dimensions, whether there are NULLs, the type of elements; size and first index; elements with their lengths. */
    private static byte[] array(PgType type, List<@Nullable String> elements) {
        List<byte @Nullable []> encoded = new ArrayList<>();
        int size = 20;
        for (String element : elements) {
            byte[] bytes = element == null ? null : element(type, element);
            encoded.add(bytes);
            size += 4 + (bytes == null ? 0 : bytes.length);
        }
        ByteBuffer written = ByteBuffer.allocate(size);
        written.putInt(1).putInt(elements.contains(null) ? 1 : 0).putInt(type.oid());
        written.putInt(elements.size()).putInt(1);
        for (byte[] bytes : encoded) {
            written.putInt(bytes == null ? -1 : bytes.length);
            if (bytes != null) {
                written.put(bytes);
            }
        }
        return written.array();
    }

    private static byte[] element(PgType type, String element) {
        return type == PgType.INT8
                ? buffer(8).putLong(Long.parseLong(element)).array()
                : element.getBytes(StandardCharsets.UTF_8);
    }

    private static long micros(LocalDateTime moment) {
        return ChronoUnit.MICROS.between(EPOCH_TIME, moment.truncatedTo(ChronoUnit.MICROS));
    }

    /** Digits to the base of ten thousand: how many, the weight of the first, the sign, digits behind the point. */
    private static byte[] numeric(Object value) {
        if (value instanceof Double number) {
            int sign = number.isNaN() ? NAN : number > 0 ? INFINITY : NEGATIVE_INFINITY;
            return buffer(8)
                    .putInt(0)
                    .putShort((short) sign)
                    .putShort((short) 0)
                    .array();
        }
        BigDecimal number = value instanceof Long whole ? BigDecimal.valueOf(whole) : (BigDecimal) value;
        int scale = Math.max(number.scale(), 0);
        int groups = (scale + BASE_DIGITS - 1) / BASE_DIGITS;
        BigInteger rest = number.abs().movePointRight(groups * BASE_DIGITS).toBigInteger();
        List<Short> digits = new ArrayList<>();
        while (rest.signum() > 0) {
            BigInteger[] parts = rest.divideAndRemainder(BASE);
            digits.add(0, parts[1].shortValue());
            rest = parts[0];
        }
        int weight = digits.size() - groups - 1;
        while (!digits.isEmpty() && digits.get(digits.size() - 1) == 0) {
            digits.remove(digits.size() - 1);
        }
        ByteBuffer written = ByteBuffer.allocate(8 + 2 * digits.size());
        written.putShort((short) digits.size())
                .putShort((short) (digits.isEmpty() ? 0 : weight))
                .putShort((short) (number.signum() < 0 ? NEGATIVE : 0))
                .putShort((short) scale);
        digits.forEach(written::putShort);
        return written.array();
    }
}
