import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { readTar, TarError, type TarHeader, TarReader, tarHeader, untar, writeTar } from '../index.ts'

const long = `${'folder/'.repeat(30)}file.txt`
const HEADERS: readonly (readonly [string, Partial<TarHeader>, string])[] = [
  ['plain.txt', { mtimeMs: 1_700_000_000_000, uid: 1000, gid: 1000, uname: 'me', gname: 'us', mode: 0o4755 }, 'text'],
  [long, {}, 'deep'],
  [`${'x'.repeat(120)}`, {}, 'no slash to split at'],
  ['señal/한글.txt', { uname: 'josé' }, 'utf-8'],
  ['folder/', { type: 'directory', mode: 0o1777 }, ''],
  ['link', { type: 'symlink', linkName: `${'target/'.repeat(20)}end` }, ''],
  ['hard', { type: 'hardlink', linkName: 'plain.txt' }, ''],
  ['null', { type: 'character', major: 1, minor: 3, mode: 0o666 }, ''],
  ['disk', { type: 'block', major: 259, minor: 70_000 }, ''],
  ['fifo', { type: 'fifo' }, ''],
  ['fraction', { mtimeMs: 1_700_000_000_123.5 }, ''],
  ['big-ids', { uid: 4_000_000_000, gid: 2_097_152 }, ''],
  ['noted', { pax: new Map([['DRYDOCK.lazy', '1000:7']]) }, 'head'],
]
const archive = writeTar(HEADERS.map(([name, fields, content]) => ({ name, ...fields, content })))

describe('tar', () => {
  it('gives back what was written', () => {
    const members = untar(archive)
    expect(members.map(({ header }) => header)).toEqual(
      HEADERS.map(([name, fields, content]) => tarHeader(name, { ...fields, size: content.length })),
    )
    expect(members.map(({ content }) => new TextDecoder().decode(content))).toEqual(
      HEADERS.map(([, , content]) => content),
    )
  })

  it.each([1, 3, 511, 512, 513, 4000])('is read in pieces of %d bytes', (size) => {
    const reader = new TarReader()
    const names: string[] = []
    for (let at = 0; at < archive.length; at += size)
      for (const event of reader.push(archive.subarray(at, at + size)))
        if (event.kind === 'entry') names.push(event.header.name)
    reader.finish()
    expect(names).toEqual(HEADERS.map(([name]) => name))
  })

  it('skips content that nobody takes', async () => {
    const names: string[] = []
    for await (const { header } of readTar([archive])) names.push(header.name)
    expect(names).toHaveLength(HEADERS.length)
  })

  it('refuses what is no archive, and one cut inside a member', () => {
    expect(() => untar(new TextEncoder().encode('x'.repeat(512)))).toThrow(TarError)
    expect(() => untar(archive.subarray(0, 514))).toThrow('unexpected EOF')
  })
})

const gnuTar = spawnSync('tar', ['--version']).stdout?.toString().includes('GNU tar')
describe.skipIf(!gnuTar)('tar against GNU tar (skipped where it is not installed)', () => {
  it('is listed by it', () => {
    const lines = execFileSync('tar', ['-tf', '-', '--quoting-style=literal'], {
      input: archive,
      env: { LC_ALL: 'C.UTF-8' },
    }).toString()
    expect(lines.trimEnd().split('\n')).toEqual(HEADERS.map(([name]) => name))
  })

  it.each(['gnu', 'pax', 'ustar', 'v7'])('reads its format %s', (format) => {
    const bytes = execFileSync('tar', ['-cf', '-', `--format=${format}`, '-C', '/etc', 'passwd', 'os-release'])
    expect(untar(bytes).map(({ header }) => [header.name, header.type])).toContainEqual(['passwd', 'file'])
  })

  it('reads its long names', () => {
    const name = `${'n'.repeat(150)}`
    const bytes = execFileSync('sh', [
      '-c',
      `d=$(mktemp -d); echo hi > $d/${name}; tar -cf - --format=gnu -C $d ${name}; rm -r $d`,
    ])
    expect(untar(bytes).map(({ header }) => header.name)).toEqual([name])
  })
})
