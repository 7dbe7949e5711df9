import { defineProgram, flag } from '@drydock/libc'
import { globMatcher } from '../text/glob.ts'
import { pathOf } from './files.ts'
import { fieldOf, readInstalled, RPM } from './installed.ts'

/** With -a, operands are patterns; without any, everything fits. rpm(8), PACKAGE SELECTION OPTIONS */
function globsOf(patterns: readonly string[]): (name: string) => boolean {
  const tests = patterns.map((pattern) => globMatcher(pattern))
  return (name) => tests.length === 0 || tests.some((test) => test(name))
}

/** rpm: queries of what dnf has installed. rpm(8). */
export const rpm = defineProgram({
  name: 'rpm/rpm',
  paths: ['/usr/bin/rpm'],
  covers: 'partial',
  lacks: ['installing .rpm files', 'query formats', 'files of the base image'],
  summary: 'RPM package manager',
  sizeBytes: 24_648,
  usage: 'rpm [OPTION...]',
  options: {
    query: flag('q', 'query'),
    all: flag('a', 'all'),
    files: flag('l', 'list'),
    info: flag('i', 'info'),
    version: flag('', 'version'),
  },
  async main({ options: o, operands, sys, io }) {
    if (o.version) {
      await io.print('RPM version 4.16.1.3\n')
      return 0
    }
    if (!o.query) {
      await io.warn('rpm: only queries (-q, -qa, -qi, -ql) are supported here\n')
      return 1
    }
    const all = await readInstalled(sys, RPM)
    let status = 0
    const fits = globsOf(operands)
    const words = o.all ? all.map(({ name }) => name).filter(fits) : operands
    for (const word of words) {
      const found = all.find(({ name }) => name === word)
      if (!found) {
        status = 1
        await io.print(`package ${word} is not installed\n`)
      } else if (o.files) await io.print(found.files.map((each) => `${pathOf(each)}\n`).join(''))
      else if (o.info) {
        const [version = '', release = ''] = found.version.replace(/^\d+:/, '').split('-')
        await io.print(
          `Name        : ${found.name}\nVersion     : ${version}\nRelease     : ${release}\nArchitecture: x86_64\nSize        : ${fieldOf(found.record, 'Size: ')}\nSummary     : ${fieldOf(found.record, 'Summary: ')}\n`,
        )
      } else await io.print(`${found.name}-${found.version.replace(/^\d+:/, '')}.x86_64\n`)
    }
    return status
  },
})
