package io.github.hasqlite.sample;

import java.time.Instant;
import java.util.UUID;

/**
 * A task on the board.
 *
 * @param id made by the node that added the task: numbers given out by the database would meet those that another node
 *     gives out at the same time
 * @param title what is to be done
 * @param done whether it is done
 * @param createdAt when the task was added, to the millisecond, by the clock of the node that added it
 */
record Task(UUID id, String title, boolean done, Instant createdAt) {}
