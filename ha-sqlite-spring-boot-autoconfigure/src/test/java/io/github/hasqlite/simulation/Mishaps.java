package io.github.hasqlite.simulation;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the conductor does to nodes, lines and the stream, as the emphasis says and chance decides. */
final class Mishaps {

    private static final JsonChangeSetSerializer SERIALIZER = new JsonChangeSetSerializer();
    private static final int LOOK_BACK = 10;

    private final SimulatedCluster cluster;
    private final RuleCheck rule;
    private final StreamLoss loss;
    private final Comparisons comparisons;

    Mishaps(SimulatedCluster cluster, RuleCheck rule, StreamLoss loss, Comparisons comparisons) {
        this.cluster = cluster;
        this.rule = rule;
        this.loss = loss;
        this.comparisons = comparisons;
    }

    /** Does one thing or nothing. */
    void step(SimulatedNode node) throws Exception {
        Emphasis.Steps steps = cluster.emphasis().steps();
        int dice = cluster.random().nextInt(100);
        if (node.isDown()) {
            comparisons.damage(node);
            if (dice < 60) {
                node.start();
            }
        } else if ((dice -= steps.crash() + steps.power()) < 0) {
            node.crash(dice >= -steps.power());
            if (cluster.random().nextInt(4) == 0 && loss.isStillToCome() && !comparisons.isDamaged(node)) {
                rule.check(node);
            }
        } else if ((dice -= steps.stop()) < 0) {
            node.stop();
        } else if ((dice -= steps.cut()) < 0) {
            node.connect(false);
        } else if ((dice -= steps.mend()) < 0) {
            cluster.nodes().forEach(each -> each.connect(true));
        } else if (dice - steps.forge() < 0) {
            forge();
        }
        loss.mayHappen();
        comparisons.look();
    }

    /** Somebody publishes in the name of another, under the number that comes next. */
    private void forge() {
        if (cluster.emphasis().mode() == CommitMode.STRICT) {
            return;
        }
        SimulatedStream stream = cluster.stream();
        Map<String, Long> counters = new TreeMap<>();
        for (long sequence = Math.max(stream.first(), stream.end() - LOOK_BACK); sequence <= stream.end(); sequence++) {
            note(stream.get(sequence), counters);
        }
        if (!counters.isEmpty()) {
            List<String> publishers = List.copyOf(counters.keySet());
            String publisher = publishers.get(cluster.random().nextInt(publishers.size()));
            long mark = cluster.ledger().nextMark();
            cluster.ledger().begin(mark, "forger", List.of());
            Change change = Change.insert("log", List.of("mark"), List.of("mark"), mark, List.of(mark));
            stream.add(SERIALIZER.serialize(new ChangeSet(
                    "forger", 1, "sim", 1, publisher, counters.get(publisher) + 1, 0, 0, List.of(change))));
            cluster.scheduler().note("forged " + publisher);
        }
    }

    private static void note(@Nullable StreamMessage stored, Map<String, Long> counters) {
        if (stored != null) {
            try {
                ChangeSet changeSet = SERIALIZER.deserialize(stored.data());
                if (changeSet.counter() > 0) {
                    counters.merge(changeSet.publisher(), changeSet.counter(), Math::max);
                }
            } catch (ChangeSetFormatException e) {
                // a notice, or part of a large one
            }
        }
    }
}
