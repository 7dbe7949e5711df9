import { describe, expect, it } from 'vitest'
import { mergeFiles, readHcl, readJson } from './bake-file.ts'
import { listTargets, resolveTargets } from './bake-targets.ts'
import { EvaluationError } from './hcl/evaluate.ts'

interface Wish {
  readonly names?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly set?: readonly string[]
}

const resolve = (text: string, { names = [], env = {}, set = [] }: Wish = {}) =>
  resolveTargets(mergeFiles([readHcl(text, 'docker-bake.hcl')]), names, (name) => env[name], set)

const tagsOf = (expression: string, more = '', wish: Wish = {}): unknown =>
  resolve(`${more}\ntarget "default" {\n tags = [${expression}]\n}`, wish).targets.get('default')?.tags?.[0]

/** An expression of HCL and its value as a text. hclsyntax/spec.md; docs.docker.com/build/bake/funcs */
const EXPRESSIONS: readonly (readonly [expression: string, value: string])[] = [
  ['"a${1 + 2 * 3}b"', 'a7b'],
  ['"$${not}%%{too}"', '${not}%{too}'],
  ['"\\u00e9\\n"', 'é\n'],
  ['"${true ? "yes" : "no"}"', 'yes'],
  ['"${!false && 2 >= 2}"', 'true'],
  ['"%{ if 1 == 2 }a%{ else }b%{ endif }c"', 'bc'],
  ['"${-(3 % 2)}"', '-1'],
  ['["x", "y"][1]', 'y'],
  ['{a = {"b-c": "deep"}}.a["b-c"]', 'deep'],
  ['join("-", [for s in ["a", "b", "c"] : upper(s) if s != "b"])', 'A-C'],
  ['join(",", keys({for k, v in {x = 1, y = 2} : "${k}${v}" => v}))', 'x1,y2'],
  ['jsonencode({for s in ["ab", "ac", "bd"] : substr(s, 0, 1) => s...})', '{"a":["ab","ac"],"b":["bd"]}'],
  ['join(",", [{n = 1}, {n = 2}][*].n)', '1,2'],
  ['format("%s/%s", ["a", "b"]...)', 'a/b'],
  ['format("v%03d-%s", 7, "x")', 'v007-x'],
  ['formatlist("%s:1", ["a", "b"])[1]', 'b:1'],
  ['regex_replace("v1.2.3", "v(\\\\d+)\\\\..*", "major-$1")', 'major-1'],
  ['regex("(?P<major>\\\\d+)\\\\.(?P<minor>\\\\d+)", "go1.25").minor', '25'],
  ['sanitize("foo.bar/baz")', 'foo_bar_baz'],
  ['try({a = 1}.b, "none")', 'none'],
  ['"${can({a = 1}.a)}"', 'true'],
  ['coalesce(null, "first")', 'first'],
  ['lookup({a = "1"}, "b", "other")', 'other'],
  ['trimsuffix(basename("/a/b.tar"), ".tar")', 'b'],
  ['"${length(setproduct(["a", "b"], ["x", "y", "z"]))}"', '6'],
  ['"${semvercmp("1.4.2", ">= 1.3, < 2")}"', 'true'],
  ['sha256("")', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['<<EOT\n  a ${1}\n  b\n  EOT\n', '  a 1\n  b\n'],
  ['<<-EOT\n  a\n    b\n  EOT\n', 'a\n  b\n'],
]

it('lists what has a name, but what begins with _', () => {
  const text =
    'group "all" { targets = ["b", "a"] }\ntarget "a" { description = "makes a" }\ntarget "b" {}\ntarget "_c" {}'
  expect(listTargets(readHcl(text.replaceAll(/\{ (.*?) \}/g, '{\n$1\n}'), 'x.hcl'), () => undefined)).toEqual([
    { name: 'a', description: 'makes a', group: false },
    { name: 'all', description: 'a, b', group: true },
    { name: 'b', description: '', group: false },
  ])
})

it('takes no empty tags, and no wishes for targets that are not there', () => {
  const text = 'target "default" {\n tags = ["", "a"]\n}'
  expect(resolve(text).targets.get('default')?.tags).toEqual(['a'])
  expect(() => resolve(text, { set: ['other.tags=b'] })).toThrow("could not find any target matching 'other'")
})

describe('expressions', () => {
  it.each(EXPRESSIONS)('%s', (expression, value) => expect(tagsOf(expression)).toBe(value))

  it.each([
    ['nosuch', 'Unknown variable; There is no variable named "nosuch".'],
    ['nosuch("a")', 'Call to unknown function; There is no function named "nosuch".'],
    ['{a = 1}.b', 'Unsupported attribute; This object does not have an attribute named "b".'],
  ])('%s has none', (expression, message) => expect(() => tagsOf(expression)).toThrow(new EvaluationError(message)))

  it('tell where they cannot be read', () => {
    expect(() => readHcl('target "a" {\n  tags = [,]\n}', 'f.hcl')).toThrow('f.hcl:2,11-12: Invalid expression')
    expect(() => readHcl('nosuch "a" {}', 'f.hcl')).toThrow('Blocks of type "nosuch" are not expected here.')
  })
})

describe('variables', () => {
  const file =
    'variable "TAG" { default = "latest" }\nvariable "N" { default = 1 }\nvariable "ON" { default = false }\n'

  it('take what the environment has, in the type of their default', () => {
    expect(tagsOf('"app:${TAG}"', file)).toBe('app:latest')
    expect(tagsOf('"${TAG}-${N + 1}-${!ON}"', file, { env: { TAG: 'x', N: '4', ON: '1' } })).toBe('x-5-false')
    const typed = 'variable "L" { type = list(string)\n default = [] }\n'
    expect(tagsOf('join("+", L)', typed, { env: { L: 'a,b' } })).toBe('a+b')
  })

  it('may stand for others, but not for themselves', () => {
    expect(tagsOf('B', 'A = "one"\nB = "${A}!"')).toBe('one!')
    expect(() => tagsOf('A', 'variable "A" { default = B }\nvariable "B" { default = A }')).toThrow(
      'variable cycle not allowed',
    )
  })

  it('are checked', () => {
    const checked =
      'variable "N" {\n default = 1\n validation {\n condition = N > 2\n error_message = "N is ${N}"\n }\n}'
    expect(() => tagsOf('"${N}"', checked)).toThrow('N is 1')
    expect(tagsOf('"${N}"', checked, { env: { N: '3' } })).toBe('3')
  })

  it('and functions of the file', () => {
    const fn =
      'function "tag" {\n params = [name]\n variadic_params = more\n result = ["${name}:${join("-", more)}"]\n}'
    expect(tagsOf('tag("a", "b", "c")[0]', fn)).toBe('a:b-c')
  })
})

const FILE = `
group "default" { targets = ["app", "docs"] }
target "_base" {
  args = { GO = "1.25", CGO = null }
  labels = { who = "base" }
  platforms = ["linux/amd64"]
}
target "app" {
  inherits = ["_base"]
  name = "app-\${replace(tgt.v, ".", "-")}"
  matrix = { tgt = [{ v = "1.0" }, { v = "2.0" }], os = ["linux"] }
  args = { V = tgt.v }
  tags = ["app:\${tgt.v}"]
}
target "docs" {
  contexts = { base = "target:site" }
  output = [{ type = "local", dest = "out" }]
}
target "site" { tags = target.docs.output[0].type == "local" ? ["site:local"] : [] }
`

describe('targets', () => {
  it('come out of groups, matrices, parents and links', () => {
    const { groups, targets } = resolve(FILE)
    expect(Object.fromEntries(groups)).toEqual({
      app: { targets: ['app-1-0', 'app-2-0'] },
      default: { targets: ['app', 'docs'] },
    })
    expect(JSON.stringify(Object.fromEntries(targets))).toBe(
      JSON.stringify({
        'app-1-0': {
          context: '.',
          dockerfile: 'Dockerfile',
          args: { GO: '1.25', V: '1.0' },
          labels: { who: 'base' },
          tags: ['app:1.0'],
          platforms: ['linux/amd64'],
        },
        'app-2-0': {
          context: '.',
          dockerfile: 'Dockerfile',
          args: { GO: '1.25', V: '2.0' },
          labels: { who: 'base' },
          tags: ['app:2.0'],
          platforms: ['linux/amd64'],
        },
        docs: {
          context: '.',
          contexts: { base: 'target:site' },
          dockerfile: 'Dockerfile',
          output: ['type=local,dest=out'],
        },
        site: { context: '.', dockerfile: 'Dockerfile', tags: ['site:local'], output: ['type=cacheonly'] },
      }),
    )
  })

  it('are chosen by patterns and changed from outside', () => {
    const { groups, targets } = resolve(FILE, {
      names: ['app-*'],
      set: ['app-1-0.tags=first', 'app-1-0.tags=second', '*.args.GO=2', 'app-2-0.tags+=more', 'docs.tags=no'],
    })
    expect(Object.fromEntries(groups)).toEqual({ default: { targets: ['app-1-0', 'app-2-0'] } })
    expect([...targets.values()].map(({ tags }) => tags)).toEqual([
      ['first', 'second'],
      ['app:2.0', 'more'],
    ])
    expect(targets.get('app-2-0')?.args).toEqual({ GO: '2', V: '2.0' })
  })

  it.each([
    [['nosuch'], 'failed to find target nosuch'],
    [['x-*'], "could not find any target matching 'x-*'"],
  ])('%j are not there', (names, message) => expect(() => resolve(FILE, { names })).toThrow(message))

  it('neither inherit from nor build upon themselves', () => {
    expect(() => resolve('target "default" { inherits = ["default"] }')).toThrow('infinite recursion in target default')
    expect(() => resolve('target "default" { contexts = { x = "target:default" } }')).toThrow(
      'target default cannot link to itself',
    )
  })

  it('are the same in JSON, and the later of two files wins', () => {
    const json = '{"variable":{"V":{"default":"1"}},"target":{"default":{"args":{"A":"${V}"},"tags":["x:${V}"]}}}'
    const file = mergeFiles([readJson(json, 'a.json'), readHcl('target "default" { tags = ["y"] }', 'b.hcl')])
    expect(resolveTargets(file, [], () => undefined, []).targets.get('default')).toEqual({
      context: '.',
      dockerfile: 'Dockerfile',
      args: { A: '1' },
      tags: ['y'],
    })
  })
})
