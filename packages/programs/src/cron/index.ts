import type { Program } from '@drydock/abi'
import { busyboxCrond } from './busybox-crond.ts'
import { busyboxCrontab } from './busybox-crontab.ts'
import { cron } from './cron.ts'
import { crontab } from './crontab.ts'
import { runParts } from './run-parts.ts'
import { sendmail } from './sendmail.ts'

/** Busybox's, which have to stand before their namesakes. */
export const busyboxCronPrograms: readonly Program[] = [busyboxCrond, busyboxCrontab, sendmail]
/** What runs at its time: Debian's cron and run-parts. */
export const cronPrograms: readonly Program[] = [cron, crontab, runParts]
