import type { Program } from '@drydock/abi'
import { man } from './man.ts'
import { apropos, whatis } from './whatis.ts'

/** @param rows  the programs that have pages: this room's own, known once all are assembled */
export const manPrograms = (rows: () => readonly Program[]): readonly Program[] => [
  man(rows),
  whatis(rows),
  apropos(rows),
]
