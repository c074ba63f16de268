/**
 * What nodes and their clients say to each other over HTTP: positions in the stream, and requests that another node is to
 * answer.
 *
 * <p>It knows the servlet API and the API of this library, and neither Spring nor NATS. It promises that a request is
 * answered by this node, by another one, or with a status that says why not and whether it may be made again; and that
 * nothing that was not asked for is forwarded.
 */
@NullMarked
package io.github.hasqlite.http;

import org.jspecify.annotations.NullMarked;
