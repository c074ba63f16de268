package io.github.hasqlite.core.replay;

import io.github.hasqlite.StreamMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The stream and the network before it: requests are delayed, overtake each other, arrive twice or
 * never, and answers get lost.
 */
final class SimulatedBroker {

    /** A request on its way. */
    private record Request(SimulatedNode from, long flight, byte[] message) {}

    private final Random random;
    private final List<Request> requests = new ArrayList<>();
    private final List<byte[]> stream = new ArrayList<>();

    SimulatedBroker(Random random) {
        this.random = random;
    }

    void send(SimulatedNode from, long flight, byte[] message) {
        requests.add(new Request(from, flight, message));
    }

    /** Something happens to a request. */
    void step() {
        if (requests.isEmpty()) {
            return;
        }
        // mostly in order, as one connection delivers them
        int which = random.nextInt(5) == 0 ? random.nextInt(requests.size()) : 0;
        Request request = requests.get(which);
        int fate = random.nextInt(20);
        if (fate == 0) {
            requests.remove(which);
            request.from.lost(request.flight);
            return;
        }
        stream.add(request.message);
        if (fate == 1) {
            // it will arrive once more
            return;
        }
        requests.remove(which);
        if (fate == 2) {
            request.from.lost(request.flight);
        } else {
            request.from.acknowledged(request.flight, stream.size());
        }
    }

    /** Stores a message without any network. */
    void store(byte[] message) {
        stream.add(message);
    }

    /** Stores again what is there already: anything may arrive twice. */
    void repeatAny() {
        if (!stream.isEmpty()) {
            stream.add(stream.get(random.nextInt(stream.size())));
        }
    }

    boolean isQuiet() {
        return requests.isEmpty();
    }

    long end() {
        return stream.size();
    }

    StreamMessage message(long sequence) {
        return new StreamMessage(sequence, sequence, stream.get((int) sequence - 1));
    }

    /** The stream's messages, who published them first. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < stream.size(); i++) {
            text.append('\n').append(i + 1).append(' ').append(new String(stream.get(i), StandardCharsets.UTF_8));
        }
        return text.toString();
    }
}
