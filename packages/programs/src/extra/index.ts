import type { Program } from '@drydock/abi'
import { bc } from './bc/bc.ts'
import { cal } from './cal.ts'
import { column } from './column.ts'
import { dc } from './dc.ts'
import { hexdump } from './hexdump.ts'
import { stress } from './stress.ts'
import { strings } from './strings.ts'
import { tree } from './tree.ts'
import { xxd } from './xxd.ts'

/** Small tools that images and hosts have, each of a package of its own. */
export const extraPrograms: readonly Program[] = [bc, cal, column, dc, hexdump, stress, strings, tree, xxd]
