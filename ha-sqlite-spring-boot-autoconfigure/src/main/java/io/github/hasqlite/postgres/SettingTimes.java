package io.github.hasqlite.postgres;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Settings that are a time: as they are written, shown and counted. Stateless. */
final class SettingTimes {

    private static final Pattern TIME = Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)\\s*([a-z]*)");

    private static final BigDecimal MICROSECOND = new BigDecimal("0.001");

    private static final Map<String, BigDecimal> MILLIS = Map.of(
            "us", MICROSECOND,
            "ms", BigDecimal.ONE,
            "", BigDecimal.ONE,
            "s", BigDecimal.valueOf(1000),
            "min", BigDecimal.valueOf(60_000),
            "h", BigDecimal.valueOf(3_600_000),
            "d", BigDecimal.valueOf(86_400_000));

    /** From the largest, as PostgreSQL shows them. */
    private static final String[] SHOWN = {"d", "h", "min", "s", "ms"};

    private SettingTimes() {}

    /** In milliseconds; {@code null} if it is no time, or more than can be. */
    static @Nullable Long read(String written) {
        Matcher time = TIME.matcher(written.strip().toLowerCase(Locale.ROOT));
        BigDecimal unit = time.matches() ? MILLIS.get(time.group(2)) : null;
        if (unit == null) {
            return null;
        }
        BigDecimal millis = new BigDecimal(time.group(1)).multiply(unit).setScale(0, RoundingMode.HALF_EVEN);
        return millis.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) > 0 ? null : Long.valueOf(millis.longValue());
    }

    /** In milliseconds; 0 if it is no time. */
    static long millis(String shown) {
        Long millis = read(shown);
        return millis == null ? 0 : millis;
    }

    /** In the largest unit of which it is a whole number. */
    static String shown(long millis) {
        for (String unit : SHOWN) {
            long size = MILLIS.getOrDefault(unit, BigDecimal.ONE).longValue();
            if (millis > 0 && millis % size == 0) {
                return millis / size + unit;
            }
        }
        return "0";
    }
}
