package io.github.hasqlite.core.replay;

/** What a message's counter says. */
enum Turn {
    /** It is the publisher's next one or the last part of that, or its publisher does not count. */
    NEXT,
    /** It is a part of the publisher's next one, and more parts follow: it has no effect yet. */
    PART,
    /** It is a part, and with it there is more than the whole may be. */
    OVERSIZED,
    /** It was there before. */
    REPEATED,
    /** One before it is missing; it will come again. */
    OUT_OF_TURN
}
