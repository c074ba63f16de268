/**
 * Shows how replication is doing to Spring Boot's health endpoint and to Micrometer.
 *
 * <p>It exists apart from {@code autoconfigure} so that an application without an actuator loads none
 * of it. It promises that looking costs nothing: everything shown is read from counters, never from
 * the network or the disk; and that no secret is shown.
 */
@NullMarked
package io.github.hasqlite.actuate;

import org.jspecify.annotations.NullMarked;
