import { describe, expect, it } from 'vitest'
import { bool, bytes, decimal, duration, filter, int, list, string, strings } from './flag.ts'
import { FlagError, HelpWanted, parseFlags } from './parse-flags.ts'

const table = {
  all: bool('a', ''),
  detach: bool('d', ''),
  'sig-proxy': bool('', '', true),
  name: string('n', ''),
  publish: list('p', ''),
  last: int('', '', -1),
  memory: bytes('m', ''),
  wait: duration('', ''),
  cpus: decimal('', ''),
  subnet: strings('', ''),
  filter: filter('f', ''),
}

describe('parseFlags', () => {
  const cases: [string[], Record<string, unknown>, string[]][] = [
    [['-ad', 'x', '--name', 'n', 'y'], { all: true, detach: true, name: 'n' }, ['x', 'y']],
    [['-adnfoo', 'x'], { all: true, detach: true, name: 'foo' }, ['x']],
    [['-p=80:80', '-p', '1:1', '-p2:2'], { publish: ['80:80', '1:1', '2:2'] }, []],
    [['--sig-proxy=false', '--', '-a'], { 'sig-proxy': false, all: false }, ['-a']],
    [['--last', '-5', '-'], { last: -5 }, ['-']],
    [['-m', '1.5g', '--wait', '1m30s', '--cpus', '.5'], { memory: 1610612736, wait: 9e10, cpus: 5e8 }, []],
    [['--subnet', 'a,b', '--subnet=c', '-f', 'Name=x'], { subnet: ['a', 'b', 'c'], filter: ['name=x'] }, []],
  ]
  it.each(cases)('%j', (words, values, operands) => {
    const parsed = parseFlags(words, table)
    for (const [name, value] of Object.entries(values)) expect([name, parsed.values.get(name)]).toEqual([name, value])
    expect(parsed.operands).toEqual(operands)
  })

  it('stops at the first operand where options and operands do not mix', () => {
    expect(parseFlags(['-a', 'image', '-d'], table, false).operands).toEqual(['image', '-d'])
  })

  const problems: [string[], string][] = [
    [['--nope'], 'unknown flag: --nope'],
    [['-aZx'], "unknown shorthand flag: 'Z' in -Zx"],
    [['--name'], 'flag needs an argument: --name'],
    [['-an'], "flag needs an argument: 'n' in -an"],
    [['--=x'], 'bad flag syntax: --=x'],
    [['--last', 'x'], 'invalid argument "x" for "--last" flag: strconv.ParseInt: parsing "x": invalid syntax'],
    [['--all=zz'], 'invalid argument "zz" for "-a, --all" flag: strconv.ParseBool: parsing "zz": invalid syntax'],
    [['-m', 'nope'], 'invalid argument "nope" for "-m, --memory" flag: invalid size: \'nope\''],
    [['-m', '1x'], 'invalid argument "1x" for "-m, --memory" flag: invalid suffix: \'x\''],
    [['--wait', '3'], 'invalid argument "3" for "--wait" flag: time: missing unit in duration "3"'],
    [['--cpus', 'x'], 'invalid argument "x" for "--cpus" flag: failed to parse x as a rational number'],
    [['-f', 'foo'], 'invalid argument "foo" for "-f, --filter" flag: bad format of filter (expected name=value)'],
  ]
  it.each(problems)('%j is refused', (words, message) => {
    expect(() => parseFlags(words, table)).toThrow(new FlagError(message))
  })

  it('asks for help', () => {
    expect(() => parseFlags(['-a', '--help'], table)).toThrow(HelpWanted)
    expect(() => parseFlags(['-ah'], table)).toThrow(HelpWanted)
    expect(parseFlags(['--help=false', 'x'], table).operands).toEqual(['x'])
  })
})
