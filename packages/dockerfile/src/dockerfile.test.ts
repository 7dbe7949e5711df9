import { describe, expect, test } from 'vitest'
import {
  dispatch,
  DockerfileError,
  expand,
  IgnoreRules,
  Lint,
  lintText,
  parseDockerfile,
  parsePlatform,
  StageState,
} from './index.ts'

const VARIABLES = new Map([
  ['x', 'foobarfoo'],
  ['empty', ''],
  ['path', '/usr/local/bin/app.tar.gz'],
])

describe('expand', () => {
  test.each([
    ['$x', 'foobarfoo'],
    ['${x}y', 'foobarfooy'],
    ['\\$x', '$x'],
    ["'$x'", '$x'],
    ['"$x"', 'foobarfoo'],
    ['"a\\"b"', 'a"b'],
    ['${nope:-def}', 'def'],
    ['${empty:-def}', 'def'],
    ['${empty-def}', ''],
    ['${x:+set}', 'set'],
    ['${empty:+set}', ''],
    ['${empty+set}', 'set'],
    ['${nope+set}', ''],
    ['${x#f*o}', 'obarfoo'],
    ['${x##f*o}', ''],
    ['${x%o*}', 'foobarfo'],
    ['${x%%o*}', 'f'],
    ['${path##*/}', 'app.tar.gz'],
    ['${path%.*}', '/usr/local/bin/app.tar'],
    ['${x/foo/X}', 'Xbarfoo'],
    ['${x//foo/X}', 'XbarX'],
    ['${nope:-${x}}', 'foobarfoo'],
    ['$', '$'],
    ['a$!b', 'ab'],
  ])('%s is %s', (word, expected) => {
    expect(expand(word, (name) => VARIABLES.get(name)).text).toBe(expected)
  })

  test.each([
    ['${nope:?gone}', 'failed to process "${nope:?gone}": nope: gone'],
    ['${empty:?}', 'failed to process "${empty:?}": empty: is not allowed to be empty'],
    ['${x', 'failed to process "${x": unsupported modifier () in substitution'],
    ['${}', 'failed to process "${}": syntax error: bad substitution'],
    ['${x:-a', 'failed to process "${x:-a": syntax error: missing \'}\''],
    ["'a", `failed to process "'a": unexpected end of statement while looking for matching single-quote`],
    ['${x^}', 'failed to process "${x^}": unsupported modifier (^) in substitution'],
  ])('%s fails', (word, message) => {
    expect(() => expand(word, (name) => VARIABLES.get(name))).toThrow(message)
  })
})

const problem = (text: string): string => {
  try {
    parseDockerfile(text)
  } catch (error) {
    if (error instanceof DockerfileError) return `${error.range?.start ?? 0}: ${error.told}`
    throw error
  }
  return 'fine'
}

describe('what is no Dockerfile', () => {
  test.each([
    ['', '0: file with no instructions'],
    ['FORM a', '1: dockerfile parse error on line 1: unknown instruction: FORM (did you mean FROM?)'],
    ['RUN x', '1: no build stage in current context'],
    ['FROM a b', '1: dockerfile parse error on line 1: FROM requires either one or three arguments'],
    [
      'FROM a\nCOPY x',
      '2: dockerfile parse error on line 2: COPY requires at least two arguments, but only one was provided. Destination could not be determined',
    ],
    ['FROM a\nENV x', '2: ENV must have two arguments'],
    ['FROM a\nENV x=1 y', '2: Syntax error - can\'t find = in "y". Must be of the form: name=value'],
    ['FROM a\nRUN <<E\nx', '2: unterminated heredoc'],
    ['# escape=x\nFROM a', "1: invalid escape token 'x' does not match ` or \\"],
    ['FROM a\nCOPY --chwon=1 a b', '2: dockerfile parse error on line 2: unknown flag: --chwon (did you mean chown?)'],
    ['FROM a\nSHELL sh', '2: dockerfile parse error on line 2: SHELL requires the arguments to be in JSON form'],
    ['FROM a\nONBUILD FROM b', "2: dockerfile parse error on line 2: FROM isn't allowed as an ONBUILD trigger"],
    [
      'FROM a\nHEALTHCHECK --interval=1 CMD x',
      '2: dockerfile parse error on line 2: time: missing unit in duration "1"',
    ],
    ['FROM a\nRUN ["a", 1]', '2: when using JSON array syntax, arrays must be comprised of strings only'],
    ['FROM a\nCOPY a <<E\nE', '2: dockerfile parse error on line 2: COPY cannot accept a heredoc as a destination'],
    [
      'FROM a AS 1x',
      '1: dockerfile parse error on line 1: invalid name for build stage: "1x", name can\'t start with a number or contain symbols',
    ],
  ])('%j', (text, expected) => expect(problem(text)).toBe(expected))
})

test('lines: continuations, comments inside them, here-documents, positions', () => {
  const { stages } = parseDockerfile('FROM a\nRUN x \\\n # no\n\n && y\nRUN <<A <<-B\n1\nA\n\t2\n\tB\nCMD z')
  const [run, docs, cmd] = stages[0]?.instructions ?? []
  expect(run).toMatchObject({ code: 'RUN x  && y', range: { start: 2, end: 5 } })
  expect(docs).toMatchObject({
    range: { start: 6, end: 10 },
    heredocs: [
      { name: 'A', content: '1\n' },
      { name: 'B', content: '\t2\n' },
    ],
  })
  expect(cmd).toMatchObject({ range: { start: 11, end: 11 } })
})

function lint(text: string): string[] {
  const file = parseDockerfile(text)
  const rules = Lint.of(file.directives.get('check'))
  lintText(file, rules)
  for (const { instructions } of file.stages) {
    const state = StageState.onImage({}, [])
    const context = {
      escape: file.escape,
      globalArgs: new Map(),
      buildArgs: new Map(),
      lint: rules,
      ignore: new IgnoreRules('*.log'),
    }
    for (const instruction of instructions) dispatch(state, instruction, context)
  }
  return rules.warnings.map(({ rule, message, range }) => `${rule}: ${message} (line ${range?.start ?? 0})`)
}

describe('checks', () => {
  test.each([
    ['FROM a AS Build', ["StageNameCasing: Stage name 'Build' should be lowercase (line 1)"]],
    ['FROM a as b', ["FromAsCasing: 'as' and 'FROM' keywords' casing do not match (line 1)"]],
    ['FROM a\nRUN x \\\n\n y', ['NoEmptyContinuation: Empty continuation line (line 4)']],
    [
      'FROM a\nrun x',
      ["ConsistentInstructionCasing: Command 'run' should match the case of the command majority (uppercase) (line 2)"],
    ],
    [
      'FROM a AS b\nFROM c AS b',
      ['DuplicateStageName: Duplicate stage name "b", stage names should be unique (line 2)'],
    ],
    [
      'FROM a AS scratch',
      ['ReservedStageName: Stage name should not use the same name as reserved stage "scratch" (line 1)'],
    ],
    [
      'FROM a\nCMD x',
      [
        'JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended behavior related to OS signals (line 2)',
      ],
    ],
    [
      'FROM a\nMAINTAINER x',
      ['MaintainerDeprecated: Maintainer instruction is deprecated in favor of using label (line 2)'],
    ],
    [
      'FROM a\nWORKDIR x',
      ['WorkdirRelativePath: Relative workdir "x" can have unexpected results if the base image changes (line 2)'],
    ],
    [
      'FROM a\nENV foo=1\nCOPY $fo /x',
      ["UndefinedVar: Usage of undefined variable '$fo' (did you mean $foo?) (line 3)"],
    ],
    [
      'FROM a\nCMD ["a"]\nCMD ["b"]',
      [
        'MultipleInstructionsDisallowed: Multiple CMD instructions should not be used in the same stage because only the last one will be used (line 2)',
      ],
    ],
    [
      'FROM a\nENV a b',
      ['LegacyKeyValueFormat: "ENV key=value" should be used instead of legacy "ENV key value" format (line 2)'],
    ],
    [
      'FROM a\nARG API_TOKEN',
      ['SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (ARG "API_TOKEN") (line 2)'],
    ],
    [
      'FROM a\nCOPY x.log /',
      ['CopyIgnoredFile: Attempting to Copy file "x.log" that is excluded by .dockerignore (line 2)'],
    ],
    [
      'FROM a\nEXPOSE 80/TCP',
      ["ExposeProtoCasing: Defined protocol '80/TCP' in EXPOSE instruction should be lowercase (line 2)"],
    ],
    [
      'FROM a\nEXPOSE 1:80',
      [
        "ExposeInvalidFormat: EXPOSE instruction should not define an IP address or host-port mapping, found '1:80' (line 2)",
      ],
    ],
    ['# check=skip=JSONArgsRecommended\nFROM a\nCMD x', []],
    ['FROM a\n# check=skip=all\nCMD x', []],
    [
      '# check=experimental=all\n# foo\nFROM a AS b',
      ['InvalidDefinitionDescription: Comment for FROM should follow the format: `# b <description>` (line 3)'],
    ],
  ])('%j', (text, expected) => expect(lint(text)).toEqual(expected))
})

describe('.dockerignore', () => {
  const rules = new IgnoreRules('# no\n*.log\n!keep.log\n/secret/\n**/node_modules\na/*/c\n./dot\nfoo?.txt\n[xy]\n')
  test.each([
    ['a.log', true],
    ['keep.log', false],
    ['sub/a.log', false],
    ['secret/x', true],
    ['deep/node_modules/x', true],
    ['node_modules', true],
    ['a/b/c', true],
    ['a/b/d/c', false],
    ['dot', true],
    ['foo1.txt', true],
    ['foo.txt', false],
    ['x', true],
  ])('%s: %s', (path, ignored) => expect(rules.ignores(path)).toBe(ignored))
})

test('platforms', () => {
  expect(parsePlatform('linux/aarch64')).toEqual({ os: 'linux', architecture: 'arm64' })
  expect(parsePlatform('arm64')).toEqual({ os: 'linux', architecture: 'arm64' })
  expect(parsePlatform('linux/arm/v7')).toEqual({ os: 'linux', architecture: 'arm', variant: 'v7' })
  expect(() => parsePlatform('a b')).toThrow()
})
