import type { Program } from '@drydock/abi'
import { sudo } from './sudo.ts'

export const sudoPrograms: readonly Program[] = [sudo]
