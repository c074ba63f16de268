package io.github.hasqlite.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.PublishException;
import io.github.hasqlite.core.runtime.NodeRuntime;
import org.junit.jupiter.api.Test;

/** What was published, and of which no answer came. */
class UnansweredPublishTests {

    private final PublishHealth health = new PublishHealth(NodeRuntime.ofJvm());

    @Test
    void isNoTroubleAnyMoreWhenItHasBeenStored() {
        health.failed(new PublishException(PublishException.Reason.TIMEOUT, "no acknowledgement"));
        assertThat(health.unanswered()).isNotNull();
        health.unansweredIsStored();
        assertThat(health.reason()).isNull();
        assertThat(health.unanswered()).isNull();
    }

    @Test
    void saysNothingOfWhatWasRefused() {
        health.failed(new PublishException(PublishException.Reason.REJECTED, "maximum messages exceeded"));
        health.unansweredIsStored();
        assertThat(health.reason()).isEqualTo("maximum messages exceeded");
    }
}
