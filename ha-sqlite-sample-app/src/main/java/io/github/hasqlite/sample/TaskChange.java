package io.github.hasqlite.sample;

import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * What a client wants changed in a task; what is null stays as it is.
 *
 * @param title the new title
 * @param done the new state
 */
record TaskChange(
        @Nullable @Size(max = NewTask.MAX_TITLE) @Pattern(regexp = "(?s).*\\S.*", message = "must not be blank")
        String title,

        @Nullable Boolean done) {}
