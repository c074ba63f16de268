package io.github.hasqlite.core.changeset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.sun.management.ThreadMXBean;
import io.github.hasqlite.ChangeSetFormatException;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("simulation")
class HostileMessageTests {

    private static final String ROW =
            "{\"changes\":[{\"operation\":\"INSERT\",\"table\":\"t\",\"columns\":[\"a\",\"b\"],";
    private static final int HUNDRED_MEGABYTES = 100_000_000;

    private final JsonChangeSetSerializer serializer = new JsonChangeSetSerializer();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "ii|[1,1180591620717411303424]|changes[0].new_values[1]: 1180591620717411303424 is outside the 64-bit range of an INTEGER",
                "ii|[-9223372036854775809,1]|changes[0].new_values[0]: -9223372036854775809 is outside the 64-bit range of an INTEGER",
                "ii|[1,1.5]|changes[0].new_values[1]: 1.5 is not an INTEGER",
                "ii|[1,1e3]|changes[0].new_values[1]: 1e3 is not an INTEGER",
                "ii|[1,\"1\"]|changes[0].new_values[1]: a string is not an INTEGER",
                "ii|[1,null]|changes[0].new_values[1]: null is not an INTEGER",
                "ii|[1,true]|changes[0].new_values[1]: true is not an INTEGER",
                "ii|[1,[2]]|changes[0].new_values[1]: an array is not an INTEGER",
                "it|[1,{}]|changes[0].new_values[1]: an object is not a TEXT",
                "it|[1,2]|changes[0].new_values[1]: 2 is not a TEXT",
                "ib|[1,\"A\"]|changes[0].new_values[1]: not a BLOB in base64",
                "ib|[1,\"QQ\"]|changes[0].new_values[1]: not a BLOB in base64",
                "ib|[1,\"Q*==\"]|changes[0].new_values[1]: not a BLOB in base64",
                "ib|[1,7]|changes[0].new_values[1]: 7 is not a BLOB",
                "in|[1,0]|changes[0].new_values[1]: 0 is not NULL",
                "ir|[1,\"NaN\"]|changes[0].new_values[1]: \"NaN\" is not a REAL",
                "ir|[1,1e999]|changes[0].new_values[1]: 1e999 is outside the range of a REAL",
                "ix|[1,2]|changes[0].new_values[1]: unknown storage class x",
                "i|[1]|changes[0].new_values: 1 values for 2 columns",
                "iii|[1,2]|changes[0].new_values: 2 values, but 3 storage classes",
                "i|[1,2]|changes[0].new_values: more values than the 1 storage classes given",
                "ii|{}|changes[0].new_values: not an array",
                "ii|null|changes[0]: new_types without new_values",
            })
    void saysWhichValueIsWrong(String types, String values, String message) {
        String typesFirst = ROW + "\"new_types\":\"" + types + "\",\"new_values\":" + values + "}]}";
        assertThat(failure(typesFirst)).hasMessageStartingWith(message);
        String valuesFirst = ROW + "\"new_values\":" + values + ",\"new_types\":\"" + types + "\"}]}";
        assertThat(failure(valuesFirst)).hasMessageStartingWith("changes[0]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}|changes: none are given",
                "{\"changes\":[]}|changes: none are given",
                "{\"changes\":null}|changes: none are given",
                "{\"changes\":{}}|changes: not an array",
                "{\"changes\":[7]}|changes[0]: not an object",
                "{\"changes\":[{}]}|changes[0]: operation is missing",
                "{\"changes\":[{\"operation\":\"CUSTOM\"}]}|changes[0].operation: unknown operation CUSTOM",
                "{\"changes\":[{\"operation\":1}]}|changes[0].operation: not a string",
                "{\"changes\":[{\"operation\":\"SQL\"}]}|changes[0]: command is missing",
                "{\"changes\":[{\"operation\":\"DELETE\"}]}|changes[0]: table is missing",
                "{\"changes\":[{\"operation\":\"DELETE\",\"table\":\"t\"}]}|changes[0]: columns is missing",
                "{\"changes\":[{\"operation\":\"DELETE\",\"table\":\"t\",\"columns\":[]}]}|changes[0].columns: none are given",
                "{\"changes\":[{\"table\":\"a\\u0000b\",\"columns\":[\"c\"],\"operation\":\"DELETE\"}]}|changes[0].table: a name cannot contain NUL",
                "{\"changes\":[{\"table\":\"t\",\"columns\":[\"c\",\"c\"],\"operation\":\"DELETE\"}]}|changes[0].columns[1]: c is there twice",
                "{\"changes\":[{\"table\":\"t\",\"columns\":[\"c\",7],\"operation\":\"DELETE\"}]}|changes[0].columns[1]: not a string",
                "{\"changes\":[{\"table\":\"t\",\"columns\":[\"c\"],\"pk_columns\":[\"d\"],\"operation\":\"DELETE\"}]}|changes[0].pk_columns[0]: d is not one of the columns",
                "{\"changes\":[{\"table\":\"t\",\"columns\":[\"c\"],\"operation\":\"DELETE\"}]}|changes[0].old_values: 0 values for 1 columns",
                "{\"changes\":[{\"table\":\"t\",\"table\":\"t\"}]}|changes[0].table: is there twice",
                "{\"changes\":[{\"new_rowid\":1.5}]}|changes[0].new_rowid: 1.5 is not an INTEGER",
                "{\"node\":7}|node: not a string",
                "{\"node\":\"n\",\"node\":\"n\"}|node: is there twice",
                "{\"process_id\":\"7\"}|process_id: a string is not an INTEGER",
                "{\"publisher\":\"p\",\"changes\":[{\"operation\":\"SQL\",\"command\":\"c\"}]}|counter: 0 of publisher 'p'",
                "{\"counter\":1,\"changes\":[{\"operation\":\"SQL\",\"command\":\"c\"}]}|counter: 1 of publisher ''",
                "{\"base_sequence\":-1,\"changes\":[{\"operation\":\"SQL\",\"command\":\"c\"}]}|base_sequence: -1 is negative",
                "{\"changes\":[{\"operation\":\"SQL\",\"command\":\"c\"}]} x|not readable as JSON at byte 4",
                "{\"changes\":[{\"operation\":\"SQL\",\"command\":\"c\"}]}{}|something follows after the change set",
                "[]|not a JSON object",
                "\"\"|not a JSON object",
            })
    void saysWhatIsWrongAndWhere(String json, String message) {
        assertThat(failure(json)).hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "hello", "\0", "{", "{\"a\"", "{'a':1}", "\ufeff{}", "/**/{}", "NaN", "nul"})
    void refusesWhatIsNotJson(String text) {
        failure(text);
        failure(text.getBytes(StandardCharsets.UTF_16LE));
    }

    @Test
    void refusesNumbersThatAreTooLong() {
        String digits = BigInteger.TEN.pow(5_000).toString();
        assertThat(failure(ROW + "\"new_values\":[" + digits + ",1]}]}").getMessage())
                .hasSizeLessThan(250);
        assertThat(failure(ROW + "\"new_values\":[1,2" + digits.substring(0, 900) + "]}]}"))
                .hasMessageContaining("outside the range of a REAL");
    }

    @Test
    void refusesDeepNestingWhereverItIs() {
        for (String brackets : new String[] {"[".repeat(1_000), "{\"a\":".repeat(1_000), "[{\"a\":".repeat(500)}) {
            failure(brackets);
            failure("{\"x\":" + brackets);
            failure("{\"changes\":" + brackets);
            failure(ROW + "\"x\":" + brackets);
            failure(ROW + "\"new_values\":" + brackets);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[", "{\"a\":", "7", "-", "1e", "x", " ", "\"", "\\", "\0", "é", "\"a\",", "0,", "{},", "null,", "[],"
            })
    void endlessInputIsRefusedWithLittleMemory(String piece) {
        for (String start : new String[] {
            "",
            "{\"node\":",
            "{\"node\":\"",
            "{\"x\":[",
            "{\"x\":\"",
            "{\"publisher\":\"",
            "{\"changes\":[",
            ROW + "\"new_values\":[",
            ROW + "\"new_types\":\"",
            "{\"changes\":[{\"columns\":["
        }) {
            assertRefusedWith(6_000_000, endless(start, piece, 1_500_000));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "|[",
                "{\"x\":|{\"a\":",
                ROW + "\"new_values\":[|7",
                ROW + "\"new_values\":[\"|a",
                ROW + "\"new_values\":[|0,",
                "{\"publisher\":\"|\\",
            })
    void aHundredMegabytesAreRefusedQuicklyWithLittleMemory(String start, String piece) {
        byte[] message = endless(start == null ? "" : start, piece, HUNDRED_MEGABYTES);
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> assertRefusedWith(20_000_000, message));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"node", "publisher", "changes\":[{\"table", "changes\":[{\"new_types", "changes\":[{\"operation"
            })
    void aNameWithoutMeasureIsRefusedWithoutCopyingIt(String field) {
        byte[] message = endless("{\"" + field + "\":\"", "i", 20_000_000);
        message[message.length - 2] = '"';
        message[message.length - 1] = '}';
        assertRefusedWith(1_000_000, message);
    }

    private static byte[] endless(String start, String piece, int length) {
        byte[] message = Arrays.copyOf(start.getBytes(StandardCharsets.UTF_8), length);
        byte[] pattern = piece.getBytes(StandardCharsets.UTF_8);
        int head = start.getBytes(StandardCharsets.UTF_8).length;
        for (int i = head; i < length; i++) {
            message[i] = pattern[(i - head) % pattern.length];
        }
        return message;
    }

    private void assertRefusedWith(long bytes, byte[] message) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        failure(message);
        serializer.origin(message);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(bytes);
    }

    @Test
    void messagesThatEndTooEarlyAreRefusedWhereverTheyEnd() {
        for (long seed = 0; seed < 20; seed++) {
            byte[] message = serializer.serialize(new GeneratedChangeSets(seed).next());
            if (message.length < 5_000) {
                for (int length = 0; length < message.length; length++) {
                    failure(Arrays.copyOf(message, length));
                }
            }
        }
    }

    @Test
    void mutatedMessagesAreReadOrRefusedAndNothingElse() {
        long seeds = Long.getLong("ha.sqlite.test.seeds", 2_000);
        int read = 0;
        for (long seed = 0; seed < seeds; seed++) {
            byte[] message = serializer.serialize(new GeneratedChangeSets(seed % 500).next());
            Random random = new Random(seed);
            for (int i = 0; i < 10; i++) {
                byte[] mutated = mutate(message, random);
                Throwable thrown = catchThrowable(() -> serializer.deserialize(mutated));
                if (thrown == null) {
                    read++;
                } else {
                    assertThat(thrown).as("seed %d", seed).isInstanceOf(ChangeSetFormatException.class);
                    assertThat(thrown).as("seed %d", seed).hasNoCause();
                    assertFitToBeShown(thrown.getMessage());
                }
                assertThat(catchThrowable(() -> serializer.origin(mutated)))
                        .as("seed %d", seed)
                        .isNull();
            }
        }
        assertThat(read).isPositive();
    }

    private static byte[] mutate(byte[] message, Random random) {
        byte[] mutated = message.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(mutated.length);
            int length = random.nextInt(Math.min(20, mutated.length - at));
            switch (random.nextInt(5)) {
                case 0 -> mutated[at] = (byte) random.nextInt(256);
                case 1 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> mutated[at] = (byte) "\"\\{}[],:0-e.n".charAt(random.nextInt(13));
                case 3 -> System.arraycopy(message, random.nextInt(message.length - length), mutated, at, length);
                default -> {
                    byte[] shorter = Arrays.copyOf(mutated, mutated.length - length);
                    System.arraycopy(mutated, at + length, shorter, at, shorter.length - at);
                    mutated = shorter;
                }
            }
        }
        return mutated;
    }

    private ChangeSetFormatException failure(String json) {
        return failure(json.getBytes(StandardCharsets.UTF_8));
    }

    private ChangeSetFormatException failure(byte[] message) {
        ChangeSetFormatException[] failure = new ChangeSetFormatException[1];
        assertThatExceptionOfType(ChangeSetFormatException.class)
                .isThrownBy(() -> serializer.deserialize(message))
                .satisfies(thrown -> failure[0] = thrown);
        assertThat(failure[0]).hasNoCause();
        assertFitToBeShown(failure[0].getMessage());
        return failure[0];
    }

    private static void assertFitToBeShown(String message) {
        assertThat(message).hasSizeLessThan(300).matches("[^\\p{Cntrl}\\p{Zl}\\p{Zp}\\p{Cf}\\p{Cs}]*");
    }
}
