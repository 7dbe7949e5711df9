import type { Program } from '@drydock/abi'
import { jar } from './jar.ts'
import { java } from './java.ts'
import { javac } from './javac.ts'
import { mvn } from './maven/mvn.ts'

/** Java's commands, and Maven. */
export const javaPrograms: readonly Program[] = [java, javac, jar, mvn]
