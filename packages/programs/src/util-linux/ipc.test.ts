import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { programs } from '../index.ts'

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel(programs)
})
afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})
const run = async (line: string) => {
  const { stdout, stderr, status } = await kernel.run(line.split(' '))
  return `${stdout}${stderr}${status}`.replace(/0x[0-9a-f]{8}/g, '0xKEY')
}

const QUEUES =
  '\n------ Message Queues --------\nkey        msqid      owner      perms      used-bytes   messages    \n'
const SEMAPHORES = '\n------ Semaphore Arrays --------\nkey        semid      owner      perms      nsems     \n'

/** One after the other; answers are those of util-linux 2.38. */
const ROWS: readonly (readonly [string, string])[] = [
  ['ipcmk', "ipcmk: bad usage\nTry 'ipcmk --help' for more information.\n1"],
  ['ipcmk -M abc', "ipcmk: failed to parse size: 'abc': Invalid argument\n1"],
  ['ipcmk -Q -p 600', 'Message queue id: 0\n0'],
  ['ipcmk -M 1000', 'Shared memory id: 0\n0'],
  ['ipcmk -S 3', 'Semaphore id: 0\n0'],
  ['ipcs -q', `${QUEUES}0xKEY 0          root       600        0            0           \n\n0`],
  ['ipcs -s', `${SEMAPHORES}0xKEY 0          root       644        3         \n\n0`],
  [
    'ipcs -p -m',
    '\n------ Shared Memory Creator/Last-op PIDs --------\nshmid      owner      cpid       lpid      \n0          root       5          0         \n\n0',
  ],
  ['ipcs -u -s', '\n------ Semaphore Status --------\nused arrays = 1\nallocated semaphores = 3\n\n0'],
  ['ipcs -i 0', 'ipcs: when using an ID, a single resource must be specified\n1'],
  ['ipcs -q -i 7', 'ipcs: id 7 not found\n1'],
  ['lsipc -s -o ID,PERMS,OWNER,NSEMS', 'ID     PERMS OWNER NSEMS\n0  rw-r--r-- root      3\n0'],
  ['unshare --ipc ipcs -q', `${QUEUES}\n0`],
  ['unshare --ipc ipcmk -Q', 'Message queue id: 0\n0'],
  ['ipcrm -q 99', 'ipcrm: invalid id (99)\n1'],
  ['ipcrm -q 0 -s 0', '0'],
  ['ipcrm -v -a', "removing shared memory segment id `0'\n0"],
  ['ipcs -q', `${QUEUES}\n0`],
  ['ipcmk -Q', 'Message queue id: 1\n0'],
  [
    'head -n 1 /proc/sysvipc/sem',
    '       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n0',
  ],
]
test('objects of System V are made, listed and removed, in their namespace', async () => {
  for (const [line, answer] of ROWS) expect([line, await run(line)]).toEqual([line, answer])
})
