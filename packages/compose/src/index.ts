import type { Program } from '@drydock/abi'
import { dockerCompose } from './compose.ts'

export const composePrograms: readonly Program[] = [dockerCompose]
