package io.github.hasqlite.autoconfigure;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;

/** A program that knows nothing but a URL. */
final class UrlWriterMain {

    private UrlWriterMain() {}

    /**
     * Writes rows and prints {@code ack n} when the commit of row n has returned; ends without closing anything.
     *
     * @param args URL, how many rows; 0 for as many as until the process is killed
     */
    public static void main(String[] args) throws Exception {
        long limit = Long.parseLong(args[1]);
        Connection connection = DriverManager.getConnection(args[0]);
        Statement statement = connection.createStatement();
        statement.execute("CREATE TABLE IF NOT EXISTS task(id INTEGER PRIMARY KEY, title TEXT)");
        try (ResultSet last = statement.executeQuery("SELECT coalesce(max(id), 0) FROM task")) {
            long n = last.getLong(1);
            for (long written = 0; limit == 0 || written < limit; written++) {
                n++;
                statement.executeUpdate("INSERT INTO task VALUES(" + n + ", 'by URL')");
                System.out.println("ack " + n);
            }
        }
    }
}
