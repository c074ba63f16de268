/**
 * PostgreSQL's protocol 3 as bytes: framing, the messages of both sides, and the proof of a password. Promises: what a
 * client announces is never allocated before it has come; a message over the limit ends the connection; nothing here
 * blocks.
 */
@NullMarked
package io.github.hasqlite.postgres.wire;

import org.jspecify.annotations.NullMarked;
