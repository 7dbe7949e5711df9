import type { Program } from '@drydock/abi'
import { node } from './node.ts'
import { npm, npx } from './npm/npm.ts'
import { yarn } from './npm/yarn.ts'

/** The rows of this room in the program table. */
export const nodePrograms: readonly Program[] = [node, npm, npx, yarn]
