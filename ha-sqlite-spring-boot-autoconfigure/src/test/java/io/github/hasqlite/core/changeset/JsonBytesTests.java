package io.github.hasqlite.core.changeset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/** {@link JsonBytes} beside Jackson's generator, byte for byte. */
class JsonBytesTests {

    private static final int VALUES = 200_000;
    private static final double[] REALS = {
        0.0,
        -0.0,
        1,
        -1,
        0.5,
        1.1,
        0.1,
        0.01,
        1.01,
        9_999_999.99,
        9_999_999.995,
        1e7,
        12_345_678.9,
        1e-3,
        9.99e-4,
        1e308,
        Double.MIN_VALUE,
        Double.MAX_VALUE,
        100,
        99.9,
        99.99,
        99.999,
        2e-3,
        4_503_599_627_370_497.5,
        1.005,
        1.15,
        123.450
    };

    private final ByteArrayOutputStream target = new ByteArrayOutputStream();
    private final JsonBytes out = new JsonBytes(target);
    private final ByteArrayOutputStream expected = new ByteArrayOutputStream();

    @Test
    void writesWhatJacksonWrites() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        out.open();
        try (JsonGenerator generator = JsonFormat.factory().createGenerator(ObjectWriteContext.empty(), expected)) {
            generator.writeStartObject();
            generator.writeName("values");
            generator.writeStartArray();
            out.field(new JsonBytes.Field("values"));
            out.raw('[');
            for (double real : REALS) {
                generator.writeNumber(real);
                out.number(real);
                out.raw(',');
                generator.writeNumber(-real);
                out.number(-real);
                out.raw(',');
            }
            for (int i = 0; i < VALUES; i++) {
                write(random, generator);
                if (i < VALUES - 1) {
                    out.raw(',');
                }
            }
            generator.writeEndArray();
            generator.writeName("more");
            generator.writeNull();
            generator.writeEndObject();
        }
        out.raw(']');
        out.field(new JsonBytes.Field("more"));
        out.nothing();
        out.raw('}');
        out.flush();

        assertThat(target.toByteArray()).as("seed %d", seed).isEqualTo(expected.toByteArray());
    }

    private void write(Random random, JsonGenerator generator) {
        switch (random.nextInt(7)) {
            case 0 -> {
                long number = random.nextLong() >> random.nextInt(64);
                generator.writeNumber(number);
                out.number(number);
            }
            case 1 -> real(generator, Double.longBitsToDouble(random.nextLong()));
            case 2 -> real(generator, random.nextInt(2_000_000_000) / 100.0 - 5_000_000);
            case 3 -> real(generator, random.nextGaussian() * Math.pow(10, random.nextInt(12)));
            case 4 -> {
                byte[] blob = new byte[random.nextInt(100) == 0 ? random.nextInt(100_000) : random.nextInt(20)];
                random.nextBytes(blob);
                generator.writeBinary(blob);
                out.binary(blob);
            }
            default -> {
                String text = text(random);
                generator.writeString(StorableText.of(text));
                out.text(text);
            }
        }
    }

    private void real(JsonGenerator generator, double real) {
        double finite = Double.isFinite(real) ? real : 1.5;
        generator.writeNumber(finite);
        out.number(finite);
    }

    private static String text(Random random) {
        int length = random.nextInt(200) == 0 ? random.nextInt(80_000) : random.nextInt(30);
        int limit = new int[] {0x60, 0x80, 0x100, 0x800, 0x10000, 0x110000}[random.nextInt(6)];
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            // half of a pair is a character of its own here
            text.appendCodePoint(random.nextInt(limit));
        }
        return text.toString();
    }
}
