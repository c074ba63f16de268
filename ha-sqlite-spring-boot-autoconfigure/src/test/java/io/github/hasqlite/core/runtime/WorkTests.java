package io.github.hasqlite.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.core.runtime.WorkListener.Counted;
import io.github.hasqlite.core.runtime.WorkListener.Timed;
import io.github.hasqlite.testing.TestRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkTests {

    private final TestRuntime clock = new TestRuntime(0);
    private final Work work = clock.measured().work();

    @Test
    void aRuntimeOfNoNodeTakesEverythingAndTellsNobody() {
        Work unheard = clock.work();
        unheard.end(Timed.PUBLISH, unheard.begin());
        unheard.took(Timed.BOOTSTRAP, 1);
        unheard.count(Counted.PUBLISH_RETRIES, 1);
        assertThat(unheard.isHeard()).isFalse();
        assertThat(unheard.origin()).isNull();
        assertThatThrownBy(() -> unheard.add(new Heard())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whoeverListensHearsWhatTookHowLong() {
        Heard first = new Heard();
        Heard second = new Heard();
        work.add(first);
        work.add(second);
        long begun = work.begin();
        clock.move(Duration.ofNanos(5));
        work.end(Timed.APPLY, begun);
        work.count(Counted.APPLIED_ROWS, 3);
        assertThat(first.said).containsExactly("APPLY 5", "APPLIED_ROWS 3").isEqualTo(second.said);
    }

    @Test
    void whatBeganUnheardIsNotTold() {
        long begun = work.begin();
        Heard heard = new Heard();
        work.add(heard);
        work.end(Timed.APPLY, begun);
        assertThat(work.since(begun)).isZero();
        assertThat(heard.said).isEmpty();
    }

    @Test
    void whatHappensOnceIsKeptForTheFirstWhoListens() {
        work.took(Timed.BOOTSTRAP, 7);
        Heard first = new Heard();
        Heard second = new Heard();
        work.add(first);
        work.add(second);
        assertThat(first.said).containsExactly("BOOTSTRAP 7");
        assertThat(second.said).isEmpty();
    }

    private static final class Heard implements WorkListener {

        private final List<String> said = new ArrayList<>();

        @Override
        public void took(Timed what, long nanos) {
            said.add(what + " " + nanos);
        }

        @Override
        public void counted(Counted what, long number) {
            said.add(what + " " + number);
        }
    }
}
