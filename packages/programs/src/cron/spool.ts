import { isErrno, type Sys } from '@drydock/abi'

const DEBIAN = '/var/spool/cron/crontabs'
const CRONIE = '/var/spool/cron'

/** Where users' tables lie: Debian has a folder of its own for them below cronie's. */
export function spoolFolder(sys: Sys): string {
  try {
    sys.stat(DEBIAN)
    return DEBIAN
  } catch (error) {
    if (isErrno(error)) return CRONIE
    throw error
  }
}
