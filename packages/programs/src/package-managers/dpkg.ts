import { defineProgram, flag } from '@drydock/libc'
import { pathOf } from './files.ts'
import { DPKG, fieldOf, publicRecord, readInstalled } from './installed.ts'

/** A whole path, or a part of one. dpkg-query(1), -S */
const ownsPath = (path: string, word: string): boolean => (word.startsWith('/') ? path === word : path.includes(word))

/** dpkg: queries of /var/lib/dpkg/status. dpkg(1). */
export const dpkg = defineProgram({
  name: 'dpkg/dpkg',
  paths: ['/usr/bin/dpkg', '/usr/bin/dpkg-query'],
  covers: 'partial',
  lacks: ['installing .deb files', '--configure, -W'],
  summary: 'package manager for Debian',
  sizeBytes: 318_176,
  usage: 'dpkg [<option> ...] <command>',
  usageStatus: 2,
  options: {
    list: flag('l', 'list'),
    files: flag('L', 'listfiles'),
    status: flag('s', 'status'),
    search: flag('S', 'search'),
    install: flag('i', 'install'),
    architecture: flag('', 'print-architecture'),
  },
  async main({ options: o, operands, sys, io, name }) {
    if (o.architecture) {
      await io.print('amd64\n')
      return 0
    }
    const all = await readInstalled(sys, DPKG)
    if (o.list) {
      const rows = all.filter((each) => operands.length === 0 || operands.includes(each.name))
      if (rows.length === 0 && operands.length) {
        await io.warn(`dpkg-query: no packages found matching ${operands[0]}\n`)
        return 1
      }
      const width = Math.max(14, ...rows.map((each) => each.name.length))
      const versions = Math.max(12, ...rows.map((each) => each.version.length))
      await io.print(
        'Desired=Unknown/Install/Remove/Purge/Hold\n| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend\n|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)\n',
      )
      await io.print(
        `||/ ${'Name'.padEnd(width)} ${'Version'.padEnd(versions)} Architecture Description\n+++-${'='.repeat(width)}-${'='.repeat(versions)}-============-=================================\n`,
      )
      for (const { name: title, version, record } of rows)
        await io.print(
          `ii  ${title.padEnd(width)} ${version.padEnd(versions)} ${'amd64'.padEnd(12)} ${fieldOf(record, 'Description: ')}\n`,
        )
      return 0
    }
    if (o.search) {
      let status = 0
      for (const word of operands) {
        const owners = all.flatMap((each) =>
          each.files
            .map(pathOf)
            .filter((path) => ownsPath(path, word))
            .map((path) => `${each.name}: ${path}\n`),
        )
        if (owners.length === 0) status = 1
        await (owners.length > 0
          ? io.print(owners.join(''))
          : io.warn(`dpkg-query: no path found matching pattern ${word.startsWith('/') ? word : `*${word}*`}\n`))
      }
      return status
    }
    for (const word of operands) {
      const found = all.find((each) => each.name === word)
      if (!found) {
        await io.warn(
          `dpkg-query: package '${word}' is not installed${o.status ? ' and no information is available' : ''}\n`,
        )
        return 1
      }
      await io.print(
        o.files
          ? ['/.', ...found.files.map(pathOf)].map((path) => `${path}\n`).join('')
          : `${publicRecord(DPKG, found)}\n\n`,
      )
    }
    if (o.install || operands.length === 0) {
      await io.warn(`${name}: installing archives is not supported here\n`)
      return 2
    }
    return 0
  },
})
