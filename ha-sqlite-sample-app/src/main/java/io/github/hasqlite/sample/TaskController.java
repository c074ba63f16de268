package io.github.hasqlite.sample;

import jakarta.validation.Valid;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The task board over HTTP. */
@RestController
@RequestMapping("/api/tasks")
class TaskController {

    private final TaskBoard board;

    TaskController(TaskBoard board) {
        this.board = board;
    }

    @GetMapping
    List<Task> list() {
        return board.list();
    }

    @GetMapping("/{id}")
    Task get(@PathVariable UUID id) {
        return board.find(id).orElseThrow(() -> new TaskNotFoundException(id));
    }

    @PostMapping
    ResponseEntity<Task> add(@Valid @RequestBody NewTask task) {
        Task added = board.add(task);
        return ResponseEntity.created(URI.create("/api/tasks/" + added.id())).body(added);
    }

    @PatchMapping("/{id}")
    Task change(@PathVariable UUID id, @Valid @RequestBody TaskChange change) {
        return board.change(id, change).orElseThrow(() -> new TaskNotFoundException(id));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable UUID id) {
        if (!board.delete(id)) {
            throw new TaskNotFoundException(id);
        }
    }
}
