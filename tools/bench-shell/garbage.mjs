import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** The collector's other threads have swept by then. */
const SWEPT_MS = 30

/** What starting left behind is not the script's. */
export async function collectGarbage() {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  await setTimeout(SWEPT_MS)
}
