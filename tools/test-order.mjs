// The order of the unit tests' files: what waits most comes first, so that what computes fills its pauses.
import { BaseSequencer } from 'vitest/node'

/** Real clients, clocks and servers: they take long and leave the processor to others. */
const WAITING = [/compose-samples/, /transcripts\/reference/, /transcripts\/lessons/, /compose-v1/, /clients\//]

const rank = ({ moduleId }) => {
  const place = WAITING.findIndex((pattern) => pattern.test(moduleId))
  return place < 0 ? WAITING.length : place
}

export class WaitingFirst extends BaseSequencer {
  /** @override */
  async sort(files) {
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => rank(a) - rank(b))
  }
}
