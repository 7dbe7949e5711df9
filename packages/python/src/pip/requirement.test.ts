import { describe, expect, it } from 'vitest'
import { compareVersions, markerHolds, parseRequirement, satisfies } from './requirement.ts'

describe('requirements of PEP 508', () => {
  it.each([
    ['flask', 'flask', [], '', undefined],
    ['Flask == 3.0.*', 'Flask', [], '==3.0.*', undefined],
    ['requests[socks, use_chardet]>=2.8.1,<3', 'requests', ['socks', 'use_chardet'], '<3,>=2.8.1', undefined],
    ['werkzeug (>=3.1.0)', 'werkzeug', [], '>=3.1.0', undefined],
    [`colorama; platform_system == "Windows"`, 'colorama', [], '', 'platform_system == "Windows"'],
  ])('%s', (text, name, extras, specifier, marker) => {
    expect(parseRequirement(text)).toEqual({ name, extras, specifier, marker })
  })

  it.each(['', '==3', 'flask=3', 'flask ==', './wheel.whl'])('no requirement: %s', (text) => {
    expect(parseRequirement(text)).toBeUndefined()
  })
})

describe('versions of PEP 440', () => {
  it.each([
    ['3.1.3', '>=3.1.0', true],
    ['3.10.0', '>=3.9', true],
    ['3.1', '==3.1.0', true],
    ['3.1.3', '==3.1.*', true],
    ['3.10', '==3.1.*', false],
    ['2.2.5', '~=2.2.1', true],
    ['2.3.0', '~=2.2.1', false],
    ['3.0', '~=2.2', false],
    ['2.0', '!=2.0,>=1', false],
    ['2.0rc1', '>=2.0', false],
  ])('%s %s is %s', (version, specifier, holds) => {
    expect(satisfies(version, specifier)).toBe(holds)
  })

  it('sorts by numbers, candidates before releases', () => {
    const sorted = ['1.10', '1.9', '1.10rc1', '1.10.post1'].toSorted(compareVersions)
    expect(sorted).toEqual(['1.9', '1.10rc1', '1.10', '1.10.post1'])
  })
})

describe('environment markers', () => {
  const env = { python_version: '3.12', sys_platform: 'linux', os_name: 'posix', extra: '' }
  it.each([
    ['', true],
    ['python_version < "3.10"', false],
    ["python_version >= '3.9' and sys_platform != 'win32'", true],
    ['sys_platform == "win32" or os_name == "posix"', true],
    ['extra == "async"', false],
    ['(python_full_version >= "3.0") and extra == ""', true],
  ])('%s is %s', (marker, holds) => {
    expect(markerHolds(marker, { ...env, python_full_version: '3.12.0' })).toBe(holds)
  })
})
