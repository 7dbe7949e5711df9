export type Severity = 'critical' | 'high' | 'medium' | 'low'
export type Ecosystem = 'npm' | 'apk' | 'deb'

/** A weakness of all versions of a package below the one that mended it. */
export interface Advisory {
  readonly id: string
  readonly severity: Severity
  readonly ecosystem: Ecosystem
  readonly name: string
  readonly fixed: string
}

/** Each row: id, severity, kind of package, its name, the version that mended it. From the public CVE records. */
const ROWS = `
CVE-2024-29041 medium   npm express          4.19.2
CVE-2024-43796 low      npm express          4.20.0
CVE-2024-45590 high     npm body-parser      1.20.3
CVE-2024-45296 high     npm path-to-regexp   0.1.10
CVE-2024-52798 high     npm path-to-regexp   0.1.12
CVE-2024-47764 low      npm cookie           0.7.0
CVE-2024-43799 low      npm send             0.19.0
CVE-2024-43800 low      npm serve-static     1.16.0
CVE-2022-24999 high     npm qs               6.10.3
CVE-2022-25883 high     npm semver           7.5.2
CVE-2022-29078 critical npm ejs              3.1.7
CVE-2024-33883 medium   npm ejs              3.1.10
CVE-2021-23337 high     npm lodash           4.17.21
CVE-2021-44906 critical npm minimist         1.2.6
CVE-2022-37434 critical apk zlib             1.2.12-r2
CVE-2022-28391 high     apk busybox          1.35.0-r7
CVE-2023-42363 medium   apk busybox          1.36.1-r17
CVE-2023-42364 medium   apk busybox          1.36.1-r19
CVE-2022-3602  high     apk openssl          3.0.7-r0
CVE-2024-5535  critical apk openssl          3.3.1-r1
CVE-2024-9143  medium   apk openssl          3.3.2-r1
CVE-2023-4911  high     deb glibc            2.36-9+deb12u3
CVE-2024-2961  high     deb glibc            2.36-9+deb12u7
CVE-2022-3602  high     deb openssl          3.0.7-1
CVE-2023-0286  high     deb openssl          3.0.8-1
CVE-2022-37434 critical deb zlib             1:1.2.11.dfsg-2+deb11u2
CVE-2024-45491 critical deb expat            2.5.0-1+deb12u1
CVE-2023-38545 critical deb curl             7.88.1-10+deb12u4
`

export const ADVISORIES: readonly Advisory[] = ROWS.trim()
  .split('\n')
  .map((row) => {
    const [id = '', severity = '', ecosystem = '', name = '', fixed = ''] = row.split(/\s+/)
    return { id, severity: severity as Severity, ecosystem: ecosystem as Ecosystem, name, fixed }
  })
