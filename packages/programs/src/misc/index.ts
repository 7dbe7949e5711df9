import type { Program } from '@drydock/abi'
import { clear, reset, tput } from './clear.ts'
import { hostname } from './hostname.ts'
import { which } from './which.ts'

/** Programs of small packages: ncurses, hostname, debianutils… */
export const miscPrograms: readonly Program[] = [clear, hostname, reset, tput, which]
