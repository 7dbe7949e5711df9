import type { Program } from '@drydock/abi'
import { capsh } from './capsh.ts'
import { getcap, getpcaps, setcap } from './tools.ts'

export const libcapPrograms: readonly Program[] = [capsh, getcap, getpcaps, setcap]
