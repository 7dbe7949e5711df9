/** Since when a release is there: what java prints behind its number. */
const RELEASED: Readonly<Record<number, string>> = {
  8: '2014-03-18',
  11: '2018-09-25',
  17: '2021-09-14',
  21: '2023-09-19',
  25: '2025-09-16',
  26: '2026-03-17',
}

/** What the image's JAVA_VERSION says, as java prints it: `jdk-21.0.2+13`, `jdk8u412-b08`. */
export function versionText(env: ReadonlyMap<string, string>): {
  readonly number: string
  readonly release: number
  lines(quoted: boolean): string
} {
  const told = (env.get('JAVA_VERSION') ?? 'jdk-25.0.4+7').replace(/^jdk-?/, '')
  const [number = '', build = '7'] = told.split('+')
  const release = Number(/^\d+/.exec(number)?.[0] ?? 25)
  const date = RELEASED[release] === undefined ? '' : ` ${RELEASED[release]}`
  const lts = release % 4 === 1 || release === 17 || release === 11 || release === 8 ? ' LTS' : ''
  const runtime = `Temurin-${number}+${build}`
  return {
    number,
    release,
    lines: (quoted) =>
      `openjdk ${quoted ? `version "${number}"` : number}${date}${lts}\nOpenJDK Runtime Environment ${runtime} (build ${number}+${build}${lts.replace(' ', '-')})\nOpenJDK 64-Bit Server VM ${runtime} (build ${number}+${build}${lts.replace(' ', '-')}, mixed mode, sharing)\n`,
  }
}
