package io.github.hasqlite.sample;

import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** No task has the id that a client asked for. */
class TaskNotFoundException extends ErrorResponseException {

    TaskNotFoundException(UUID id) {
        super(
                HttpStatus.NOT_FOUND,
                ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, "There is no task " + id + "."),
                null);
    }
}
