package io.github.hasqlite.core.changeset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.github.luben.zstd.Zstd;
import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.LargeChanges;
import io.github.hasqlite.testing.JoinedParts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A message is read the same, and refused for the same, whether it is in memory or comes as a stream. */
class LargeMessageTests {

    private final ChangeSetSerializer serializer = new JsonChangeSetSerializer();

    @Test
    void changesAreReadAsOftenAsWanted() throws Exception {
        ChangeSet changeSet = changeSet(5_000);
        byte[] message = serializer.serialize(changeSet);
        ByteArrayOutputStream streamed = new ByteArrayOutputStream();
        serializer.serialize(changeSet, streamed);
        assertThat(streamed.toByteArray()).isEqualTo(message);
        for (CompressedMessage large : List.of(packed(message), plain(message))) {
            ChangeSet read = serializer.deserialize(large);
            assertThat(read.changes()).isInstanceOf(LargeChanges.class).hasSize(5_000);
            assertThat(read.hasCommands()).isFalse();
            assertThat(read.changes()).isEqualTo(changeSet.changes());
            assertThat(read.changes().get(4_000)).isEqualTo(changeSet.changes().get(4_000));
            assertThat(read.changes().get(3)).isEqualTo(changeSet.changes().get(3));
            assertThat(read.counter()).isEqualTo(changeSet.counter());
            assertThat(read.node()).isEqualTo(changeSet.node());
        }
    }

    @Test
    void isRefusedWhole() throws Exception {
        byte[] message = serializer.serialize(changeSet(5_000));
        String text = new String(message, StandardCharsets.US_ASCII);
        assertThat(refusal(text.replace("\"row 4900\"", "true"))).contains("changes[4899]", "not a TEXT");
        assertThat(refusal(text.substring(0, text.length() - 1))).contains("Unexpected end-of-input");
        assertThat(refusal(text + "{}")).contains("something follows");
        assertThat(refusal("[".repeat(100))).contains("nested deeper");
        assertThat(refusal("{\"x\":\"" + "x".repeat(5_000_000))).contains("has no end");
        assertThat(refusal("{\"x\":" + "1".repeat(5_000))).contains("a number or word");
        assertThat(refusal("{\"node\":\"" + "x".repeat(5_000_000) + "\"}")).contains("more than 65536 characters");
        assertThat(refusal("{\"changes\":[]}")).contains("none are given");
        assertThat(refusal(text.replace(
                        "\"new_types\":\"it\",\"new_values\":[2500,\"row 2500\"]",
                        "\"new_values\":[2500,\"row 2500\"],\"new_types\":\"it\"")))
                .contains("before its storage classes");
    }

    @Test
    void isRefusedIfItIsNotPackedAsItSays() {
        byte[] message = serializer.serialize(changeSet(5_000));
        byte[] packed = Zstd.compress(message);
        assertThat(refusal(new CompressedMessage(true, message.length + 1, bytes(packed))))
                .contains("bytes, not the");
        assertThat(refusal(new CompressedMessage(true, message.length - 1, bytes(packed))))
                .contains("or more, not the");
        assertThat(refusal(
                        new CompressedMessage(true, message.length, bytes(Arrays.copyOf(packed, packed.length - 9)))))
                .contains("decompressed");
        assertThat(refusal(new CompressedMessage(true, 512 << 20, bytes(packed))))
                .contains("may become when decompressed");
        packed[0] ^= 1;
        assertThat(refusal(new CompressedMessage(true, message.length, bytes(packed))))
                .contains("decompressed");
    }

    /** What cannot be read now may be good. */
    @Test
    void aBrokenStoreIsNoBadMessage() {
        byte[] message = serializer.serialize(changeSet(5_000));
        assertThatIOException()
                .isThrownBy(
                        () -> serializer.deserialize(new CompressedMessage(false, message.length, failing(message))))
                .withMessage("disk");
    }

    private static ByteSource failing(byte[] message) {
        return new ByteSource() {
            @Override
            public long length() {
                return message.length;
            }

            @Override
            public InputStream open() {
                return new InputStream() {
                    private int position;

                    @Override
                    public int read() throws IOException {
                        if (position == message.length / 2) {
                            throw new IOException("disk");
                        }
                        return message[position++];
                    }

                    @Override
                    public int read(byte[] target, int offset, int count) throws IOException {
                        target[offset] = (byte) read();
                        return 1;
                    }
                };
            }
        };
    }

    private String refusal(String message) {
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        return refusal(plain(bytes));
    }

    private String refusal(CompressedMessage message) {
        return assertThatExceptionOfType(ChangeSetFormatException.class)
                .isThrownBy(() -> serializer.deserialize(message))
                .actual()
                .getMessage();
    }

    private static CompressedMessage packed(byte[] message) {
        return new CompressedMessage(true, message.length, bytes(Zstd.compress(message)));
    }

    private static CompressedMessage plain(byte[] message) {
        return new CompressedMessage(false, message.length, bytes(message));
    }

    private static ByteSource bytes(byte[] all) {
        return new JoinedParts(List.of(all));
    }

    private static ChangeSet changeSet(int rows) {
        List<Change> changes = IntStream.rangeClosed(1, rows)
                .mapToObj(i -> Change.insert(
                        "t", List.of("id", "v"), List.of("id"), (long) i, List.<Object>of((long) i, "row " + i)))
                .toList();
        return new ChangeSet("n1", 1, "a.db", 1, "p", 7, 3, 0, changes);
    }
}
