/**
 * What the sample's page shows of the cluster: its members, what was committed, and the way to take it back. The task
 * board itself needs none of this.
 */
@NullMarked
package io.github.hasqlite.sample.cluster;

import org.jspecify.annotations.NullMarked;
