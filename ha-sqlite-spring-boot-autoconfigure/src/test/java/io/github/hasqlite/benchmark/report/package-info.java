/** One program that measures what users feel, beside plain sqlite-jdbc and the bare NATS client, and writes it down. */
@org.jspecify.annotations.NullMarked
package io.github.hasqlite.benchmark.report;
