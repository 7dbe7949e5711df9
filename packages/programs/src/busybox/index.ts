import type { Program } from '@drydock/abi'
import { busyboxDf } from '../coreutils/df.ts'
import { busyboxDu } from '../coreutils/du.ts'
import { busyboxLs } from '../coreutils/ls.ts'
import { busyboxFree } from '../procps/free.ts'
import { busyboxPs } from '../procps/ps.ts'
import { busybox } from './busybox.ts'

/** Applets whose output differs visibly from GNU's; all others are the same rows. */
export const busyboxPrograms: readonly Program[] = [busybox, busyboxDf, busyboxDu, busyboxFree, busyboxLs, busyboxPs]
