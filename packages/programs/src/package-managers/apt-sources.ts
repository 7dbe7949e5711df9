import type { Sys } from '@drydock/abi'
import { readOr } from './installed.ts'

/** Which distribution this is. os-release(5). */
export interface Release {
  readonly id: string
  readonly codename: string
}

export async function releaseOf(sys: Sys): Promise<Release> {
  const text = await readOr(sys, '/etc/os-release')
  const get = (key: string): string => new RegExp(`^${key}="?([^"\n]*)`, 'm').exec(text)?.[1] ?? ''
  return { id: get('ID') || 'debian', codename: get('VERSION_CODENAME') || 'trixie' }
}

const ARCHIVES = new Map([['ubuntu', 'http://archive.ubuntu.com/ubuntu']])
export const archiveHost = ({ id }: Release): string => ARCHIVES.get(id) ?? 'http://deb.debian.org/debian'

/** A file that `update` fetches; `index` for those that follow from an InRelease file. */
interface SourceFile {
  readonly place: string
  readonly what: string
  readonly bytes: number
  readonly index: boolean
}

const file = (place: string, what: string, bytes: number): SourceFile => ({
  place,
  what,
  bytes,
  index: !what.endsWith('InRelease'),
})

const debian = ({ codename }: Release): readonly SourceFile[] => {
  const [main, security] = ['http://deb.debian.org/debian', 'http://deb.debian.org/debian-security']
  return [
    file(main, `${codename} InRelease`, 140_000),
    file(main, `${codename}-updates InRelease`, 47_300),
    file(security, `${codename}-security InRelease`, 43_400),
    file(main, `${codename}/main amd64 Packages`, 9_670_000),
    file(main, `${codename}-updates/main amd64 Packages`, 5412),
    file(security, `${codename}-security/main amd64 Packages`, 92_400),
  ]
}
const ubuntu = ({ codename }: Release): readonly SourceFile[] => {
  const [main, security] = ['http://archive.ubuntu.com/ubuntu', 'http://security.ubuntu.com/ubuntu']
  return [
    file(main, `${codename} InRelease`, 256_000),
    file(security, `${codename}-security InRelease`, 126_000),
    file(main, `${codename}-updates InRelease`, 126_000),
    file(main, `${codename}-backports InRelease`, 126_000),
    file(main, `${codename}/universe amd64 Packages`, 19_300_000),
    file(main, `${codename}/main amd64 Packages`, 1_808_000),
    file(security, `${codename}-security/main amd64 Packages`, 1_450_000),
    file(main, `${codename}-updates/main amd64 Packages`, 1_830_000),
  ]
}
const BY_ID = new Map([['ubuntu', ubuntu]])

export const SOURCES = (release: Release): readonly SourceFile[] => (BY_ID.get(release.id) ?? debian)(release)
