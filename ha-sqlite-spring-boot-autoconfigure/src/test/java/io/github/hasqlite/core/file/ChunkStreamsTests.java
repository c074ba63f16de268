package io.github.hasqlite.core.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChunkStreamsTests {

    private static final int CHUNK = 7;

    @Test
    void whatIsWrittenInChunksIsReadAgain() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            byte[] bytes = new byte[random.nextInt(4 * CHUNK + 1)];
            random.nextBytes(bytes);
            List<byte[]> chunks = new ArrayList<>();
            try (ChunkOutputStream out = new ChunkOutputStream(CHUNK, store(chunks))) {
                int done = 0;
                while (done < bytes.length) {
                    if (random.nextBoolean()) {
                        out.write(bytes[done++]);
                    } else {
                        int count = random.nextInt(bytes.length - done + 1);
                        out.write(bytes, done, count);
                        done += count;
                    }
                }
                out.close();
            }
            assertThat(chunks).as("seed %d", seed).hasSize(bytes.length / CHUNK + 1);
            for (byte[] chunk : chunks.subList(0, chunks.size() - 1)) {
                assertThat(chunk).as("seed %d", seed).hasSize(CHUNK);
            }
            assertThat(read(chunks, random)).as("seed %d", seed).isEqualTo(bytes);
        }
    }

    private static ChunkOutputStream.Target store(List<byte[]> chunks) {
        return (number, chunk) -> {
            assertThat(number).isEqualTo(chunks.size());
            chunks.add(chunk);
        };
    }

    private static byte[] read(List<byte[]> chunks, Random random) throws IOException {
        byte[] read = new byte[5 * CHUNK];
        int size = 0;
        try (InputStream in = new ChunkInputStream(number -> number < chunks.size() ? chunks.get(number) : null)) {
            while (true) {
                if (random.nextBoolean()) {
                    int one = in.read();
                    if (one < 0) {
                        return Arrays.copyOf(read, size);
                    }
                    read[size++] = (byte) one;
                } else {
                    int count = in.read(read, size, random.nextInt(2 * CHUNK));
                    if (count < 0) {
                        return Arrays.copyOf(read, size);
                    }
                    size += count;
                }
            }
        }
    }

    @Test
    void emptyChunksEndNothing() throws IOException {
        List<byte[]> chunks = List.of(new byte[] {}, new byte[] {1}, new byte[] {}, new byte[] {}, new byte[] {2, 3});
        try (InputStream in = new ChunkInputStream(number -> number < chunks.size() ? chunks.get(number) : null)) {
            assertThat(in.readAllBytes()).containsExactly(1, 2, 3);
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void whatTheDatabaseSaysIsTheCause() {
        SQLException cause = new SQLException("no such table");
        InputStream in = new ChunkInputStream(number -> {
            throw cause;
        });
        assertThatIOException().isThrownBy(in::read).withCause(cause);
        ChunkOutputStream out = new ChunkOutputStream(CHUNK, (number, chunk) -> {
            throw cause;
        });
        assertThatIOException().isThrownBy(() -> out.write(new byte[CHUNK])).withCause(cause);
    }

    @Test
    void closingTheStreamClosesItsSourceOnceItIsRead() throws IOException {
        boolean[] closed = new boolean[1];
        InputStream in = new ChunkInputStream(new ChunkInputStream.Source() {
            @Override
            public byte[] chunk(int number) {
                return new byte[] {9};
            }

            @Override
            public void close() {
                closed[0] = true;
            }
        });
        assertThat(in.read()).isEqualTo(9);
        assertThat(closed[0]).isFalse();
        in.close();
        assertThat(closed[0]).isTrue();
    }
}
