package io.github.hasqlite.postgres;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes those wait longer and longer who try passwords. Thread-safe. */
final class FailedLogins {

    private static final int REMEMBERED = 1000;
    private static final int MOST_DOUBLINGS = 4;
    private static final long FIRST_MILLIS = 500;

    /** Guarded by itself; the address that failed longest ago is forgotten first. */
    private final Map<String, Integer> failures = new LinkedHashMap<>(16, 0.75f, true) {

        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** How long somebody waits who was just refused: from half a second to eight. */
    Duration failed(String address) {
        synchronized (failures) {
            int before = failures.getOrDefault(address, 0);
            failures.put(address, Math.min(before + 1, MOST_DOUBLINGS));
            return Duration.ofMillis(FIRST_MILLIS << before);
        }
    }

    void succeeded(String address) {
        synchronized (failures) {
            failures.remove(address);
        }
    }
}
