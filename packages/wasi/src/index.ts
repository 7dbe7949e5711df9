import type { Program } from '@drydock/abi'
import { wasi } from './wasi.ts'

export const wasiPrograms: readonly Program[] = [wasi]
