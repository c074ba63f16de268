package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.JsonText;
import io.github.hasqlite.postgres.type.LiteralText;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Operators of JSON: {@code ->>} answers texts, as PostgreSQL's does, where SQLite's answers numbers. */
record JsonOperators(Findings findings) {

    static boolean isOne(String operator) {
        return operator.equals("->") || operator.equals("->>");
    }

    static boolean isJson(@Nullable PgType type) {
        return type == PgType.JSON || type == PgType.JSONB;
    }

    /**
     * What is in an object or array.
     *
     * @param place where the operator is
     * @param start where the left operand begins
     * @param end behind the right one
     * @throws SQLException if SQLite cannot be asked for the key (0A000)
     */
    Term part(String operator, int place, Term left, int start, Term right, int end) throws SQLException {
        right.resolve(PgType.TEXT);
        key(place + 1, right, end);
        if (findings.ofSchema() || end <= place + 1) {
            // plain SQLite, whose values tell
            return Term.of(findings, null);
        }
        boolean one = left.is(PgType.JSONB);
        if (one) {
            // a part has SQLite's form, which is not that of a whole value
            int oid = PgType.JSONB.oid();
            findings.before(start, "ha_cast(");
            findings.after(end - 1, ", " + oid + ", -1, " + oid + ")");
        }
        if (operator.equals("->>")) {
            findings.instead(place, "->");
            findings.before(start, "ha_unquoted(");
            findings.after(end - 1, ")");
            return Term.certain(findings, PgType.TEXT);
        }
        return Term.certain(findings, one ? PgType.JSONB : PgType.JSON);
    }

    /** A text is a key, and never one of SQLite's paths. */
    private void key(int from, Term right, int end) throws SQLException {
        SqlToken token = findings.token(from);
        boolean single = end == from + 1;
        if (single && token.kind() == Kind.TEXT) {
            String key = token.literal();
            String path = JsonText.key(key);
            if (!path.equals(key)) {
                findings.literal(from, LiteralText.sql(path));
            }
        } else if (end > from && !findings.ofSchema() && (right.type == null || right.type.isText())) {
            findings.around(from, end, "ha_json_key(", ")");
        }
    }

    /**
     * Joins and differences, which SQLite makes of the texts.
     *
     * @throws SQLException if it is one of JSON (0A000)
     */
    void requireNone(String operator, Term left, Term right) throws SQLException {
        boolean json = isJson(left.type) ? isJson(right.type) || right.isOpen() : isJson(right.type) && left.isOpen();
        boolean difference = isJson(left.type) && operator.equals("-");
        if ((json || difference) && !findings.stored()) {
            throw new SQLException(
                    "operator " + operator
                            + " of JSON is not supported: use json_patch(a, b), json_insert(a, path, value)"
                            + " or json_remove(a, path)",
                    "0A000");
        }
    }
}
