/**
 * The codec between a change set and its message, the one that cuts a message into parts where it is
 * too large to travel, and publishers that need no network.
 *
 * <p>It exists so that one place alone knows the format. It promises: what is read back is exactly
 * what was written, storage class and bit for bit; messages of the Go implementation are understood;
 * whatever else the bytes are, reading them ends in a {@link
 * io.github.hasqlite.ChangeSetFormatException} that says what was wrong and where, after little work
 * and little memory. What is written can always be read: a change set that would be refused on
 * arrival is refused here.
 */
@NullMarked
package io.github.hasqlite.core.changeset;

import org.jspecify.annotations.NullMarked;
