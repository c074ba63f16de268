package io.github.hasqlite.differential;

import java.util.List;
import java.util.Random;

/** The randomness of one script. */
final class Dice {

    private final Random random;

    Dice(long seed) {
        // neighbouring seeds of java.util.Random begin alike
        this.random = new Random(seed * 0x9E3779B97F4A7C15L + 0x1234567);
    }

    /** From 0 to {@code bound - 1}. */
    int upTo(int bound) {
        return random.nextInt(bound);
    }

    /** From {@code low} to {@code high}, both included. */
    int between(int low, int high) {
        return low + random.nextInt(high - low + 1);
    }

    /** Whether something that happens so often in a hundred times happens now. */
    boolean percent(int chance) {
        return random.nextInt(100) < chance;
    }

    @SafeVarargs
    final <T> T of(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    <T> T of(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
