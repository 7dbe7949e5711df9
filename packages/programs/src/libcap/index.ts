import type { Program } from '@drydock/abi'
import { capsh } from './capsh.ts'
import { getcap, setcap } from './file-capabilities.ts'
import { getpcaps } from './getpcaps.ts'

export const libcapPrograms: readonly Program[] = [capsh, getcap, getpcaps, setcap]
