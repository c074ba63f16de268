package io.github.hasqlite;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.MethodCallTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.commons.annotation.Testable;

/** The rooms of the house: which package may use which, and a few rules for all of them. */
class ArchitectureTests {

    private static final String ROOT = "io.github.hasqlite";

    /** What each package may use, besides itself, the API and what is not ours; the design's table, from the ground up. */
    private static final Map<String, Set<String>> ROOMS = rooms();

    /** The rooms in which Spring Boot is known, and which may use all others. */
    private static final Set<String> TOP = Set.of("autoconfigure", "actuate");

    private static Map<String, Set<String>> rooms() {
        Map<String, Set<String>> rooms = new LinkedHashMap<>();
        rooms.put("core.runtime", Set.of());
        rooms.put("core.file", Set.of());
        rooms.put("core.sqlite", Set.of("core.runtime"));
        rooms.put("core.changeset", Set.of("core.file", "core.runtime"));
        rooms.put("core.capture", Set.of("core.file", "core.sqlite", "core.runtime"));
        rooms.put("core.jdbc", Set.of("core.capture", "core.sqlite", "core.runtime"));
        rooms.put("core.outbox", Set.of("core.changeset", "core.file", "core.runtime"));
        rooms.put("core.apply", Set.of("core.capture", "core.sqlite", "core.runtime"));
        rooms.put(
                "core.replay",
                Set.of("core.apply", "core.changeset", "core.file", "core.outbox", "core.sqlite", "core.runtime"));
        rooms.put("core.commit", Set.copyOf(rooms.keySet()));
        rooms.put("core.snapshot", Set.copyOf(rooms.keySet()));
        rooms.put("core.verify", Set.copyOf(rooms.keySet()));
        rooms.put("core.gateway", Set.of("core.jdbc", "core.sqlite", "core.runtime"));
        rooms.put(
                "core.history",
                Set.of(
                        "core.apply",
                        "core.capture",
                        "core.changeset",
                        "core.file",
                        "core.outbox",
                        "core.replay",
                        "core.sqlite",
                        "core.runtime"));
        rooms.put("core.node", Set.copyOf(rooms.keySet()));
        rooms.put("nats", Set.of("core.changeset", "core.file", "core.runtime", "nats.server"));
        rooms.put("nats.server", Set.of("core.changeset", "core.file", "core.runtime", "nats"));
        rooms.put("hibernate", Set.of("core.sqlite"));
        rooms.put("http", Set.of("http.api"));
        rooms.put("http.api", Set.of("core.changeset", "core.file", "core.gateway", "core.sqlite"));
        rooms.put("postgres.wire", Set.of());
        rooms.put("postgres.type", Set.of("core.sqlite"));
        rooms.put("postgres.sql", Set.of("core.sqlite", "postgres.type"));
        rooms.put("postgres.function", Set.of("core.sqlite", "postgres.type"));
        rooms.put("postgres.infer", Set.of("core.sqlite", "postgres.sql", "postgres.type"));
        rooms.put(
                "postgres.catalog",
                Set.of(
                        "core.gateway",
                        "core.sqlite",
                        "postgres.function",
                        "postgres.infer",
                        "postgres.sql",
                        "postgres.type"));
        rooms.put(
                "postgres",
                Set.of(
                        "core.gateway",
                        "core.sqlite",
                        "postgres.catalog",
                        "postgres.function",
                        "postgres.infer",
                        "postgres.sql",
                        "postgres.type",
                        "postgres.wire"));
        return rooms;
    }

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @TestFactory
    Stream<DynamicTest> packagesUseOnlyWhatTheTableAllows() {
        return ROOMS.entrySet().stream()
                .map(room -> DynamicTest.dynamicTest(
                        room.getKey(),
                        () -> noClasses()
                                .that()
                                .resideInAPackage(ROOT + "." + room.getKey())
                                .should()
                                .dependOnClassesThat(oursExcept(room.getKey(), room.getValue()))
                                .check(MAIN)));
    }

    @Test
    void everyPackageIsInTheTable() {
        TreeSet<String> unknown = new TreeSet<>();
        for (JavaClass type : MAIN) {
            String room = type.getPackageName().substring(ROOT.length());
            if (!room.isEmpty() && !ROOMS.containsKey(room.substring(1)) && !TOP.contains(room.substring(1))) {
                unknown.add(type.getPackageName());
            }
        }
        assertThat(unknown).isEmpty();
    }

    @Test
    void publicApiUsesTheJdkAlone() {
        noClasses()
                .that()
                .resideInAPackage(ROOT)
                .should()
                .dependOnClassesThat(not(resideInAnyPackage(ROOT, "java..", "javax.sql..", "org.jspecify..")))
                .check(MAIN);
    }

    @Test
    void onlyTheTopRoomsKnowSpring() {
        noClasses()
                .that(not(resideInAnyPackage(
                        TOP.stream().map(room -> ROOT + "." + room).toArray(String[]::new))))
                .should()
                .dependOnClassesThat(resideInAPackage("org.springframework.."))
                .check(MAIN);
    }

    @Test
    void coreDoesNotKnowNats() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT, ROOT + ".core..")
                .should()
                .dependOnClassesThat(resideInAPackage("io.nats.."))
                .check(MAIN);
    }

    /** What would let a class of the core know the time, draw lots, begin a thread or wait past the node's runtime. */
    private static final DescribedPredicate<JavaAccess<?>> PAST_THE_RUNTIME = DescribedPredicate.describe(
            "has time, chance, threads or waiting from elsewhere than the runtime",
            access -> isPastTheRuntime(
                    access.getTargetOwner().getFullName(), access.getTarget().getName()));

    private static boolean isPastTheRuntime(String owner, String member) {
        return switch (owner) {
            case "java.lang.System" -> Set.of("nanoTime", "currentTimeMillis").contains(member);
            case "java.lang.Thread" ->
                Set.of("<init>", "start", "sleep", "join", "yield", "onSpinWait")
                        .contains(member);
            case "java.lang.Math" -> member.equals("random");
            case "java.util.UUID" -> member.equals("randomUUID");
            case "java.util.Random", "java.util.Timer" -> member.equals("<init>");
            case "java.util.concurrent.TimeUnit" ->
                Set.of("sleep", "timedWait", "timedJoin").contains(member);
            case "java.util.concurrent.Future", "java.util.concurrent.CompletableFuture" ->
                Set.of("get", "join", "orTimeout", "completeOnTimeout", "delayedExecutor")
                                .contains(member)
                        || member.endsWith("Async");
            default ->
                Set.of("wait", "notify", "notifyAll").contains(member)
                        || (owner.startsWith("java.time.") && member.equals("now"))
                        || owner.equals("java.time.Clock")
                        || owner.equals("java.security.SecureRandom")
                        || owner.startsWith("java.util.concurrent.locks.")
                        || (owner.startsWith("java.util.concurrent.")
                                && owner.matches(".*(Executors|Pool|Semaphore|Latch|Barrier|Phaser|Exchanger|Random"
                                        + "|BlockingQueue|BlockingDeque|TransferQueue|ExecutorService)"));
        };
    }

    @Test
    void theCoreHasTimeChanceThreadsAndWaitingFromItsRuntimeAlone() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".core..")
                .and()
                .resideOutsideOfPackage(ROOT + ".core.runtime")
                .should()
                .accessTargetWhere(PAST_THE_RUNTIME)
                .check(MAIN);
    }

    /** The key generator is the named exception: SQL functions reach it, and a connection knows no node. */
    @Test
    void onlyDefaultsOfTheCoreAreTheRuntimeOfTheVirtualMachine() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".core..")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".core.sqlite.KeyGenerator")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".core.commit.NodeSettings")
                .should()
                .callMethodWhere(target(name("ofJvm")))
                .check(MAIN);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void constructorsTakeSevenParametersAtMost() {
        TreeSet<String> longer = new TreeSet<>();
        for (JavaClass type : MAIN) {
            if (!type.isRecord() && !type.isAnonymousClass()) {
                for (JavaConstructor constructor : type.getConstructors()) {
                    if (writtenParameters(type, constructor) > 7) {
                        longer.add(constructor.getFullName());
                    }
                }
            }
        }
        assertThat(longer).isEmpty();
    }

    /** Without those that the compiler adds. */
    private static int writtenParameters(JavaClass type, JavaConstructor constructor) {
        boolean inner = type.getEnclosingClass().isPresent()
                && !type.getModifiers().contains(JavaModifier.STATIC)
                && !type.isEnum();
        int added = type.isEnum() ? 2 : inner ? 1 : 0;
        return constructor.getRawParameterTypes().size() - added;
    }

    /** What opens something is a factory or a start: who has an object that was only made has nothing to close. */
    @Test
    void constructorsOfTheCoreOpenNoFilesAndStartNoThreads() {
        TreeSet<String> calls = new TreeSet<>();
        for (JavaClass type : MAIN.that(resideInAPackage(ROOT + ".core.."))) {
            for (JavaConstructor constructor : type.getConstructors()) {
                for (JavaMethodCall call : constructor.getMethodCallsFromSelf()) {
                    if (opens(call.getTarget())) {
                        calls.add(call.getDescription());
                    }
                }
            }
        }
        assertThat(calls).isEmpty();
    }

    private static boolean opens(MethodCallTarget method) {
        return switch (method.getOwner().getName()) {
            case "java.lang.Thread" -> method.getName().equals("start");
            case "java.nio.file.Files" -> true;
            case "java.nio.channels.FileChannel" -> method.getName().equals("open");
            case ROOT + ".core.jdbc.DatabaseFile" -> method.getName().startsWith("open");
            default -> false;
        };
    }

    @Test
    void springAsksTheNodeForItsPartsAndUnwrapsNothing() {
        noClasses()
                .that(resideInAnyPackage(
                        TOP.stream().map(room -> ROOT + "." + room).toArray(String[]::new)))
                .should()
                .callMethodWhere(target(name("unwrap")))
                .check(MAIN);
    }

    @Test
    void everyPackageSaysWhatItIsForAndIsNullMarked() {
        TreeSet<String> unmarked = new TreeSet<>();
        for (JavaClass type : MAIN) {
            JavaPackage room = type.getPackage();
            if (!room.isAnnotatedWith(NullMarked.class)) {
                unmarked.add(room.getName());
            }
        }
        assertThat(unmarked).isEmpty();
    }

    @Test
    void classesWithTestsAreNamedTests() {
        JavaClasses tests = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.ONLY_INCLUDE_TESTS)
                .importPackages(ROOT);
        methods()
                .that()
                .areMetaAnnotatedWith(Testable.class)
                .should(beDeclaredInAClassNamedTests())
                .check(tests);
    }

    private static ArchCondition<JavaMethod> beDeclaredInAClassNamedTests() {
        return new ArchCondition<>("be declared in a class whose name ends with Tests") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                JavaClass owner = method.getOwner();
                while (owner.getEnclosingClass().isPresent()) {
                    owner = owner.getEnclosingClass().get();
                }
                boolean fine = owner.getSimpleName().endsWith("Tests")
                        // a contract is run by the tests of those who keep it
                        || owner.getModifiers().contains(JavaModifier.ABSTRACT);
                events.add(new SimpleConditionEvent(method, fine, method.getFullName()));
            }
        };
    }

    private static DescribedPredicate<JavaClass> oursExcept(String self, Set<String> allowed) {
        String[] permitted = Stream.concat(
                        Stream.of(ROOT, ROOT + "." + self), allowed.stream().map(room -> ROOT + "." + room))
                .toArray(String[]::new);
        return resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(permitted)));
    }
}
