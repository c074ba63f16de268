package io.github.hasqlite.postgres.type;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;

/** Values in PostgreSQL's text format, as it writes them with {@code DateStyle} ISO and time zone UTC. */
final class ValueText {

    private static final int LEAST_EXPONENT = -4;
    private static final int MOST_EXPONENT = 15;
    private static final int LEAST_FLOAT_DIGITS = 6;
    private static final int MOST_FLOAT_DIGITS = 9;
    private static final int MICROS = 1000;
    private static final int MICRO_DIGITS = 6;

    private ValueText() {}

    /** @param value as {@link ServedValue} makes it */
    static String of(Object value) {
        if (value instanceof Boolean bool) {
            return bool ? "t" : "f";
        }
        if (value instanceof Double number) {
            return real(number);
        }
        if (value instanceof BigDecimal number) {
            return number.toPlainString();
        }
        if (value instanceof byte[] bytes) {
            return "\\x" + HexFormat.of().formatHex(bytes);
        }
        if (value instanceof LocalTime time) {
            return time(time);
        }
        if (value instanceof LocalDateTime moment) {
            return moment.toLocalDate() + " " + time(moment.toLocalTime());
        }
        if (value instanceof OffsetDateTime moment) {
            return of(moment.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime()) + "+00";
        }
        return value.toString();
    }

    /** The digits behind the sixth are cut: PostgreSQL has none. */
    private static String time(LocalTime time) {
        StringBuilder text = new StringBuilder(15);
        two(text, time.getHour()).append(':');
        two(text, time.getMinute()).append(':');
        two(text, time.getSecond());
        int micros = time.getNano() / MICROS;
        if (micros > 0) {
            String digits = Integer.toString(micros);
            text.append('.').append("0".repeat(MICRO_DIGITS - digits.length()));
            int end = digits.length();
            while (digits.charAt(end - 1) == '0') {
                end--;
            }
            text.append(digits, 0, end);
        }
        return text.toString();
    }

    private static StringBuilder two(StringBuilder text, int number) {
        return number < 10 ? text.append('0').append(number) : text.append(number);
    }

    /** With as few digits as tell it from all others, which those of Java are not always. */
    static String shortest(float number) {
        if (Float.isNaN(number) || Float.isInfinite(number) || number == 0) {
            return Float.toString(number);
        }
        BigDecimal exact = new BigDecimal(number);
        for (int digits = LEAST_FLOAT_DIGITS; digits < MOST_FLOAT_DIGITS; digits++) {
            String text = exact.round(new MathContext(digits)).toString();
            if (Float.parseFloat(text) == number) {
                return text;
            }
        }
        return exact.round(new MathContext(MOST_FLOAT_DIGITS)).toString();
    }

    /** Of one in 32 bits, which has an exponent earlier. */
    static String single(double number) {
        return real(number, LEAST_FLOAT_DIGITS);
    }

    /** Without a fraction where there is none, and with an exponent where PostgreSQL has one. */
    static String real(double number) {
        return real(number, MOST_EXPONENT);
    }

    private static String real(double number, int most) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return Double.isNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
        }
        if (number == 0) {
            return 1 / number < 0 ? "-0" : "0";
        }
        BigDecimal exact = new BigDecimal(Double.toString(number)).stripTrailingZeros();
        int exponent = exact.precision() - exact.scale() - 1;
        if (exponent >= LEAST_EXPONENT && exponent < most) {
            return exact.toPlainString();
        }
        String digits = exact.unscaledValue().abs().toString();
        return (number < 0 ? "-" : "")
                + digits.charAt(0)
                + (digits.length() > 1 ? "." + digits.substring(1) : "")
                + (exponent < 0 ? "e-" : "e+")
                + (Math.abs(exponent) < 10 ? "0" : "")
                + Math.abs(exponent);
    }
}
