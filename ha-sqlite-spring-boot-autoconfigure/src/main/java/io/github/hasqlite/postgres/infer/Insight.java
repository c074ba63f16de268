package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.ExactDecimal;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a statement before it runs.
 *
 * @param spelled its text with casts, times, literals and names of columns as SQLite is to have them; {@code null} if
 *     nothing is to change
 * @param parameters numbers of types, by the numbers of the parameters from 0, where the client says none
 * @param exact numbers of parameters, from 0, that go into columns in which numbers with many digits lose some
 * @param items of the rows that it answers, if it does
 */
public record Insight(
        @Nullable String spelled, Map<Integer, Integer> parameters, Set<Integer> exact, List<Item> items) {

    /** Nothing. */
    public static final Insight NONE = new Insight(null, Map.of(), Set.of(), List.of());

    /**
     * One of a SELECT's or RETURNING's list.
     *
     * @param star whether it stands for any number of columns
     * @param type what the text says; {@code null} if only values tell
     * @param columns what is known of those that a star stands for; empty if nothing
     */
    public record Item(boolean star, @Nullable ColumnType type, List<Item> columns) {}

    /** Fills in the types of parameters that are 0. */
    public void fill(int[] types) {
        parameters.forEach((number, oid) -> {
            if (number >= 0 && number < types.length && types[number] == 0) {
                types[number] = oid;
            }
        });
    }

    /**
     * The value of a parameter with all of its digits where it is stored.
     *
     * @param number of the parameter, from 0
     * @return the same, or an integer that SQLite would make another one of its text
     * @throws SQLException if it would lose some (22003)
     */
    public Object kept(int number, Object value) throws SQLException {
        if (value instanceof String text && exact.contains(number)) {
            ExactNumbers.require(text.strip(), null);
            Long whole = ExactDecimal.wholeOf(text.strip());
            return whole == null ? value : whole;
        }
        return value;
    }

    /**
     * What the text says about columns.
     *
     * @param width how many columns there are
     * @return one for each, {@code null} where it says nothing
     */
    public List<@Nullable ColumnType> types(int width) {
        List<@Nullable ColumnType> types = new ArrayList<>();
        List<Item> all = items.stream()
                .flatMap(item -> item.columns().isEmpty() ? Stream.of(item) : item.columns().stream())
                .toList();
        if (all.size() == width && all.stream().noneMatch(Item::star)) {
            all.forEach(item -> types.add(item.type()));
            return types;
        }
        long stars = items.stream().filter(Item::star).count();
        int covered = width - items.size() + 1;
        if (items.isEmpty() || stars > 1 || (stars == 0 && covered != 1) || covered < 0) {
            return new ArrayList<>(Collections.nCopies(width, null));
        }
        for (Item item : items) {
            for (int i = 0; i < (item.star() ? covered : 1); i++) {
                types.add(item.type());
            }
        }
        return types;
    }
}
