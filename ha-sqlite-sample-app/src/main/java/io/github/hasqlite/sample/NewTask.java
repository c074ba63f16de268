package io.github.hasqlite.sample;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;

/**
 * What a client says of a task to add.
 *
 * @param title what is to be done
 */
record NewTask(@NotBlank @Size(max = MAX_TITLE) String title) {

    static final int MAX_TITLE = 200;
}
