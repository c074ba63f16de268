package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Set;

/** Reads {@code x AT TIME ZONE 'UTC'}: a moment with a zone becomes one without, and the other way round. */
record ZoneReader(Cursor cursor, Findings findings) {

    /** Names of the zone of all sessions. */
    private static final Set<String> UTC =
            Set.of("utc", "etc/utc", "gmt", "etc/gmt", "uct", "z", "zulu", "universal", "+00", "00:00", "+00:00");

    /** AT, TIME, ZONE and its name. */
    private static final int WORDS = 4;

    boolean isHere() {
        return cursor.tokens.isWords(cursor.at, "AT", "TIME", "ZONE");
    }

    /**
     * Of what begins at a place and ends here.
     *
     * @throws SQLException if it is another zone, or no moment (0A000)
     */
    Term behind(Term term, int start) throws SQLException {
        int at = cursor.at;
        SqlToken zone = cursor.tokens.get(at + WORDS - 1);
        if (zone.kind() != Kind.TEXT || !UTC.contains(zone.literal().toLowerCase(Locale.ROOT))) {
            throw new SQLException(
                    "AT TIME ZONE is supported for 'UTC' only, which is the time zone of all sessions", "0A000");
        }
        if (term.isOpen()) {
            term.resolve(PgType.TIMESTAMPTZ);
        }
        if (!Comparison.isMoment(term.type)) {
            findings.refuse("AT TIME ZONE of what is not known to be a moment is not supported: cast it, as in"
                    + " x::timestamptz");
        }
        PgType to = term.is(PgType.TIMESTAMP) ? PgType.TIMESTAMPTZ : PgType.TIMESTAMP;
        Comparison.Operand operand = new Comparison.Operand(term, start, at);
        new Comparison(findings, operand).cast(operand, to);
        cursor.at = at + WORDS;
        for (int i = at; i < cursor.at; i++) {
            findings.literal(i, "");
        }
        return Term.certain(findings, to).named("timezone", Term.STRONG);
    }
}
