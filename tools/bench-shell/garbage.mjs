import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What starting left behind is not the script's. */
export function collectGarbage() {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}
