package io.github.hasqlite.postgres;

import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Who is connected, and which connection a request to cancel means. Thread-safe. */
final class CancelKeys {

    private record Entry(int secret, Runnable cancel, Runnable end) {}

    private final Map<Integer, Activity> activities = new ConcurrentHashMap<>();

    private final SecureRandom random = new SecureRandom();
    private final Map<Integer, Entry> entries = new ConcurrentHashMap<>();

    /** What a connection is known by. */
    record Key(int pid, int secret) {}

    /**
     * @param cancel cancels what the connection runs; must not block
     * @param end ends the connection; must not block
     */
    Key add(Runnable cancel, Runnable end) {
        int secret = random.nextInt();
        while (true) {
            int pid = random.nextInt(1, Integer.MAX_VALUE);
            if (entries.putIfAbsent(pid, new Entry(secret, cancel, end)) == null) {
                return new Key(pid, secret);
            }
        }
    }

    /** What the client of a connection does, from now on until it has gone. */
    void watch(Key key, Activity activity) {
        activities.put(key.pid(), activity);
        if (!entries.containsKey(key.pid())) {
            activities.remove(key.pid());
        }
    }

    /** What all clients do. */
    List<Activity> activities() {
        return List.copyOf(activities.values());
    }

    void remove(Key key) {
        entries.remove(key.pid());
        activities.remove(key.pid());
    }

    /**
     * Cancels what a connection runs, or ends it, because another client asks for that.
     *
     * @return whether there is such a connection
     */
    boolean signal(int pid, boolean ends) {
        Entry entry = entries.get(pid);
        if (entry == null) {
            return false;
        }
        (ends ? entry.end : entry.cancel).run();
        return true;
    }

    /** Nobody is told whether there was such a connection. */
    void cancel(int pid, int secret) {
        Entry entry = entries.get(pid);
        if (entry != null && entry.secret == secret) {
            entry.cancel.run();
        }
    }
}
