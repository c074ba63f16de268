package io.github.hasqlite.core.replay;

import io.github.hasqlite.core.runtime.Tracing;
import io.github.hasqlite.core.runtime.Work;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one transaction that somebody follows, however often that transaction is begun anew. Costs nothing for
 * messages without headers. Not thread-safe.
 */
final class TracedApplications {

    private final Work work;
    private final Map<Long, Tracing.Span> spans = new LinkedHashMap<>();

    TracedApplications(Work work) {
        this.work = work;
    }

    /** A message is about to be applied. */
    void begin(InboundMessage received, boolean own) {
        Map<String, String> headers = received.message().headers();
        Tracing tracing = headers.isEmpty() ? null : work.tracing();
        if (tracing == null || spans.containsKey(received.sequence())) {
            return;
        }
        Tracing.Span span = tracing.apply(received.sequence(), headers, own);
        if (span != null) {
            spans.put(received.sequence(), span);
        }
    }

    /** The transaction is over. */
    void end(@Nullable Throwable failure) {
        if (!spans.isEmpty()) {
            spans.values().forEach(span -> span.ended(failure));
            spans.clear();
        }
    }
}
