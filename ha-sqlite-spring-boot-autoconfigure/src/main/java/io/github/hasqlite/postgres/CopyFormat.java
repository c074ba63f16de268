package io.github.hasqlite.postgres;

import java.util.List;

/**
 * How COPY writes rows.
 *
 * @param binary whether values are in PostgreSQL's binary format, which all else is not for
 * @param csv whether values are quoted, as in CSV; otherwise with backslashes
 * @param header what the first line is
 * @param delimiter between values
 * @param nullText what stands for NULL
 * @param quote around values in CSV
 * @param escape before a quote in a value
 * @param forceQuote columns whose values are always quoted when they go out
 * @param forceNotNull columns in which nothing stands for NULL
 * @param forceNull columns in which also what is quoted stands for NULL
 */
record CopyFormat(
        boolean binary,
        boolean csv,
        Header header,
        char delimiter,
        String nullText,
        char quote,
        char escape,
        Columns forceQuote,
        Columns forceNotNull,
        Columns forceNull) {

    /** What the first line can be. */
    enum Header {
        NONE,
        /** Names that do not matter when they come in. */
        NAMES,
        /** Names that have to be those of the columns. */
        MATCH
    }

    /**
     * Columns that an option is for.
     *
     * @param all whether for each of them
     * @param names of them, if not
     */
    record Columns(boolean all, List<String> names) {

        static final Columns NONE = new Columns(false, List.of());

        boolean has(String column) {
            return all || names.stream().anyMatch(column::equalsIgnoreCase);
        }
    }
}
