import { ALL_CAPABILITIES, capabilityMask, ENOSYS, EPERM } from '@drydock/abi'
import { expect, test } from 'vitest'
import { DEFAULT_PROFILE } from './default-profile.ts'
import { compileProfile, readProfile } from './profile.ts'

const compile = (profile: object, capabilities = 0) =>
  compileProfile(readProfile(JSON.stringify(profile)), capabilities)
const allow = { defaultAction: 'SCMP_ACT_ALLOW' }

test('names of calls are those of Linux, old and new ones, in both forms of a rule', () => {
  const rules = [
    { name: 'fchmodat', action: 'SCMP_ACT_ERRNO' },
    { names: ['mkdir', 'no_such_call'], action: 'SCMP_ACT_KILL' },
    { names: ['unshare'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS.errno },
  ]
  expect([...compile({ ...allow, syscalls: rules })]).toEqual([
    ['mkdir', 'kill'],
    ['chmod', EPERM],
    ['unshare', ENOSYS],
  ])
})

test('a list of what is allowed refuses everything else', () => {
  const filter = compile({
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [{ names: ['openat', 'read'], action: 'SCMP_ACT_ALLOW' }],
  })
  expect(['open', 'read', 'readUntil'].filter((call) => filter.has(call as 'open'))).toEqual([])
  expect(filter.get('chmod')).toBe(EPERM)
})

test('rules hold with some capabilities and without others', () => {
  const refused = (capabilities: number): string[] => [...compileProfile(DEFAULT_PROFILE, capabilities).keys()].sort()
  expect(refused(capabilityMask(['SYS_CHROOT']))).toEqual(
    ['dmesg', 'mount', 'pivotRoot', 'sethostname', 'setns', 'setnsFd', 'umount', 'unshare'].sort(),
  )
  expect(refused(ALL_CAPABILITIES)).toEqual(['pivotRoot'])
})

test('a profile that is none is refused', () => {
  expect(() => compile({ defaultAction: 'ALLOW' })).toThrow(/string ALLOW is not a valid action for seccomp/)
  expect(() => compile({ ...allow, syscalls: [{ name: 'kill', names: ['kill'], action: 'SCMP_ACT_ERRNO' }] })).toThrow(
    /use either 'name' or 'names'/,
  )
  expect(() => readProfile('{x')).toThrow(/^Decoding seccomp profile failed/)
})
