package io.github.hasqlite;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Arrays;
import java.util.Map;
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

    /** What each package may use, besides itself, the root and what is not ours. */
    private static final Map<String, String[]> ROOMS = Map.of(
            "changeset",
            new String[] {},
            "capture",
            new String[] {},
            "jdbc",
            new String[] {"capture"},
            "outbox",
            new String[] {"changeset"},
            "apply",
            new String[] {"changeset", "outbox"},
            "snapshot",
            new String[] {"outbox"},
            "nats",
            new String[] {"changeset"});

    /** The rooms that put all others together, and know Spring. */
    private static final String[] TOP = {"autoconfigure", "actuate", "web"};

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
                                .resideInAPackage(in(room.getKey()))
                                .should()
                                .dependOnClassesThat(oursExcept(room.getKey(), room.getValue()))
                                .allowEmptyShould(true)
                                .check(MAIN)));
    }

    @Test
    void everyPackageIsInTheTable() {
        TreeSet<String> unknown = new TreeSet<>();
        for (JavaClass type : MAIN) {
            if (!type.getPackageName().equals(ROOT)
                    && !ROOMS.containsKey(room(type))
                    && !Arrays.asList(TOP).contains(room(type))) {
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
                        Arrays.stream(TOP).map(ArchitectureTests::in).toArray(String[]::new))))
                .should()
                .dependOnClassesThat(resideInAPackage("org.springframework.."))
                .check(MAIN);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(MAIN);
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

    private static DescribedPredicate<JavaClass> oursExcept(String self, String... allowed) {
        String[] permitted = Stream.concat(
                        Stream.of(ROOT, in(self)), Arrays.stream(allowed).map(ArchitectureTests::in))
                .toArray(String[]::new);
        return resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(permitted)));
    }

    private static String in(String room) {
        return ROOT + "." + room + "..";
    }

    private static String room(JavaClass type) {
        return type.getPackageName().substring(ROOT.length() + 1).split("\\.")[0];
    }
}
