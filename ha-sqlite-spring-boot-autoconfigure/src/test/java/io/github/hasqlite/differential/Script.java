package io.github.hasqlite.differential;

import java.util.List;
import java.util.StringJoiner;

/**
 * What one seed stands for.
 *
 * @param seed the seed
 * @param steps what is done, in order
 */
record Script(long seed, List<Step> steps) {

    @Override
    public String toString() {
        StringJoiner lines = new StringJoiner("\n");
        for (int i = 0; i < steps.size(); i++) {
            lines.add("%3d  %s".formatted(i + 1, Values.visible(steps.get(i).toString())));
        }
        return lines.toString();
    }
}
