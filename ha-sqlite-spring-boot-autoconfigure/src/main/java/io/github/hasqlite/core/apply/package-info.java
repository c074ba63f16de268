/**
 * The deterministic function: one change set, one database.
 *
 * <p>Promises rules R5 and R6: what a change set does depends on the database and the change set alone, so all
 * nodes that apply the same stream end with the same content; a change set takes effect whole or not at all;
 * triggers of the application stay silent, because their effects are in the change set already; nothing from a
 * message is executed that is not a change.
 */
@NullMarked
package io.github.hasqlite.core.apply;

import org.jspecify.annotations.NullMarked;
