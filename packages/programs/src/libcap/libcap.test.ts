import { ALL_CAPABILITIES, capabilityMask } from '@drydock/abi'
import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { programs } from '../index.ts'
import { boundText, capabilityText } from './capability-text.ts'

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel(programs)
})
afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

const sets = (permitted: number, effective = permitted) => ({ permitted, effective, inheritable: 0 })

test('sets in words begin with what most capabilities have', () => {
  expect(capabilityText(sets(0))).toBe('=')
  expect(capabilityText(sets(ALL_CAPABILITIES))).toBe('=ep')
  expect(capabilityText(sets(capabilityMask(['CHOWN', 'KILL'])))).toBe('cap_chown,cap_kill=ep')
  expect(capabilityText(sets(ALL_CAPABILITIES - capabilityMask(['SYS_RESOURCE'])))).toBe('=ep cap_sys_resource-ep')
  expect(capabilityText(sets(ALL_CAPABILITIES, ALL_CAPABILITIES - capabilityMask(['SYS_TIME'])))).toBe(
    '=ep cap_sys_time-e',
  )
  const bounding = ALL_CAPABILITIES - capabilityMask(['SYSLOG'])
  expect(boundText({ ...sets(0), bounding, ambient: 0 })).toBe('!cap_syslog')
})

test('capsh decodes masks, drops from the bounding set and shows what is left', async () => {
  const decoded = await kernel.run(['capsh', '--decode=00000000a80425fb'])
  expect(decoded.stdout).toBe(
    '0x00000000a80425fb=cap_chown,cap_dac_override,cap_fowner,cap_fsetid,cap_kill,cap_setgid,cap_setuid,cap_setpcap,cap_net_bind_service,cap_net_raw,cap_sys_chroot,cap_mknod,cap_audit_write,cap_setfcap\n',
  )
  const { stdout, status } = await kernel.run(['capsh', '--drop=cap_net_raw,cap_chown', '--print'])
  expect(status).toBe(0)
  expect(stdout).toMatch(/^Bounding set =cap_dac_override,(?!.*cap_net_raw)/m)
  expect(stdout).toContain('\nuid=0(root) euid=0(root)\n')
  expect((await kernel.run(['capsh', '--drop=cap_nothing'])).stderr).toContain('[cap_nothing] is unknown')
})

test('getpcaps reads those of another process', async () => {
  const { stdout, stderr, status } = await kernel.run(['getpcaps', '1', '99999'])
  expect([stdout, status]).toEqual(['1: =ep\n', 1])
  expect(stderr).toContain('99999')
})
