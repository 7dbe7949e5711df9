import type { Program } from '@drydock/abi'
import { awk } from './awk.ts'

export const awkPrograms: readonly Program[] = [awk]
