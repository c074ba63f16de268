package io.github.hasqlite.differential;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Values of every storage class, the awkward ones often. As literals and as bound objects. */
final class RandomValues {

    private static final String[] LITERALS = {
        "NULL",
        "0",
        "1",
        "2",
        "-1",
        "42",
        "9223372036854775807",
        "-9223372036854775808",
        "9007199254740993",
        "1.0",
        "2.5",
        "-0.0",
        "1e300",
        "-1.7976931348623157e308",
        "5e-324",
        "9e999",
        "-9e999",
        "0.1",
        "9.223372036854775807e18",
        "''",
        "'a'",
        "'A'",
        "'b'",
        "'ab c'",
        "'it''s; -- no comment'",
        "'1'",
        "'007'",
        "' 12 '",
        "'1e3'",
        "'12abc'",
        "'0x1F'",
        "'9223372036854775808'",
        "'ünï'",
        "'😀'",
        "char(0)",
        "'a'||char(0)||'b'",
        "char(65533)",
        "CAST(x'ff' AS TEXT)",
        "CAST(x'fe' AS TEXT)",
        "CAST(x'61ff6200' AS TEXT)",
        "CAST(x'eda08062' AS TEXT)",
        "CAST(x'c080' AS TEXT)",
        "CAST(x'efbfbd' AS TEXT)",
        "char(65279)||'x'",
        "x''",
        "x'00'",
        "x'ff00fe'",
        "x'6162'",
        "zeroblob(20)",
        "TRUE",
        "replace(hex(zeroblob(3000)), '00', 'long ')"
    };

    private static final Object[] BOUND = {
        null,
        0,
        1,
        2L,
        -1,
        42,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        9007199254740993L,
        1.0,
        2.5,
        -0.0,
        0.0,
        1e300,
        -Double.MAX_VALUE,
        Double.MIN_VALUE,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.NaN,
        1.5f,
        "",
        "a",
        "A",
        "b",
        "1",
        "1.0",
        "it's",
        "a\0b",
        "\0",
        "\uFFFD",
        "\uFEFFx",
        "😀",
        "\uD800",
        "e\u0301",
        new byte[0],
        new byte[] {0},
        new byte[] {-1, 0, 127},
        new byte[] {'a', 'b'},
        true,
        (short) 7,
        new BigDecimal("12.50")
    };

    private final Dice dice;

    RandomValues(Dice dice) {
        this.dice = dice;
    }

    /** A small integer, so that keys meet. */
    String smallInteger() {
        return String.valueOf(dice.between(-1, 8));
    }

    /** A key: small, so that keys meet, but of any class. */
    String keyLiteral() {
        return switch (dice.upTo(10)) {
            case 0 -> literal();
            case 1, 2 ->
                dice.of(
                        "'a'",
                        "'A'",
                        "'b'",
                        "'ß'",
                        "'a '",
                        "x'61'",
                        "1.0",
                        "'1'",
                        "NULL",
                        "CAST(x'ff' AS TEXT)",
                        "CAST(x'fe' AS TEXT)",
                        "CAST(x'61fe' AS TEXT)",
                        "CAST(x'41fe' AS TEXT)");
            default -> smallInteger();
        };
    }

    String literal() {
        return dice.percent(40) ? smallInteger() : dice.of(LITERALS);
    }

    Object keyValue() {
        return dice.percent(70) ? (Object) dice.between(-1, 8) : bound();
    }

    Object bound() {
        if (dice.percent(2)) {
            return dice.bytes(dice.between(1_000, 60_000));
        }
        if (dice.percent(2)) {
            return "long text \0 \uFFFD 😀 ".repeat(dice.between(10, 2_000));
        }
        return dice.percent(40) ? (Object) dice.between(-1, 8) : dice.of(BOUND);
    }

    /** Values for parameters, each of which may get any value or an integer only. */
    List<Object> boundList(List<Boolean> any) {
        List<Object> values = new ArrayList<>();
        for (boolean each : any) {
            if (!each && dice.percent(97)) {
                values.add(dice.percent(15) ? dice.of(null, "2", 3.0, Long.MIN_VALUE) : (Object) dice.between(-1, 8));
            } else {
                Object value = dice.percent(30) ? keyValue() : bound();
                values.add(each || !Objects.equals(value, Long.MAX_VALUE) ? value : Integer.valueOf(5));
            }
        }
        return values;
    }
}
