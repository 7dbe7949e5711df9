import type { Program } from '@drydock/abi'
import { clear, reset, tput } from './clear.ts'
import { hostname } from './hostname.ts'
import { file } from './file.ts'
import { getent } from './getent.ts'
import { ldconfig, locale, updateCaCertificates } from './quiet.ts'
import { time } from './time.ts'
import { which } from './which.ts'

/** Programs of small packages: ncurses, hostname, debianutils… */
export const miscPrograms: readonly Program[] = [
  clear,
  file,
  getent,
  hostname,
  ldconfig,
  locale,
  time,
  updateCaCertificates,
  reset,
  tput,
  which,
]
