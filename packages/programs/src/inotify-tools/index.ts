import type { Program } from '@drydock/abi'
import { inotifywait } from './inotifywait.ts'
import { inotifywatch } from './inotifywatch.ts'

export const inotifyTools: readonly Program[] = [inotifywait, inotifywatch]
