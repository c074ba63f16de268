package io.github.hasqlite.sample;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** The tasks in the database. */
@Repository
@Transactional
class TaskBoard {

    private final JdbcClient jdbc;
    private final Clock clock;

    TaskBoard(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    @Transactional(readOnly = true)
    public List<Task> list() {
        return jdbc.sql("SELECT id, title, done, created_at FROM task ORDER BY created_at, id")
                .query(TaskBoard::task)
                .list();
    }

    @Transactional(readOnly = true)
    public Optional<Task> find(UUID id) {
        return jdbc.sql("SELECT id, title, done, created_at FROM task WHERE id = ?")
                .param(id.toString())
                .query(TaskBoard::task)
                .optional();
    }

    public Task add(NewTask task) {
        Task added = new Task(UUID.randomUUID(), task.title(), false, Instant.ofEpochMilli(clock.millis()));
        jdbc.sql("INSERT INTO task (id, title, done, created_at) VALUES (?, ?, ?, ?)")
                .params(
                        added.id().toString(),
                        added.title(),
                        added.done(),
                        added.createdAt().toEpochMilli())
                .update();
        return added;
    }

    public Optional<Task> change(UUID id, TaskChange change) {
        jdbc.sql("UPDATE task SET title = coalesce(:title, title), done = coalesce(:done, done) WHERE id = :id")
                .param("title", change.title())
                .param("done", change.done())
                .param("id", id.toString())
                .update();
        return find(id);
    }

    public boolean delete(UUID id) {
        return jdbc.sql("DELETE FROM task WHERE id = ?").param(id.toString()).update() > 0;
    }

    private static Task task(ResultSet row, int rowNumber) throws SQLException {
        return new Task(
                UUID.fromString(row.getString("id")),
                row.getString("title"),
                row.getBoolean("done"),
                Instant.ofEpochMilli(row.getLong("created_at")));
    }
}
