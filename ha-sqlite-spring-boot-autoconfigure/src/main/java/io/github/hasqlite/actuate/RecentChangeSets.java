package io.github.hasqlite.actuate;

import io.github.hasqlite.ChangeSetApplied;
import io.github.hasqlite.ChangeSetsMissed;
import io.github.hasqlite.ReplicationEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.context.event.EventListener;

/** The newest change sets that were applied here since the start, of each database; in memory. Thread-safe. */
final class RecentChangeSets {

    /** Enough to see what happens; the stream and the tables of replication have the rest. */
    static final int KEPT = 100;

    private final Map<String, Deque<ReplicationEvent>> byDatabase = new HashMap<>();

    @EventListener
    void applied(ChangeSetApplied event) {
        keep(event);
    }

    @EventListener
    void missed(ChangeSetsMissed event) {
        keep(event);
    }

    private synchronized void keep(ReplicationEvent event) {
        Deque<ReplicationEvent> recent = byDatabase.computeIfAbsent(event.database(), name -> new ArrayDeque<>());
        if (recent.size() == KEPT) {
            recent.removeFirst();
        }
        recent.addLast(event);
    }

    /** The newest first. */
    List<Map<String, Object>> list(String database, int limit) {
        List<ReplicationEvent> events;
        synchronized (this) {
            events = new ArrayList<>(byDatabase.getOrDefault(database, new ArrayDeque<>()));
        }
        Collections.reverse(events);
        return events.stream().limit(limit).map(RecentChangeSets::described).toList();
    }

    private static Map<String, Object> described(ReplicationEvent event) {
        Map<String, Object> described = new LinkedHashMap<>();
        if (event instanceof ChangeSetApplied applied) {
            described.put("sequence", applied.position());
            if (applied.number() > 0) {
                described.put("number", applied.number());
            }
            described.put("stored", applied.stored());
            described.put("node", applied.node());
            described.put("tables", applied.rowsByTable());
            described.put("rows", applied.rows());
            described.put("anyTable", applied.anyTable());
        } else if (event instanceof ChangeSetsMissed missed) {
            described.put("sequence", missed.position());
            described.put("missed", missed.reason());
        }
        return described;
    }
}
