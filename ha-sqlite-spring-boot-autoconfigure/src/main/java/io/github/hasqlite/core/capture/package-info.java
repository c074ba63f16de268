/**
 * Notices every row that a connection changes: the schema catalogue, the TEMP triggers, and the
 * buffer they fill.
 *
 * <p>sqlite-jdbc offers neither a preupdate hook nor the session extension, so each writing
 * connection carries TEMP triggers that call a Java function with the row before and after. Promises
 * rule R1 of the design: what the buffer holds at commit is what is being committed, provided that
 * its marks are used around statements and savepoints.
 */
@NullMarked
package io.github.hasqlite.core.capture;

import org.jspecify.annotations.NullMarked;
