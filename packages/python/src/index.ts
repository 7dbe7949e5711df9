import type { Program } from '@drydock/abi'
import { pip } from './pip/pip.ts'
import { python } from './python.ts'

/** The rows of this room in the program table. */
export const pythonPrograms: readonly Program[] = [python, pip]
