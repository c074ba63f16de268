package io.github.hasqlite.core.replay;

import java.util.concurrent.CompletableFuture;

/** What became of a transaction that was committed here before the stream has accepted it. */
public sealed interface Fate {

    /**
     * The stream has it, and it stays committed here.
     *
     * @param sequence its place
     */
    record Accepted(long sequence) implements Fate {}

    /**
     * Another message came first. It was taken back here and takes effect nowhere.
     *
     * @param sequence that message's, or an earlier one
     */
    record Beaten(long sequence) implements Fate {}

    /**
     * It was not sent. It was taken back here and takes effect nowhere.
     *
     * @param reason why
     */
    record NotSent(String reason) implements Fate {}

    /**
     * It was made on top of one of which it is not known what became, and was not sent. It was taken back here and
     * takes effect nowhere.
     */
    record Abandoned() implements Fate {}

    /**
     * It was taken back here, because it took too long to learn what became of it in the stream.
     *
     * @param later completes with {@link InStream}, {@link Beaten} or {@link Unknown}
     */
    record Detached(CompletableFuture<Fate> later) implements Fate {}

    /**
     * It was taken back here, and comes back from the stream.
     *
     * @param sequence its place
     */
    record InStream(long sequence) implements Fate {}

    /**
     * It was taken back here, and is applied as another node's if the stream has it.
     *
     * @param reason why that cannot be learned
     */
    record Unknown(String reason) implements Fate {}

    /** It was not committed after all, and its caller knows. */
    record Withdrawn() implements Fate {}
}
