package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.TokenBuffer;

/** Where readers of a statement are. */
final class Cursor {

    /** Deeper than anybody writes; beyond it nothing is understood. */
    private static final int DEEPEST = 120;

    final TokenBuffer tokens;
    int at;
    private int depth;

    /** Nothing more is to be understood. */
    static final class TooDeep extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooDeep() {
            super("a statement is nested too deeply", null, false, false);
        }
    }

    Cursor(TokenBuffer tokens) {
        this.tokens = tokens;
    }

    SqlToken token() {
        return tokens.get(at);
    }

    boolean atEnd() {
        return at >= tokens.size();
    }

    boolean isWord(String keyword) {
        return tokens.isWord(at, keyword);
    }

    boolean is(String mark) {
        return tokens.is(at, mark);
    }

    boolean skipWord(String keyword) {
        boolean found = isWord(keyword);
        at += found ? 1 : 0;
        return found;
    }

    boolean skip(String mark) {
        boolean found = is(mark);
        at += found ? 1 : 0;
        return found;
    }

    void enter() {
        if (++depth > DEEPEST) {
            throw new TooDeep();
        }
    }

    void leave() {
        depth--;
    }
}
