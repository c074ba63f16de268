package io.github.hasqlite.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.differential.Cluster.Kind;
import io.github.hasqlite.testing.MutantLoader;
import java.lang.reflect.InvocationTargetException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Proves that the differential test can fail: variants of the product with a mistake that somebody
 * might make are found within a few hundred scripts.
 */
@Tag("simulation")
class BrokenVariantsTests {

    private static final int SCRIPTS = 400;

    @Test
    void scriptsFindRealThatArrivesAsInteger() {
        assertFound(original -> new LossySerializer(original) {
            @Override
            Object lossy(Object value) {
                return value instanceof Double real && real == Math.rint(real) && Math.abs(real) < 1e15
                        ? (Object) real.longValue()
                        : value;
            }
        });
    }

    @Test
    void scriptsFindBlobThatArrivesAsText() {
        assertFound(original -> new LossySerializer(original) {
            @Override
            Object lossy(Object value) {
                return value instanceof byte[] blob ? new String(blob, java.nio.charset.StandardCharsets.UTF_8) : value;
            }
        });
    }

    @Test
    void scriptsFindLostSignOfZero() {
        assertFound(original -> new LossySerializer(original) {
            @Override
            Object lossy(Object value) {
                return value instanceof Double real && real == 0 ? (Object) 0.0 : value;
            }
        });
    }

    private static void assertFound(UnaryOperator<ChangeSetSerializer> serializer) {
        assertThat(SeedRunner.firstDifference(
                        1, SCRIPTS, seed -> Kind.inMemory(seed).with(serializer)))
                .isPositive();
    }

    @ParameterizedTest
    @CsvSource({
        // a forgotten rollback to a savepoint
        "io.github.hasqlite.core.jdbc.Recorder, cutTo",
        // a forgotten rollback of a failed statement
        "io.github.hasqlite.core.jdbc.Recorder, failed",
        // a name that is not quoted
        "io.github.hasqlite.core.sqlite.SqlIdentifier, quote",
        // triggers that were suspended do not come back
        "io.github.hasqlite.core.apply.ChangeSetApplication, prepareCommit",
        // triggers of tables that are gone stay
        "io.github.hasqlite.core.sqlite.TemporaryTriggers, drop",
        // the session's own statements show in changes()
        "io.github.hasqlite.core.jdbc.ChangeCounters, afterOwnStatement"
    })
    void scriptsFindMutant(String className, String method) throws Exception {
        Class<?> search = new MutantLoader(className, method).loadClass(MutantSearch.class.getName());
        try {
            assertThat((long) search.getMethod("firstDifference", int.class).invoke(null, SCRIPTS))
                    .isPositive();
        } catch (InvocationTargetException e) {
            // a mutant may be too broken for a cluster to start
            assertThat(e.getCause()).hasMessageContaining("cluster");
        }
    }

    @Test
    void loaderItselfChangesNothing() throws Exception {
        Class<?> search =
                new MutantLoader("io.github.hasqlite.core.jdbc.Recorder").loadClass(MutantSearch.class.getName());
        assertThat((long) search.getMethod("firstDifference", int.class).invoke(null, 20))
                .isEqualTo(-1);
    }
}
