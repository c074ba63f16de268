package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.ReplicationStartException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An sqlite-jdbc that is too old, such as the one of Spring Boot 4.0, is named with the version that is needed. */
class DriverVersionTests {

    @ParameterizedTest
    @ValueSource(strings = {"3.50.3.0", "3.9.1", "3.51.3.0", "2.99"})
    void tooOld(String version) {
        assertThatExceptionOfType(ReplicationStartException.class)
                .isThrownBy(() -> DriverVersion.check(version))
                .withMessageContaining(version)
                .satisfies(e -> assertThat(e.action()).contains("<sqlite-jdbc.version>3.53.2.1<"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.53.0.0", "3.53.2.1", "3.54.1.0", "4.0", "unknown"})
    void goodEnough(String version) {
        assertThatCode(() -> DriverVersion.check(version)).doesNotThrowAnyException();
    }

    @Test
    void theOneThatIsHere() {
        assertThatCode(DriverVersion::check).doesNotThrowAnyException();
    }
}
