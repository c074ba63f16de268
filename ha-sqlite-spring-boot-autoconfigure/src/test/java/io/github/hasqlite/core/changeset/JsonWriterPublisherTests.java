package io.github.hasqlite.core.changeset;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetPublisherContract;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class JsonWriterPublisherTests extends ChangeSetPublisherContract {

    private final JsonChangeSetSerializer serializer = new JsonChangeSetSerializer();
    private final RecordingWriter writer = new RecordingWriter();

    @Override
    protected ChangeSetPublisher open() {
        return new JsonWriterPublisher(writer);
    }

    @Test
    void everyLineIsAChangeSetAndFlushed() throws Exception {
        ChangeSetPublisher publisher = open();
        publisher.publish(changeSet(1), new byte[0]);
        assertThat(writer.flushed).endsWith("}\n");
        publisher.publish(changeSet(2), new byte[0]);
        assertThat(counters(writer.flushed)).containsExactly(1L, 2L);
    }

    @Test
    void linesOfSeveralThreadsDoNotMix() throws Exception {
        ChangeSetPublisher publisher = open();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            long first = t * 100L + 1;
            threads.add(new Thread(() -> LongStream.range(first, first + 100)
                    .forEach(counter -> publisher.publish(changeSet(counter), new byte[0]))));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(counters(writer.flushed))
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, 400).boxed().toList());
    }

    @Test
    void anErrorOfTheWriterIsToldAndTheNextLineIsWholeAgain() throws Exception {
        ChangeSetPublisher publisher = open();
        writer.failsAfter = 10;
        CompletableFuture<Long> failed = publisher.publish(changeSet(1), new byte[0]);
        assertThat(failed)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(IOException.class)
                .withMessageContaining("disk full");
        writer.failsAfter = Integer.MAX_VALUE;
        assertThat(publisher.publish(changeSet(1), new byte[0])).isCompletedWithValue(0L);
        assertThat(publisher.publish(changeSet(2), new byte[0])).isCompletedWithValue(0L);
        String[] lines = writer.flushed.split("\n");
        assertThat(lines).hasSize(3);
        assertThat(counters(lines[1] + "\n" + lines[2])).containsExactly(1L, 2L);
    }

    @Test
    void aChangeSetThatCannotBeWrittenIsToldToo() {
        ChangeSet empty = new ChangeSet("n", 1, "f", 1, "", 0, 0, 0, List.of());
        assertThat(open().publish(empty, new byte[0])).isCompletedExceptionally();
        assertThat(writer.flushed).isEmpty();
    }

    @Test
    void closesTheWriterOnlyIfAsked() {
        open().close();
        assertThat(writer.closed).isFalse();
        new JsonWriterPublisher(writer, true).close();
        assertThat(writer.closed).isTrue();
    }

    private List<Long> counters(String lines) throws Exception {
        List<Long> counters = new ArrayList<>();
        for (String line : lines.split("\n")) {
            ChangeSet changeSet = serializer.deserialize(line.getBytes(StandardCharsets.UTF_8));
            ChangeSetAssertions.assertSame(changeSet, changeSet(changeSet.counter()));
            counters.add(changeSet.counter());
        }
        return counters;
    }

    private static final class RecordingWriter extends Writer {

        private final StringWriter written = new StringWriter();
        private String flushed = "";
        private boolean closed;
        private int failsAfter = Integer.MAX_VALUE;

        @Override
        public void write(char[] buffer, int offset, int length) throws IOException {
            written.write(buffer, offset, Math.min(length, failsAfter));
            if (length > failsAfter) {
                throw new IOException("disk full");
            }
        }

        @Override
        public void flush() {
            flushed = written.toString();
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
