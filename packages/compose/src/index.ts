import type { Program } from '@drydock/abi'
import { dockerCompose } from './compose.ts'

export const composePrograms: readonly Program[] = [dockerCompose]

export { type ComposeProblem, problemsOf } from './load/problems.ts'
