import type { Program } from '@drydock/abi'
import { busyboxPs } from '../procps/ps.ts'
import { fileApplets } from './applets-files.ts'
import { systemApplets } from './applets-system.ts'
import { textApplets } from './applets-text.ts'
import { busybox } from './busybox.ts'
import { dos2unix, unix2dos } from './dos2unix.ts'
import { busyboxTop } from './top.ts'

/** Applets that speak or behave otherwise than their namesakes; all others are the same rows. */
export const busyboxPrograms: readonly Program[] = [
  busybox,
  busyboxPs,
  busyboxTop,
  dos2unix,
  unix2dos,
  ...fileApplets,
  ...textApplets,
  ...systemApplets,
]
