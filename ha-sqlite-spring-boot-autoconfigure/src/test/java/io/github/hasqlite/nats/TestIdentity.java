package io.github.hasqlite.nats;

import io.nats.client.NKey;
import io.nats.client.support.JsonSerializable;
import io.nats.client.support.JwtUtils;
import java.security.SecureRandom;

/**
 * A user with an nkey and a JWT, the account that issued it and the operator above, as nsc makes them.
 */
record TestIdentity(
        String userSeed,
        String userPublicKey,
        String userJwt,
        String accountKey,
        String accountJwt,
        String systemKey,
        String systemJwt,
        String operatorJwt) {

    private static final String NO_LIMITS = """
            {"limits":{"subs":-1,"conn":-1,"leaf":-1,"imports":-1,"exports":-1,"data":-1,"payload":-1,\
            "wildcards":true%s},"type":"account","version":2}""";

    private static final String USER = "{\"type\":\"user\",\"version\":2,\"subs\":-1,\"data\":-1,\"payload\":-1}";

    private static final String JETSTREAM = ",\"mem_storage\":-1,\"disk_storage\":-1,\"streams\":-1,\"consumer\":-1";

    static TestIdentity create() throws Exception {
        SecureRandom random = new SecureRandom();
        NKey operator = NKey.createOperator(random);
        NKey account = NKey.createAccount(random);
        NKey system = NKey.createAccount(random);
        NKey user = NKey.createUser(random);
        String userKey = new String(user.getPublicKey());
        String accountKey = new String(account.getPublicKey());
        String systemKey = new String(system.getPublicKey());
        return new TestIdentity(
                new String(user.getSeed()),
                userKey,
                jwt(account, userKey, USER),
                accountKey,
                jwt(operator, accountKey, NO_LIMITS.formatted(JETSTREAM)),
                systemKey,
                jwt(operator, systemKey, NO_LIMITS.formatted("")),
                jwt(operator, new String(operator.getPublicKey()), "{\"type\":\"operator\",\"version\":2}"));
    }

    /** The text of a credentials file. */
    String credentials() {
        return JwtUtils.NATS_USER_JWT_FORMAT.formatted(userJwt, userSeed);
    }

    /** Lines that make a server trust the operator and know the account. */
    String serverConfiguration() {
        return "operator: " + operatorJwt + "\nsystem_account: " + systemKey
                + "\nresolver: MEMORY\nresolver_preload: {\n  " + accountKey + ": " + accountJwt + "\n  " + systemKey
                + ": " + systemJwt + "\n}";
    }

    private static String jwt(NKey issuer, String subject, String claims) throws Exception {
        JsonSerializable claim = () -> claims;
        return JwtUtils.issueJWT(
                issuer, subject, "test", null, JwtUtils.currentTimeSeconds(), new String(issuer.getPublicKey()), claim);
    }
}
