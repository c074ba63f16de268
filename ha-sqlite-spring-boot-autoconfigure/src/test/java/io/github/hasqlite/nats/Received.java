package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.StreamMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a subscriber delivered. */
public final class Received {

    private final List<Long> sequences = new ArrayList<>();
    private final List<Integer> numbers = new ArrayList<>();

    public synchronized void take(StreamMessage message) {
        sequences.add(message.sequence());
        if (message.data().length < 10) {
            numbers.add(Integer.parseInt(new String(message.data(), StandardCharsets.UTF_8)));
        }
        assertThat(message.timestampNs()).isPositive();
    }

    public synchronized int size() {
        return sequences.size();
    }

    public synchronized List<Long> sequences() {
        return new ArrayList<>(sequences);
    }

    public synchronized int lastNumber() {
        return numbers.isEmpty() ? 0 : numbers.get(numbers.size() - 1);
    }

    /** The numbers in order of their first coming, as counters let them through: each is one more. */
    public synchronized List<Integer> numbersWithoutRepeats() {
        List<Integer> accepted = new ArrayList<>();
        for (int number : numbers) {
            if (number == accepted.size() + 1) {
                accepted.add(number);
            }
        }
        return accepted;
    }

    public synchronized void assertGapless(int count) {
        assertThat(sequences).hasSize(count);
        assertSequencesGapless();
        assertThat(numbersWithoutRepeats()).hasSize(count);
    }

    public synchronized void assertSequencesGapless() {
        for (int i = 0; i < sequences.size(); i++) {
            assertThat(sequences.get(i)).isEqualTo(i + 1L);
        }
    }
}
