import type { Program } from '@drydock/abi'
import { goExecutable } from './executable.ts'
import { go } from './go.ts'

/** The go command, and what it builds. */
export const golangPrograms: readonly Program[] = [go, goExecutable]
