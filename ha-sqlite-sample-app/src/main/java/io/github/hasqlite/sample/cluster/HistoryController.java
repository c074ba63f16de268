package io.github.hasqlite.sample.cluster;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.HistoryQuery;
import io.github.hasqlite.ReplicationHistory;
import io.github.hasqlite.UndoPlan;
import io.github.hasqlite.UndoRequest;
import jakarta.validation.Valid;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What was committed, newest first, and the way to take it back. */
@RestController
class HistoryController {

    private static final int SHOWN = 12;

    private final ObjectProvider<ReplicationHistory> histories;
    private final HaSqliteDataSource database;

    HistoryController(ObjectProvider<ReplicationHistory> histories, HaSqliteDataSource database) {
        this.histories = histories;
        this.database = database;
    }

    /**
     * The latest change sets; with a task only the last one of this node that has changed it.
     *
     * @param task its id, or {@code null}
     */
    @GetMapping("/api/history")
    List<CommittedChanges> latest(@RequestParam(required = false) @Nullable UUID task) {
        HistoryQuery query = task == null
                ? HistoryQuery.latest(SHOWN)
                : HistoryQuery.latest(1)
                        .row("task", task.toString())
                        .node(database.replicationStatus().node());
        return asked(() -> history().read(query)).stream()
                .map(CommittedChanges::of)
                .toList();
    }

    /** Takes one change set back, or says what that would do. JSON only: no page of another site can send that. */
    @PostMapping(path = "/api/undo", consumes = MediaType.APPLICATION_JSON_VALUE)
    UndoAnswer undo(@Valid @RequestBody UndoOrder order) {
        UndoRequest only = UndoRequest.only(order.position());
        UndoRequest request = order.takeAlong() ? only.takingAlong() : only;
        UndoPlan plan =
                asked(() -> order.dryRun() ? history().plan(request) : history().undo(request));
        return UndoAnswer.of(plan);
    }

    private ReplicationHistory history() {
        ReplicationHistory history = histories.getIfAvailable();
        if (history == null) {
            throw problem(HttpStatus.CONFLICT, "This node has no history: it does not replicate.", null);
        }
        return history;
    }

    /** Asks the stream. */
    private interface Question<T> {
        T ask() throws IOException, SQLException;
    }

    private static <T> T asked(Question<T> question) {
        try {
            return question.ask();
        } catch (IOException e) {
            throw problem(HttpStatus.SERVICE_UNAVAILABLE, "The stream cannot be read now. Try again.", e);
        } catch (SQLException e) {
            throw problem(HttpStatus.CONFLICT, String.valueOf(e.getMessage()), e);
        }
    }

    private static ErrorResponseException problem(HttpStatus status, String detail, @Nullable Throwable cause) {
        return new ErrorResponseException(status, ProblemDetail.forStatusAndDetail(status, detail), cause);
    }
}
