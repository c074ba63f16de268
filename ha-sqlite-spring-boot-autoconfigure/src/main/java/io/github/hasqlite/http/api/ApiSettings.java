package io.github.hasqlite.http.api;

import java.time.Duration;

/**
 * What clients of the API may do.
 *
 * @param access who may use it
 * @param path below which it is, as {@code /ha}; for its description
 * @param maxBody how many bytes the body of a request has at most
 * @param bodyTimeout within what time a body has to be there
 * @param maxRequests how many requests are worked on at most at once, those whose body is being read not counted
 * @param maxAnswer how many bytes the answer to a transaction that writes has at most: it is held in memory until the
 *     transaction is committed
 * @param maxFeeds how many clients follow changes at most at once
 * @param timeout how long a request waits and runs at most; each of its statements is limited by the gateway as well
 */
public record ApiSettings(
        ApiAccess access,
        String path,
        int maxBody,
        Duration bodyTimeout,
        int maxRequests,
        int maxAnswer,
        int maxFeeds,
        Duration timeout) {}
