package io.github.hasqlite.http.api;

import io.github.hasqlite.core.gateway.ReadLevel;
import java.time.Duration;

/**
 * What a request wants besides its statements.
 *
 * @param level how fresh what it reads is
 * @param position of the stream that is to be applied, 0 for none
 * @param timeout how long it waits and runs at most
 * @param format of its answer
 */
record QueryWishes(ReadLevel level, long position, Duration timeout, ResultWriter.Format format) {}
