package io.github.hasqlite.core.apply;

import org.jspecify.annotations.Nullable;

/** The rules by which statements of messages are run or refused, for those who are about to send one. */
public final class CommandRules {

    private CommandRules() {}

    /**
     * Why no node would run a statement.
     *
     * @return {@code null} if all do
     */
    public static @Nullable String refusal(String statement) {
        try {
            Command.judge(statement);
            return null;
        } catch (RefusedChangeException e) {
            return e.reason();
        }
    }
}
