import { isErrno, type Sys } from '@drydock/abi'
import { defineProgram, flag, readTextFile } from '@drydock/libc'

async function cpuinfo(sys: Sys): Promise<Map<string, string>> {
  const facts = new Map<string, string>()
  try {
    for (const line of (await readTextFile(sys, '/proc/cpuinfo')).split('\n')) {
      const at = line.indexOf(':')
      const key = line.slice(0, Math.max(0, at)).trim()
      if (key !== '' && !facts.has(key)) facts.set(key, line.slice(at + 1).trim())
    }
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  return facts
}

/** lscpu: what /proc/cpuinfo tells of the processors. util-linux 2.38. */
export const lscpu = defineProgram({
  name: 'util-linux/lscpu',
  paths: ['/usr/bin/lscpu'],
  covers: 'partial',
  lacks: ['caches and NUMA', '-e', '-p', '-J'],
  summary: 'display information about the CPU architecture',
  sizeBytes: 105352,
  usage: 'lscpu [options]',
  options: { all: flag('a', 'all') },
  async main({ sys, io }) {
    const facts = await cpuinfo(sys)
    const { cpus } = sys.sysinfo()
    const { machine } = sys.uname()
    const list = cpus === 1 ? '0' : cpus === 2 ? '0,1' : `0-${cpus - 1}`
    const rows: [string, string | undefined][] = [
      ['Architecture:', machine],
      ['CPU op-mode(s):', machine === 'x86_64' ? '32-bit, 64-bit' : undefined],
      ['Address sizes:', facts.get('address sizes')],
      ['Byte Order:', 'Little Endian'],
      ['CPU(s):', String(cpus)],
      ['On-line CPU(s) list:', list],
      ['Vendor ID:', facts.get('vendor_id')],
      ['Model name:', facts.get('model name')],
      ['CPU family:', facts.get('cpu family')],
      ['Model:', facts.get('model')],
      ['Thread(s) per core:', '1'],
      ['Core(s) per socket:', String(cpus)],
      ['Socket(s):', '1'],
      ['Stepping:', facts.get('stepping')],
      ['BogoMIPS:', facts.get('bogomips')],
      ['Flags:', facts.get('flags')],
    ]
    const shown = rows.filter(([, text]) => text !== undefined && text !== '')
    const width = Math.max(...shown.map(([title]) => title.length)) + 3
    for (const [title, text] of shown) await io.print(`${title.padEnd(width)}${text}\n`)
    return 0
  },
})
