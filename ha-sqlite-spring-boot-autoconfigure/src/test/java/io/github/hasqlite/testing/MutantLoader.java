package io.github.hasqlite.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.ClassWriter;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;

/**
 * Loads product and test anew with methods of one class of the product broken: a method without result does
 * nothing, one that judges a message's turn always says that it is next, another one
 * answers its first argument.
 */
public final class MutantLoader extends ClassLoader {

    private static final String OURS = "io.github.hasqlite.";

    /** The constant that a broken method answers, by the enum's descriptor. */
    private static final Map<String, String> ANSWERS = Map.of("Lio/github/hasqlite/core/replay/Turn;", "NEXT");

    private final String mutatedClass;
    private final Set<String> mutatedMethods;

    /** Breaks the methods with these names; all work if there is none. */
    public MutantLoader(String mutatedClass, String... mutatedMethods) {
        super(MutantLoader.class.getClassLoader());
        this.mutatedClass = mutatedClass;
        this.mutatedMethods = Set.of(mutatedMethods);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            byte[] bytes = bytes(name);
            if (name.equals(mutatedClass) && !mutatedMethods.isEmpty()) {
                bytes = mutated(bytes);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    private byte[] bytes(String name) throws ClassNotFoundException {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] mutated(byte[] original) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        Mutation mutation = new Mutation(writer);
        new ClassReader(original).accept(mutation, 0);
        if (!mutation.done.equals(mutatedMethods)) {
            throw new IllegalArgumentException("not all of " + mutatedMethods + " are in " + mutatedClass);
        }
        return writer.toByteArray();
    }

    private final class Mutation extends ClassVisitor {

        private final Set<String> done = new HashSet<>();

        Mutation(ClassVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String name, String descriptor, String signature, String[] exceptions) {
            MethodVisitor writer = super.visitMethod(access, name, descriptor, signature, exceptions);
            if (!mutatedMethods.contains(name)) {
                return writer;
            }
            done.add(name);
            writer.visitCode();
            String enumName = ANSWERS.get(descriptor.substring(descriptor.indexOf(')') + 1));
            if (descriptor.endsWith(")V")) {
                writer.visitInsn(Opcodes.RETURN);
            } else if (descriptor.endsWith(")Z")) {
                writer.visitInsn(Opcodes.ICONST_0);
                writer.visitInsn(Opcodes.IRETURN);
            } else if (enumName != null) {
                String type = descriptor.substring(descriptor.indexOf(')') + 1);
                writer.visitFieldInsn(Opcodes.GETSTATIC, type.substring(1, type.length() - 1), enumName, type);
                writer.visitInsn(Opcodes.ARETURN);
            } else {
                writer.visitVarInsn(Opcodes.ALOAD, (access & Opcodes.ACC_STATIC) == 0 ? 1 : 0);
                writer.visitInsn(Opcodes.ARETURN);
            }
            writer.visitMaxs(0, 0);
            writer.visitEnd();
            return null;
        }
    }
}
