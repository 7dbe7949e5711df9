import type { Program } from '@drydock/abi'
import { registry } from './registry.ts'

/** The rows of this room in the program table. */
export const registryPrograms: readonly Program[] = [registry]
