package io.github.hasqlite.core.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnedFileTests {

    @TempDir
    private Path folder;

    @Test
    void aFileHasOneOwnerAtATime() throws IOException {
        Path file = folder.resolve("lock");
        try (OwnedFile first = OwnedFile.tryOwn(file)) {
            assertThat(first).isNotNull();
            assertThat(OwnedFile.tryOwn(file)).isNull();
        }
        try (OwnedFile next = OwnedFile.tryOwn(file)) {
            assertThat(next).isNotNull();
        }
    }

    @Test
    void anotherProcessDoesNotGetItUntilTheOwnerGivesItUp() throws Exception {
        Path file = folder.resolve("lock");
        try (OwnedFile owner = OwnedFile.tryOwn(file)) {
            assertThat(owner).isNotNull();
            assertThat(exitOfAnotherProcess(file)).isEqualTo(Other.REFUSED);
        }
        assertThat(exitOfAnotherProcess(file)).isEqualTo(0);
    }

    private static int exitOfAnotherProcess(Path file) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        file.toString())
                .inheritIO()
                .start();
        try {
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Tries to own a file; ends with {@link #REFUSED} if somebody else does. */
    static final class Other {

        static final int REFUSED = 3;

        private Other() {}

        public static void main(String[] arguments) throws IOException {
            try (OwnedFile owned = OwnedFile.tryOwn(Path.of(Objects.requireNonNull(arguments[0])))) {
                System.exit(owned == null ? REFUSED : 0);
            }
        }
    }

    @Test
    void aFolderThatIsNotThereIsAnError() {
        assertThatIOException().isThrownBy(() -> OwnedFile.tryOwn(folder.resolve("absent/lock")));
    }
}
