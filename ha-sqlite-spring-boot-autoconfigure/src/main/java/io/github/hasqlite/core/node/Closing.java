package io.github.hasqlite.core.node;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes parts of a node so that what cannot be closed does not keep the rest open. */
final class Closing {

    private static final Logger logger = LoggerFactory.getLogger(Closing.class);

    private Closing() {}

    /** Closes a part, if there is one; what it throws is logged. */
    static void quietly(@Nullable AutoCloseable part) {
        if (part == null) {
            return;
        }
        try {
            part.close();
        } catch (Exception e) {
            logger.warn("Closing {} failed", part, e);
        }
    }
}
