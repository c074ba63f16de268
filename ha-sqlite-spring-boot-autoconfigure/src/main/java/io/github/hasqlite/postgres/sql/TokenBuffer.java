package io.github.hasqlite.postgres.sql;

import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Tokens that are being rewritten. Places beyond the end are empty marks, so callers need not check. Not thread-safe. */
public final class TokenBuffer {

    private static final SqlToken NONE = new SqlToken(Kind.MARK, "", "", -1);

    /** How much longer a text can become: no text of a client is to grow without an end. */
    private static final int GROWTH = 4;

    private static final int ROOM = 1000;

    private final List<SqlToken> tokens;
    private final int most;

    TokenBuffer(List<SqlToken> tokens) {
        this.tokens = new ArrayList<>(tokens);
        this.most = tokens.size() * GROWTH + ROOM;
    }

    public int size() {
        return tokens.size();
    }

    public SqlToken get(int at) {
        return at >= 0 && at < tokens.size() ? tokens.get(at) : NONE;
    }

    public boolean isWord(int at, String keyword) {
        return get(at).isWord(keyword);
    }

    /** Whether one keyword after the other stands from here on. */
    public boolean isWords(int at, String... keywords) {
        for (int i = 0; i < keywords.length; i++) {
            if (!get(at + i).isWord(keywords[i])) {
                return false;
            }
        }
        return true;
    }

    public boolean is(int at, String mark) {
        return get(at).is(mark);
    }

    /** Puts SQL in the place of the tokens from one to another, the last not included. */
    void replace(int from, int to, String sql) {
        List<SqlToken> with = lexed(get(from).gap(), sql);
        List<SqlToken> range = tokens.subList(from, Math.min(to, tokens.size()));
        range.clear();
        tokens.addAll(from, with);
    }

    private List<SqlToken> lexed(String gap, String sql) {
        if (tokens.size() > most) {
            throw new IllegalStateException("the statement grows too long");
        }
        try {
            List<SqlToken> lexed = PgLexer.tokens(sql);
            List<SqlToken> placed = new ArrayList<>(lexed.size());
            for (SqlToken token : lexed) {
                String before = placed.isEmpty() ? gap + token.gap() : token.gap();
                placed.add(new SqlToken(token.kind(), token.text(), before, -1));
            }
            return placed;
        } catch (SQLException e) {
            throw new IllegalStateException("no SQL: " + sql, e);
        }
    }

    void set(int at, String text) {
        tokens.set(at, get(at).withText(text));
    }

    /** Puts SQL before a token. Returns how many tokens that are. */
    int insert(int at, String sql) {
        List<SqlToken> with = lexed(" ", sql);
        tokens.addAll(at, with);
        return with.size();
    }

    /** Takes away a schema and its dot; what it qualified stands in its place. */
    void removeQualifier(int at) {
        SqlToken name = get(at + 2);
        if (at + 2 < tokens.size()) {
            tokens.set(at + 2, new SqlToken(name.kind(), name.text(), get(at).gap(), name.end()));
        }
        remove(at, at + 2);
    }

    void remove(int from, int to) {
        tokens.subList(from, Math.min(to, tokens.size())).clear();
    }

    /** The place of what closes the parenthesis or bracket here; the end if nothing does. */
    public int closing(int open) {
        int depth = 0;
        for (int i = open; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            if (token.is("(") || token.is("[")) {
                depth++;
            } else if ((token.is(")") || token.is("]")) && --depth == 0) {
                return i;
            }
        }
        return tokens.size();
    }

    /** The place of what the parenthesis or bracket here closes; -1 if there is none. */
    int opening(int close) {
        int depth = 0;
        for (int i = close; i >= 0; i--) {
            SqlToken token = tokens.get(i);
            if (token.is(")") || token.is("]")) {
                depth++;
            } else if ((token.is("(") || token.is("[")) && --depth == 0) {
                return i;
            }
        }
        return -1;
    }

    /** Where the operand begins that ends before a place: a literal, a name, a call, a CASE or what is in parentheses. */
    public int operandStart(int end) {
        int at = end - 1;
        if (isWord(at, "END")) {
            return choiceStart(at);
        }
        while (is(at, "]")) {
            at = opening(at) - 1;
        }
        if (is(at, ")")) {
            at = opening(at);
            if (at > 0 && get(at - 1).isName() && !isKeywordBeforeParenthesis(at - 1)) {
                at--;
            } else {
                return Math.max(at, 0);
            }
        }
        while (is(at - 1, ".") && get(at - 2).isName()) {
            at -= 2;
        }
        return Math.max(at, 0);
    }

    /** Where the CASE begins that ends at a place. */
    private int choiceStart(int end) {
        int depth = 0;
        for (int i = end; i >= 0; i--) {
            if (isWord(i, "END")) {
                depth++;
            } else if (isWord(i, "CASE") && --depth == 0) {
                return i;
            }
        }
        return end;
    }

    private boolean isKeywordBeforeParenthesis(int at) {
        for (String keyword : new String[] {
            "SELECT", "WHERE", "AND", "OR", "NOT", "IN", "THEN", "ELSE", "WHEN", "ON", "FROM", "VALUES", "AS", "BY",
            "SET"
        }) {
            if (isWord(at, keyword)) {
                return true;
            }
        }
        return false;
    }

    public boolean containsWord(String keyword) {
        return tokens.stream().anyMatch(token -> token.isWord(keyword));
    }

    public boolean contains(String mark) {
        return tokens.stream().anyMatch(token -> token.is(mark));
    }

    /** All of it as SQL. */
    public String sql() {
        return text(0, tokens.size());
    }

    /** What stands from one place to another, the last not included. */
    String text(int from, int to) {
        StringBuilder sql = new StringBuilder();
        for (int i = from; i < Math.min(to, tokens.size()); i++) {
            sql.append(tokens.get(i).gap()).append(tokens.get(i).text());
        }
        return sql.toString();
    }
}
