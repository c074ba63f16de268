package io.github.hasqlite.core.changeset;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetPublisherContract;
import org.junit.jupiter.api.Test;

class NoopPublisherTests extends ChangeSetPublisherContract {

    @Override
    protected ChangeSetPublisher open() {
        return new NoopPublisher();
    }

    @Test
    void acknowledgementsEmptyTheOutbox() {
        assertThat(new NoopPublisher().echoes()).isFalse();
    }
}
