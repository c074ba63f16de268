package io.github.hasqlite.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** An authority of its own, a certificate of it for 127.0.0.1, and the key of that, in files in PEM format. */
public final class Certificates {

    private static final String PASSWORD = "secret";

    private final Path folder;

    /** Makes them with the JDK's keytool, in a folder that is there. */
    public Certificates(Path folder) {
        this.folder = folder;
        try {
            keytool("ca", "-genkeypair", "-alias", "ca", "-keyalg", "EC", "-dname", "CN=authority", "-ext", "bc:c");
            keytool("node", "-genkeypair", "-alias", "node", "-keyalg", "EC", "-dname", "CN=node");
            keytool("node", "-certreq", "-alias", "node", "-file", file("request"));
            keytool(
                    "ca",
                    "-gencert",
                    "-alias",
                    "ca",
                    "-rfc",
                    "-ext",
                    "san=ip:127.0.0.1",
                    "-infile",
                    file("request"),
                    "-outfile",
                    file("node.crt"));
            Certificate authority = store("ca").getCertificate("ca");
            Files.writeString(authorities(), pem("CERTIFICATE", authority.getEncoded()));
            byte[] key = store("node").getKey("node", PASSWORD.toCharArray()).getEncoded();
            Files.writeString(key(), pem("PRIVATE KEY", key));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The node's certificate. */
    public Path certificate() {
        return folder.resolve("node.crt");
    }

    /** The node's private key, not encrypted. */
    public Path key() {
        return folder.resolve("node.key");
    }

    /** The authority's certificate. */
    public Path authorities() {
        return folder.resolve("ca.crt");
    }

    /** Spring Boot's properties, with {@code --} in front, of a bundle that has all of it. */
    public List<String> bundle(String name) {
        String prefix = "--spring.ssl.bundle.pem." + name + ".";
        return List.of(
                prefix + "keystore.certificate=" + certificate().toUri(),
                prefix + "keystore.private-key=" + key().toUri(),
                prefix + "truststore.certificate=" + authorities().toUri());
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private KeyStore store(String name) throws IOException, GeneralSecurityException {
        return KeyStore.getInstance(folder.resolve(name + ".p12").toFile(), PASSWORD.toCharArray());
    }

    private static String pem(String type, byte[] encoded) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded) + "\n-----END " + type
                + "-----\n";
    }

    private void keytool(String store, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storetype", "PKCS12", "-keystore", file(store + ".p12"), "-storepass", PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + " says: " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
