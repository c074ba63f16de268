package io.github.hasqlite.core.history;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.Operation;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.UndoConflict;
import io.github.hasqlite.core.history.RowTrack.Image;
import io.github.hasqlite.core.replay.ReplacedRow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of some rows, as change sets are gone through that begin where all authors had seen everything. What a
 * change set does is not always what its author saw: the later of two in the stream wins, and that is followed here as
 * the nodes do it. Not thread-safe.
 */
final class RowTracks implements HistoryReader.Visitor {

    private final UndoSelection selection;
    private final Set<RowKey> wanted;
    private final Map<Long, List<ReplacedRow>> replaced;
    private final RowIdentify identify;
    private final MergeMode merge;
    private final Map<RowKey, RowTrack> tracks = new LinkedHashMap<>();

    /**
     * Follows rows.
     *
     * @param wanted which
     * @param replaced what had to give way, by the place of what it gave way to
     */
    RowTracks(
            UndoSelection selection,
            Set<RowKey> wanted,
            Map<Long, List<ReplacedRow>> replaced,
            RowIdentify identify,
            MergeMode merge) {
        this.selection = selection;
        this.wanted = wanted;
        this.replaced = replaced;
        this.identify = identify;
        this.merge = merge;
    }

    @Override
    public void take(ChangeSet changeSet, StreamMessage message) {
        selection.begin(changeSet);
        List<ReplacedRow> gaveWay = replaced.getOrDefault(changeSet.streamSequence(), List.of());
        int index = changeSet.changesBefore();
        for (Change change : changeSet.changes()) {
            if (change.operation() != Operation.SQL) {
                boolean taken = selection.takes(change);
                for (ReplacedRow row : gaveWay) {
                    if (row.change() == index) {
                        follow(row.row(), taken, changeSet.streamSequence());
                    }
                }
                follow(change, taken, changeSet.streamSequence());
            }
            index++;
        }
    }

    private void follow(Change change, boolean taken, long sequence) {
        RowKey before = RowKey.before(change, identify);
        RowKey after = RowKey.after(change, identify);
        boolean moves = before != null && after != null && !before.equals(after);
        if (before != null && wanted.contains(before)) {
            Image old = new Image(change.oldValues(), change.oldRowid());
            if (before.whole()) {
                count(before, change, old, taken ? -1 : 0);
            } else if (after == null || moves) {
                track(before, change, old).becomes(null, taken, sequence);
            }
        }
        if (after != null && wanted.contains(after)) {
            Image image = new Image(change.newValues(), change.newRowid());
            if (after.whole()) {
                count(after, change, image, taken ? 1 : 0);
            } else {
                Image old = before == null || moves ? null : new Image(change.oldValues(), change.oldRowid());
                RowTrack track = track(after, change, old);
                track.becomes(moves ? image : result(change, image, track.now()), taken, sequence);
            }
        }
    }

    /** What an update makes of a row that may be another than its author saw. */
    private @Nullable Image result(Change change, Image image, @Nullable Image now) {
        if (change.operation() != Operation.UPDATE || now == null) {
            return image;
        }
        if (identify == RowIdentify.FULL && !ValueList.same(now.values(), change.oldValues())) {
            return now;
        }
        if (merge != MergeMode.COLUMN || now.values().size() != image.values().size()) {
            return image;
        }
        List<@Nullable Object> merged = new ArrayList<>(image.values());
        for (int i = 0; i < merged.size(); i++) {
            if (Objects.deepEquals(change.oldValues().get(i), merged.get(i))) {
                merged.set(i, now.values().get(i));
            }
        }
        return new Image(merged, image.rowid());
    }

    private RowTrack track(RowKey key, Change sample, @Nullable Image before) {
        return tracks.computeIfAbsent(key, fresh -> new RowTrack(sample, before));
    }

    private void count(RowKey key, Change sample, Image image, int more) {
        if (more != 0) {
            track(key, sample, image).count(more, image.rowid());
        }
    }

    // ---- what follows

    /** Which of the rows were changed since by what is not taken back. */
    List<UndoConflict> conflicts() {
        List<UndoConflict> conflicts = new ArrayList<>();
        tracks.forEach((key, track) -> {
            if (track.changedSince() > 0) {
                conflicts.add(new UndoConflict(
                        UndoConflict.Kind.CHANGED_SINCE,
                        track.sample().table(),
                        key.values().values(),
                        track.changedSince()));
            }
        });
        return conflicts;
    }

    /** Which rows those are. */
    List<RowKey> conflicting() {
        return tracks.entrySet().stream()
                .filter(row -> row.getValue().changedSince() > 0)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** What gives the rows back what they were: rows that go first, rows that come last. */
    List<Change> changes() {
        List<Change> gone = new ArrayList<>();
        List<Change> changed = new ArrayList<>();
        List<Change> back = new ArrayList<>();
        tracks.forEach((key, track) -> {
            if (!track.isTaken()) {
                return;
            }
            if (key.whole()) {
                Image image = Objects.requireNonNull(track.now());
                for (long i = track.count(); i > 0; i--) {
                    gone.add(delete(track, image));
                }
                for (long i = track.count(); i < 0; i++) {
                    back.add(insert(track, image));
                }
                return;
            }
            Image now = track.now();
            Image target = track.target();
            if (now == null && target != null) {
                back.add(insert(track, target));
            } else if (now != null && target == null) {
                gone.add(delete(track, now));
            } else if (now != null && target != null && !now.isSame(target)) {
                changed.add(update(track, now, target));
            }
        });
        gone.addAll(changed);
        gone.addAll(back);
        return gone;
    }

    /** The rows that are what they were already, with what they should be. */
    Map<RowKey, RowTrack> tracks() {
        return tracks;
    }

    private static Change insert(RowTrack track, Image image) {
        Change of = track.sample();
        return Change.insert(of.table(), of.columns(), of.pkColumns(), image.rowid(), image.values());
    }

    private static Change delete(RowTrack track, Image image) {
        Change of = track.sample();
        return Change.delete(of.table(), of.columns(), of.pkColumns(), image.rowid(), image.values());
    }

    private static Change update(RowTrack track, Image now, Image target) {
        Change of = track.sample();
        return Change.update(
                of.table(), of.columns(), of.pkColumns(), now.rowid(), target.rowid(), now.values(), target.values());
    }
}
