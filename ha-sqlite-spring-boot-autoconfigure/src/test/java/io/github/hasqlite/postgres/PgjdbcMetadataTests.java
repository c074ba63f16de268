package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What PostgreSQL's JDBC driver tells of a schema. */
@Tag("system")
@Timeout(60)
class PgjdbcMetadataTests {

    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static Connection connection;

    @BeforeAll
    static void start() throws Exception {
        server = RunningServer.start(folder.resolve("app.db"));
        try (Connection local = server.dataSource().getConnection();
                Statement statement = local.createStatement()) {
            for (String sql : new String[] {
                "CREATE TABLE Artist(ArtistId INTEGER PRIMARY KEY, Name NVARCHAR(120) NOT NULL, born DATE DEFAULT '1970-01-01')",
                "CREATE TABLE Album(AlbumId INTEGER NOT NULL, Title NVARCHAR(160) NOT NULL, ArtistId INTEGER NOT NULL,"
                        + " Price NUMERIC(10,2), CONSTRAINT PK_Album PRIMARY KEY (AlbumId), FOREIGN KEY (ArtistId)"
                        + " REFERENCES Artist (ArtistId) ON DELETE CASCADE ON UPDATE NO ACTION)",
                "CREATE TABLE PlaylistTrack(PlaylistId INTEGER NOT NULL, TrackId INTEGER NOT NULL,"
                        + " CONSTRAINT PK_PlaylistTrack PRIMARY KEY (PlaylistId, TrackId))",
                "CREATE INDEX IFK_AlbumArtistId ON Album (ArtistId)",
                "CREATE UNIQUE INDEX title_once ON Album (lower(Title), Price DESC) WHERE Price > 0",
                "CREATE VIEW Cheap AS SELECT AlbumId, Title FROM Album WHERE Price < 5"
            }) {
                statement.execute(sql);
            }
        }
        connection = server.connect();
    }

    @AfterAll
    static void stop() throws SQLException {
        connection.close();
        server.close();
    }

    private static List<String> rows(ResultSet rows, String... columns) throws SQLException {
        List<String> all = new ArrayList<>();
        try (rows) {
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (String column : columns) {
                    row.add(rows.getString(column));
                }
                all.add(String.join(" ", row));
            }
        }
        return all;
    }

    @Test
    void tablesColumnsAndSchemas() throws SQLException {
        DatabaseMetaData metadata = connection.getMetaData();
        assertThat(rows(metadata.getTables(null, "public", "%", null), "TABLE_NAME", "TABLE_TYPE"))
                .contains("Album TABLE", "Artist TABLE", "PlaylistTrack TABLE", "Cheap VIEW");
        assertThat(rows(
                        metadata.getColumns(null, "public", "A%", "%"),
                        "COLUMN_NAME",
                        "TYPE_NAME",
                        "DATA_TYPE",
                        "COLUMN_SIZE",
                        "DECIMAL_DIGITS",
                        "IS_NULLABLE",
                        "COLUMN_DEF",
                        "IS_AUTOINCREMENT"))
                .contains("Title varchar 12 160 0 NO null NO", "Price numeric 2 10 2 YES null NO")
                .anySatisfy(row -> assertThat(row).startsWith("ArtistId ").endsWith("YES"))
                .anySatisfy(row -> assertThat(row).startsWith("born date 91").contains("'1970-01-01'"));
        assertThat(rows(metadata.getSchemas(), "TABLE_SCHEM")).contains("public", "pg_catalog", "information_schema");
        assertThat(rows(metadata.getCatalogs(), "TABLE_CAT")).containsExactly("app");
        assertThat(rows(metadata.getTableTypes(), "TABLE_TYPE")).contains("TABLE", "VIEW");
    }

    @Test
    void keysAndIndexes() throws SQLException {
        DatabaseMetaData metadata = connection.getMetaData();
        assertThat(rows(metadata.getPrimaryKeys(null, "public", "PlaylistTrack"), "COLUMN_NAME", "KEY_SEQ", "PK_NAME"))
                .containsExactly("PlaylistId 1 PK_PlaylistTrack", "TrackId 2 PK_PlaylistTrack");
        String[] key = {"PKTABLE_NAME", "PKCOLUMN_NAME", "FKTABLE_NAME", "FKCOLUMN_NAME", "DELETE_RULE", "PK_NAME"};
        String expected = "Artist ArtistId Album ArtistId " + DatabaseMetaData.importedKeyCascade + " Artist_pkey";
        assertThat(rows(metadata.getImportedKeys(null, "public", "Album"), key)).containsExactly(expected);
        assertThat(rows(metadata.getExportedKeys(null, "public", "Artist"), key))
                .containsExactly(expected);
        assertThat(rows(metadata.getCrossReference(null, null, "Artist", null, null, "Album"), key))
                .containsExactly(expected);
        assertThat(rows(
                        metadata.getIndexInfo(null, "public", "Album", false, true),
                        "INDEX_NAME",
                        "NON_UNIQUE",
                        "COLUMN_NAME",
                        "ASC_OR_DESC",
                        "FILTER_CONDITION"))
                .containsExactlyInAnyOrder(
                        "PK_Album f AlbumId A null",
                        "IFK_AlbumArtistId t ArtistId A null",
                        "title_once f lower(Title) A Price > 0",
                        "title_once f Price D Price > 0");
        assertThat(rows(metadata.getBestRowIdentifier(null, "public", "Album", 1, true), "COLUMN_NAME"))
                .containsExactly("AlbumId");
        assertThat(rows(metadata.getTypeInfo(), "TYPE_NAME")).contains("int8", "text", "numeric", "uuid", "jsonb");
        assertThat(rows(metadata.getTablePrivileges(null, "public", "Album"), "PRIVILEGE"))
                .doesNotContainNull();
    }

    /** Every method that answers rows or a value, asked with nothing in particular: none fails at the server. */
    @Test
    void nothingThatCanBeAskedFails() throws Exception {
        DatabaseMetaData metadata = connection.getMetaData();
        List<String> failed = new ArrayList<>();
        for (Method method : DatabaseMetaData.class.getMethods()) {
            Object[] arguments = new Object[method.getParameterCount()];
            for (int i = 0; i < arguments.length; i++) {
                Class<?> type = method.getParameterTypes()[i];
                arguments[i] = type == int.class ? (Object) 1 : type == boolean.class ? false : null;
            }
            if (method.getDeclaringClass() != DatabaseMetaData.class) {
                continue;
            }
            try {
                Object answer = method.invoke(metadata, arguments);
                if (answer instanceof ResultSet rows) {
                    rows.close();
                }
            } catch (InvocationTargetException e) {
                if (!(e.getCause() instanceof SQLFeatureNotSupportedException)) {
                    failed.add(method.getName() + ": " + e.getCause());
                }
            }
        }
        assertThat(failed).isEmpty();
    }

    /** The shapes of questions that DBeaver, pgAdmin and DataGrip ask for their navigators. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT db.oid, db.* FROM pg_catalog.pg_database db WHERE datallowconn AND NOT datistemplate",
                "SELECT n.oid, n.*, d.description FROM pg_catalog.pg_namespace n LEFT OUTER JOIN pg_catalog.pg_description d"
                        + " ON d.objoid = n.oid AND d.objsubid = 0 AND d.classoid = 'pg_namespace'::regclass",
                "SELECT c.oid, c.*, pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS e FROM pg_catalog.pg_class c"
                        + " WHERE c.relnamespace = 2200 AND c.relkind NOT IN ('i', 'I', 'c')",
                "SELECT a.*, pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) AS v FROM pg_catalog.pg_attribute a"
                        + " LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON (a.attrelid = ad.adrelid AND a.attnum = ad.adnum)"
                        + " WHERE NOT a.attisdropped AND a.attrelid = '\"Album\"'::regclass::oid",
                "SELECT i.*, i.indkey AS keys, pg_catalog.pg_get_expr(i.indexprs, i.indrelid, true) AS e,"
                        + " pg_catalog.pg_stat_get_numscans(i.indexrelid) AS n FROM pg_catalog.pg_index i",
                "SELECT c.contype, pg_get_constraintdef(c.oid) FROM pg_catalog.pg_constraint c WHERE c.conrelid > 0",
                "SELECT DISTINCT dep.deptype, cl.relkind || COALESCE(dep.objsubid::text, '') AS k FROM pg_depend dep"
                        + " LEFT JOIN pg_class cl ON dep.objid = cl.oid",
                "SELECT r.rolname, CASE WHEN r.rolsuper THEN true ELSE r.rolcreaterole END AS c FROM pg_catalog.pg_roles r",
                "SELECT n.oid::bigint AS id, n.xmin AS state FROM pg_catalog.pg_namespace n ORDER BY"
                        + " CASE WHEN nspname = pg_catalog.current_schema() THEN -1::bigint ELSE n.oid::bigint END",
                "SELECT typinput = 'array_in'::regproc AS a, typname FROM pg_catalog.pg_type WHERE oid = 1007",
                "SELECT privilege_type FROM information_schema.table_privileges WHERE table_name = 'Album'",
                "SELECT has_database_privilege(db.oid, 'CREATE') FROM pg_catalog.pg_database db"
            })
    void navigatorsAreAnswered(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(sql.contains("pg_depend") || rows.next()).isTrue();
        }
    }

    @Test
    void columnsOfResultsHaveTypesAndClaimNoTable() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT ArtistId, Name AS called, born, 1 + 1 AS two FROM Artist WHERE 1 = 0")) {
            ResultSetMetaData metadata = rows.getMetaData();
            assertThat(metadata.getColumnTypeName(1)).isEqualTo("int8");
            assertThat(metadata.getColumnType(3)).isEqualTo(Types.DATE);
            assertThat(metadata.getColumnLabel(2)).isEqualTo("called");
            assertThat(metadata.getPrecision(2)).isEqualTo(120);
            // SQLite's driver does not tell which column of a table is behind an alias, so nothing is claimed
            assertThat(metadata.getTableName(2)).isEmpty();
            assertThat(metadata.isAutoIncrement(1)).isFalse();
            assertThat(metadata.isNullable(2)).isEqualTo(ResultSetMetaData.columnNullableUnknown);
        }
    }
}
