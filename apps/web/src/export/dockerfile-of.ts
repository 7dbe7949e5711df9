/**
 * The Dockerfile that an image's history tells of, the oldest step first. What was copied into it cannot be told: those
 * lines keep the paths that they had in the build's context.
 * @param base the image whose steps are the first `baseSteps`, if it is known
 */
export function dockerfileOf(steps: readonly string[], base: string, baseSteps: number): string {
  const lines = steps.slice(baseSteps).flatMap(lineOf)
  return [`FROM ${base}`, ...lines, ''].join('\n')
}

const NOP = /^\/bin\/sh -c #\(nop\)\s+/

function lineOf(step: string): string[] {
  const said = step.replace(/\s+# buildkit$/, '').trim()
  if (said === '') return []
  if (NOP.test(said)) return [withCommas(copied(said.replace(NOP, '')))]
  const shell = /^(?:RUN )?(?:\|\d+ .*? )?\/bin\/sh -c ([^]*)$/.exec(said)?.[1]
  return [shell === undefined ? withCommas(said) : `RUN ${shell}`]
}

/** The classic builder writes the checksum of what it copied, and `in` before the target. */
const copied = (line: string): string => line.replace(/^(COPY|ADD) (?:file|dir|multi):\w+ in /, '$1 . ').trim()

/** History prints lists without their commas. */
const withCommas = (line: string): string =>
  line.replace(/^([A-Z]+ )(\[.*\])$/, (_, kind: string, list: string) => {
    const items = list.match(/"(?:[^"\\]|\\.)*"/g) ?? []
    return `${kind}[${items.join(', ')}]`
  })
