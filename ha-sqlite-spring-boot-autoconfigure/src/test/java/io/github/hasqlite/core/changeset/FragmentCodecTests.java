package io.github.hasqlite.core.changeset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.github.luben.zstd.Zstd;
import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetSerializer.Origin;
import io.github.hasqlite.testing.JoinedParts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FragmentCodecTests {

    private static final String GOOD =
            "{\"publisher\":\"p\",\"counter\":7,\"part\":2,\"parts\":3,\"encoding\":\"plain\","
                    + "\"size\":9,\"node\":\"n\",\"process_id\":1,\"filename\":\"f\",\"timestamp_ns\":1,\"changes\":[],"
                    + "\"data\":\"QUJD\"}";

    private final FragmentCodec codec = new FragmentCodec();
    private final JsonChangeSetSerializer serializer = new JsonChangeSetSerializer();

    @ParameterizedTest
    @CsvSource({"1, 500", "100, 500", "5000, 1000", "100000, 1000", "3000000, 65536", "1000000, 1048576"})
    void whatIsCutAndPutTogetherIsTheSame(int size, int maxBytes) throws Exception {
        for (byte[] message : List.of(random(size), repetitive(size))) {
            FragmentedMessage fragmented = codec.split(changeSet("p"), message, maxBytes);
            assertThat(rejoined(fragmented, maxBytes)).isEqualTo(message);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"n1.abc.x", "Büro \"1\"\\.abc", "\u0000\n😀"})
    void partsSayWhosTheyAreAndAreNoChangeSets(String publisher) throws Exception {
        FragmentedMessage fragmented = codec.split(changeSet(publisher), random(3_000), 1_000);
        assertThat(fragmented.parts()).isGreaterThan(3);
        for (int number = 1; number <= fragmented.parts(); number++) {
            byte[] part = fragmented.part(number);
            assertThat(codec.isFragment(part)).isTrue();
            assertThat(serializer.origin(part)).isEqualTo(new Origin(publisher, 7));
            Fragment read = codec.read(part);
            assertThat(read.publisher()).isEqualTo(publisher);
            assertThat(read.counter()).isEqualTo(7);
            assertThat(read.part()).isEqualTo(number);
            assertThat(read.parts()).isEqualTo(fragmented.parts());
            assertThat(read.isLast()).isEqualTo(number == fragmented.parts());
            assertThatExceptionOfType(ChangeSetFormatException.class)
                    .isThrownBy(() -> serializer.deserialize(part))
                    .withMessageContaining("changes: none are given");
        }
        assertThat(codec.isFragment(serializer.serialize(changeSet(publisher)))).isFalse();
    }

    @Test
    void aGoNodeSeesAChangeSetWithoutChanges() {
        String part = new String(codec.split(changeSet("p"), random(10), 500).part(1), StandardCharsets.UTF_8);
        assertThat(part)
                .startsWith("{\"publisher\":\"p\",\"counter\":7,\"part\":1,\"parts\":1,")
                .contains("\"node\":\"n1\",\"process_id\":1,\"filename\":\"db\",\"timestamp_ns\":1,\"changes\":[],");
    }

    @Test
    void rowsTakeFewPartsBecauseTheyAreCompressed() {
        byte[] rows = repetitive(5_000_000);
        assertThat(codec.split(changeSet("p"), rows, 1 << 20).parts()).isEqualTo(1);
    }

    @Test
    void whatNobodyWouldDecompressIsNotCompressed() throws Exception {
        byte[] zeros = new byte[100 << 20];
        FragmentedMessage fragmented = codec.split(changeSet("p"), zeros, 64 << 20);
        assertThat(codec.read(fragmented.part(1)).compressed()).isFalse();
        assertThat(fragmented.parts()).isEqualTo(3);
    }

    @Test
    void messagesTooSmallForThePartsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.split(changeSet("p"), random(1_000), 100))
                .withMessageContaining("max_payload");
        int frame = codec.split(changeSet("p"), random(1), 500).part(1).length;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.split(changeSet("p"), random(2_000_000), frame + 30))
                .withMessageContaining("65536 messages");
    }

    @Test
    void theExampleOfTheOtherTestsIsGood() throws Exception {
        Fragment part = codec.read(bytes(GOOD));
        assertThat(part.data()).isEqualTo(bytes("ABC"));
        assertThat(part.size()).isEqualTo(9);
        assertThat(codec.isFragment(bytes(GOOD))).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"publisher\":\"p\"|\"publisher\":\"\"|publisher: is missing",
                "\"publisher\":\"p\"|\"publisher\":7|publisher: not a string",
                "\"counter\":7|\"counter\":0|counter: 0",
                "\"counter\":7|\"counter\":-1|counter: -1",
                "\"counter\":7|\"counter\":1180591620717411303424|counter: 1180591620717411303424 is outside",
                "\"counter\":7|\"counter\":\"7\"|counter: a string is not an INTEGER",
                "\"part\":2|\"part\":0|part: 0 of 3",
                "\"part\":2|\"part\":4|part: 4 of 3",
                "\"part\":2|\"part\":-2147483646|part: -2147483646 of 3",
                "\"part\":2|\"part\":4294967298|part: 4294967298 of 3",
                "\"part\":2|\"part\":1.5|part: 1.5 is not an INTEGER",
                "\"part\":2|\"part\":null|part: null is not an INTEGER",
                "\"part\":2|\"part\":2,\"part\":2|part: is there twice",
                "\"part\":2|\"x\":2|part: 0 of 3",
                "\"parts\":3|\"parts\":0|parts: 0, not 1 to 65536",
                "\"parts\":3|\"parts\":65537|parts: 65537, not 1 to 65536",
                "\"parts\":3|\"parts\":1e3|parts: 1e3 is not an INTEGER",
                "\"parts\":3|\"parts\":1|part: 2 of 1",
                "\"size\":9|\"size\":0|size: 0, not 1 to 536870912",
                "\"size\":9|\"size\":536870913|size: 536870913, not 1 to 536870912",
                "\"size\":9|\"size\":2|data: 3 bytes of 2",
                "\"plain\"|\"gzip\"|encoding: unknown gzip",
                "\"plain\"|[]|encoding: not a string",
                "\"QUJD\"|\"\"|data: 0 bytes of 9",
                "\"QUJD\"|\"QUJ\"|data: not a BLOB in base64",
                "\"QUJD\"|\"Q*JD\"|data: not a BLOB in base64",
                "\"QUJD\"|7|data: 7 is not a BLOB",
                "\"QUJD\"}|\"QUJD\",\"data\":\"QUJD\"}|data: is there twice",
                "\"QUJD\"}|\"QUJD\"|not readable as JSON at byte 160",
                "\"QUJD\"}|\"QUJD\"}{}|something follows after the part",
                "[]|[{}]|changes: not empty, though it is a part",
                "[]|{}|changes: not empty, though it is a part",
                "[]|null|changes: not empty, though it is a part",
            })
    void saysWhatIsWrongWithAPart(String good, String bad, String message) {
        assertThat(GOOD).contains(good);
        Throwable failure = catchThrowable(() -> codec.read(bytes(GOOD.replace(good, bad))));
        assertThat(failure).isInstanceOf(ChangeSetFormatException.class).hasMessageStartingWith(message);
    }

    @Test
    void whateverIsMadeOfAPartIsReadOrRefused() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] message = bytes(GOOD);
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                message[random.nextInt(message.length)] = (byte) random.nextInt(256);
            }
            byte[] changed = Arrays.copyOf(message, message.length - random.nextInt(3));
            codec.isFragment(changed);
            Throwable failure = catchThrowable(() -> codec.read(changed));
            if (failure != null) {
                assertThat(failure).as("seed %s", seed).isInstanceOf(ChangeSetFormatException.class);
            }
        }
    }

    @Test
    void partsThatMakeNoMessageAreRefused() {
        byte[] packed = Zstd.compress(random(1_000), 1);
        assertThat(joinFailure(false, 10, random(9))).contains("make 9 bytes, not the 10");
        assertThat(joinFailure(true, 1_001, packed)).contains("make 1000 bytes, not the 1001");
        assertThat(joinFailure(true, 999, packed)).contains("cannot be decompressed");
        assertThat(joinFailure(true, 1_000, Arrays.copyOf(packed, packed.length - 1)))
                .contains("cannot be decompressed");
        assertThat(joinFailure(true, 1_000, random(500))).contains("cannot be decompressed");
        assertThat(joinFailure(true, 512 << 20, packed)).contains("more than " + packed.length + " bytes may become");
    }

    private String joinFailure(boolean compressed, int size, byte[] data) {
        Fragment last = new Fragment("p", 1, 1, 1, compressed, size, data);
        Throwable failure = catchThrowable(() -> codec.join(last, new JoinedParts(List.of(data))));
        assertThat(failure).isInstanceOf(ChangeSetFormatException.class);
        return String.valueOf(failure.getMessage());
    }

    private byte[] rejoined(FragmentedMessage fragmented, int maxBytes) throws Exception {
        List<byte[]> data = new ArrayList<>();
        Fragment last = null;
        for (int number = 1; number <= fragmented.parts(); number++) {
            byte[] part = fragmented.part(number);
            assertThat(part.length).isLessThanOrEqualTo(maxBytes);
            last = codec.read(part);
            data.add(last.data());
        }
        return codec.join(last, new JoinedParts(data));
    }

    private static ChangeSet changeSet(String publisher) {
        Change change = Change.insert("t", List.of("a"), List.of(), 1L, List.of(1L));
        return new ChangeSet("n1", 1, "db", 1, publisher, 7, 0, 0, List.of(change));
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static byte[] repetitive(int size) {
        byte[] bytes = new byte[size];
        Random random = new Random(size);
        for (int i = 0; i < size; i++) {
            bytes[i] = i % 40 < 38 ? (byte) ('a' + i % 40 % 26) : (byte) random.nextInt();
        }
        return bytes;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
