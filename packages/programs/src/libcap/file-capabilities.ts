import {
  CAPABILITIES,
  capabilityMask,
  decodeFileCapabilities,
  encodeFileCapabilities,
  type FileCapabilities,
  isDirectory,
  isErrno,
  isRegular,
  joinedCapabilities,
  type Sys,
  XATTR_CAPABILITY,
} from '@drydock/abi'
import { defineProgram, flag, readAll, UsageError, value } from '@drydock/libc'
import { join } from '../paths.ts'
import { capabilityText } from './capability-text.ts'

/** Where a file says effective, all that it gives is. */
const fileCapabilityText = ({ permitted, inheritable, effective }: FileCapabilities): string =>
  capabilityText({ permitted, inheritable, effective: effective ? joinedCapabilities(permitted, inheritable) : 0 })

/** As cap_from_text(3). @returns undefined for what is none; `whole` false where only a part would be effective, which no file can say */
function parseCapabilities(text: string): (FileCapabilities & { readonly whole: boolean }) | undefined {
  const flags = new Map<string, Set<string>>()
  for (const clause of text.trim().split(/\s+/)) {
    const [, list = '', operations = ''] = /^([a-z0-9_,]*)((?:[=+-][eip]*)+)$/i.exec(clause) ?? []
    if (operations === '') return undefined
    const names =
      list === '' || list.toLowerCase() === 'all'
        ? [...CAPABILITIES]
        : list.split(',').map((name) => name.replace(/^cap_/i, '').toUpperCase())
    if (names.some((name) => !CAPABILITIES.includes(name))) return undefined
    for (const name of names) {
      let held = flags.get(name) ?? new Set<string>()
      for (const [, sign, letters = ''] of operations.matchAll(/([=+-])([eip]*)/gi)) {
        if (sign === '=') held = new Set()
        for (const letter of letters.toLowerCase())
          if (sign === '-') held.delete(letter)
          else held.add(letter)
      }
      flags.set(name, held)
    }
  }
  const having = (letter: string): number =>
    capabilityMask([...flags].flatMap(([name, held]) => (held.has(letter) ? [name] : [])))
  const effective = having('e')
  const whole = effective === 0 || effective === joinedCapabilities(having('p'), having('i'))
  return { permitted: having('p'), inheritable: having('i'), effective: effective > 0, whole }
}

function capabilitiesOf(sys: Sys, path: string): FileCapabilities | undefined {
  try {
    return decodeFileCapabilities(sys.getxattr(path, XATTR_CAPABILITY))
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

function* tree(sys: Sys, path: string): Generator<string> {
  yield path
  try {
    if (!isDirectory(sys.lstat(path).mode)) return
    for (const { name } of sys.readdir(path)) yield* tree(sys, join(path, name))
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** getcap: what files may do. libcap 2.66. */
export const getcap = defineProgram({
  name: 'libcap/getcap',
  paths: ['/usr/sbin/getcap'],
  covers: 'partial',
  lacks: ['-n'],
  summary: 'examine file capabilities',
  sizeBytes: 14_648,
  usage: 'getcap [-h] [-l] [-n] [-r] [-v] <filename> [<filename> ...]',
  options: { recursive: flag('r'), verbose: flag('v') },
  async main({ sys, io, operands, options: o }) {
    if (operands.length === 0) throw new UsageError('')
    for (const operand of operands) {
      try {
        sys.lstat(operand)
      } catch (error) {
        if (!isErrno(error)) throw error
        await io.warn(`${operand} (${error.message})\n`)
        continue
      }
      for (const path of o.recursive ? tree(sys, operand) : [operand]) {
        const found = capabilitiesOf(sys, path)
        if (found) await io.print(`${path} ${fileCapabilityText(found)}\n`)
        else if (o.verbose) await io.print(`${path}\n`)
      }
    }
    return 0
  },
})

/** setcap: give files capabilities. libcap 2.66. */
export const setcap = defineProgram({
  name: 'libcap/setcap',
  paths: ['/usr/sbin/setcap'],
  covers: 'partial',
  lacks: ['-n'],
  summary: 'set file capabilities',
  sizeBytes: 14_648,
  usage: 'setcap [-h] [-q] [-v] [-n <rootid>] (-r|-|<caps>) <filename> [ ... (-r|-|<capsN>) <filenameN> ]',
  options: { remove: flag('r'), quiet: flag('q'), verify: flag('v'), root: value('n') },
  async main({ sys, io, operands, options: o }) {
    const words = [...operands]
    if (words.length < (o.remove ? 1 : 2)) throw new UsageError('')
    while (words.length) {
      const text = o.remove ? undefined : words.shift()
      const path = words.shift() ?? ''
      const wanted =
        text === undefined
          ? undefined
          : parseCapabilities(text === '-' ? new TextDecoder().decode(await readAll(sys, 0)) : text)
      if (text !== undefined && !wanted) {
        await io.warn('fatal error: Invalid argument\n')
        return 1
      }
      if (o.verify) {
        const found = capabilitiesOf(sys, path)
        const same = found && wanted && fileCapabilityText(found) === fileCapabilityText(wanted)
        if (!o.quiet) await io.print(same ? `${path}: OK\n` : `${path} differs in [pe]\n`)
        if (!same) return 1
        continue
      }
      try {
        if (wanted && !(wanted.whole && isRegular(sys.lstat(path).mode))) {
          await io.warn(`Invalid file '${path}' for capability operation\n`)
          return 1
        }
        if (wanted) sys.setxattr(path, XATTR_CAPABILITY, encodeFileCapabilities(wanted), { follow: false })
        else sys.removexattr(path, XATTR_CAPABILITY, { follow: false })
      } catch (error) {
        if (!isErrno(error)) throw error
        if (error.code === 'EPERM')
          await io.warn('unable to set CAP_SETFCAP effective capability: Operation not permitted\n')
        else
          await io.warn(
            `Failed to ${wanted ? 'set capabilities on' : 'remove capabilities on'} file '${path}': ${error.message}\n`,
          )
        return 1
      }
    }
    return 0
  },
})
