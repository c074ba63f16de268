package io.github.hasqlite.core.apply;

import io.github.hasqlite.core.sqlite.UserTrigger;
import io.github.hasqlite.core.sqlite.UserTrigger.Timing;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The application's triggers on one table, in the order of the schema.
 *
 * @param all every trigger
 * @param toSuspend those that must be dropped while rows are written
 * @param eventsToSilence the events on which a TEMP trigger keeps all AFTER triggers from running
 */
record TableTriggers(List<UserTrigger> all, List<UserTrigger> toSuspend, Set<String> eventsToSilence) {

    static TableTriggers of(List<UserTrigger> all) {
        // a TEMP trigger silences all AFTER triggers of an event or none
        Set<String> fed = all.stream()
                .filter(trigger -> trigger.timing() == Timing.AFTER && trigger.feedsVirtual())
                .map(UserTrigger::event)
                .collect(Collectors.toSet());
        List<UserTrigger> toSuspend = all.stream()
                .filter(trigger -> !trigger.mayStay())
                .filter(trigger -> trigger.timing() == Timing.BEFORE
                        || (trigger.timing() == Timing.AFTER && fed.contains(trigger.event())))
                .toList();
        Set<String> silenced = all.stream()
                .filter(trigger -> trigger.timing() == Timing.AFTER && !fed.contains(trigger.event()))
                .map(UserTrigger::event)
                .collect(Collectors.toCollection(TreeSet::new));
        return new TableTriggers(List.copyOf(all), toSuspend, silenced);
    }

    /** The same, to be suspended all but those that feed a virtual table. */
    TableTriggers whole() {
        return new TableTriggers(
                all, all.stream().filter(trigger -> !trigger.feedsVirtual()).toList(), eventsToSilence);
    }

    /** Whether rows must be written without conflict clauses, which would take the place of the triggers' own. */
    boolean replaceVirtual() {
        return all.stream().anyMatch(UserTrigger::replacesVirtual);
    }

    /** Whether these are the same table's triggers, suspended as {@link #whole} says. */
    boolean isWhole(TableTriggers triggers) {
        return all.equals(triggers.all) && toSuspend.equals(triggers.whole().toSuspend);
    }
}
