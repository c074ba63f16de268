package io.github.hasqlite.simulation;

import io.github.hasqlite.KeyBlocks;
import java.io.IOException;

/** The record of the blocks of keys beside the stream, as one process reaches it. */
final class SimulatedKeyBlocks implements KeyBlocks {

    private final SimulatedStream stream;
    private final SimulatedLine line;

    SimulatedKeyBlocks(SimulatedStream stream, SimulatedLine line) {
        this.stream = stream;
        this.line = line;
    }

    @Override
    public Block lease(String table, long atLeast, int size) throws IOException {
        line.request();
        long known = stream.keys().getOrDefault(table, 0L);
        long first = Math.max(known + 1, atLeast);
        stream.keys().put(table, first + size - 1);
        if (stream.happens(stream.faults().loseAnswer())) {
            throw new IOException("the answer is lost");
        }
        line.pause();
        return new Block(first, first + size - 1, known);
    }
}
