/** Packages of a base image of Red Hat's family: `name:version-release:KiB`, the distribution's tag left out. */
const EL7 =
  'acl:2.2.51-15:196 basesystem:10.0-7:0 bash:4.2.46-34:3500 binutils:2.27-44.base:24600 bzip2-libs:1.0.6-13:66 ' +
  'ca-certificates:2020.2.41-70.0:940 chkconfig:1.7.6-1:757 coreutils:8.22-24:14300 cpio:2.11-28:700 cracklib:2.9.0-11:207 ' +
  'curl:7.29.0-59:527 cyrus-sasl-lib:2.1.26-23:386 dbus:1:1.10.24-15:590 diffutils:3.3-5:1000 expat:2.1.0-12:204 ' +
  'file-libs:5.11-37:2600 filesystem:3.2-25:0 findutils:1:4.5.11-6:1800 gawk:4.0.2-4:2400 glib2:2.56.1-7:12000 ' +
  'glibc:2.17-317:13900 glibc-common:2.17-317:117000 gmp:1:6.0.0-15:637 gnupg2:2.0.22-5:6300 grep:2.20-3:1200 gzip:1.5-10:242 ' +
  'hostname:3.13-3:19 info:5.1-5:484 iputils:20160308-10:343 krb5-libs:1.15.1-50:2100 less:458-9:210 libacl:2.2.51-15:36 ' +
  'libattr:2.4.46-13:18 libblkid:2.23.2-65:257 libcap:2.22-11:109 libcom_err:1.42.9-19:60 libcurl:7.29.0-59:433 libgcc:4.8.5-44:186 ' +
  'libselinux:2.5-15:212 libstdc++:4.8.5-44:1000 libxml2:2.9.1-6:1700 ncurses:5.9-14.20130511:439 ncurses-libs:5.9-14.20130511:1000 ' +
  'nspr:4.25.0-2:287 nss:3.53.1-3:2600 openldap:2.4.44-22:1000 openssl-libs:1:1.0.2k-19:3200 pam:1.1.8-23:2600 passwd:0.79-6:429 ' +
  'pcre:8.32-17:1400 popt:1.13-16:86 procps-ng:3.3.10-28:744 python:2.7.5-89:79 python-libs:2.7.5-89:24700 readline:6.2-11:460 ' +
  'rpm:4.11.3-45:2600 rpm-libs:4.11.3-45:609 rpm-python:4.11.3-45:146 sed:4.2.2-7:584 setup:2.8.71-11:697 shadow-utils:2:4.6-5:3500 ' +
  'sqlite:3.7.17-8:800 systemd:219-78:24500 systemd-libs:219-78:1200 tar:2:1.26-35:2700 tzdata:2020d-2:1900 util-linux:2.23.2-65:8000 ' +
  'vim-minimal:2:7.4.629-8:896 which:2.20-7:73 xz:5.2.2-1:778 xz-libs:5.2.2-1:243 yum:3.4.3-168:5600 ' +
  'yum-plugin-fastestmirror:1.1.31-54:53 yum-plugin-ovl:1.1.31-54:22 zlib:1.2.7-18:180'

const EL9 =
  'acl:2.3.1-4:199 alternatives:1.24-2:62 audit-libs:3.1.5-4:330 basesystem:11-13:0 bash:5.1.8-9:7700 bzip2-libs:1.0.8-10:78 ' +
  'ca-certificates:2024.2.69-91:2600 coreutils:8.32-39:5800 coreutils-common:8.32-39:11100 crypto-policies:20250128-1:90 ' +
  'curl:7.76.1-34:720 cyrus-sasl-lib:2.1.27-21:2300 dnf:4.14.0-25:2100 dnf-data:4.14.0-25:38 expat:2.5.0-5:312 file-libs:5.39-16:8000 ' +
  'filesystem:3.16-5:0 findutils:1:4.8.0-7:1700 gawk:5.1.0-6:1700 glib2:2.68.4-16:12800 glibc:2.34-168:6100 glibc-common:2.34-168:1100 ' +
  'glibc-minimal-langpack:2.34-168:0 gmp:1:6.2.0-13:811 gnupg2:2.3.3-4:9400 grep:3.6-5:840 gzip:1.12-1:390 json-c:0.14-11:78 ' +
  'keyutils-libs:1.6.3-1:54 krb5-libs:1.21.1-6:2200 less:590-6:330 libacl:2.3.1-4:41 libattr:2.5.1-3:28 libblkid:2.37.4-21:230 ' +
  'libcap:2.48-9:177 libcom_err:1.46.5-7:64 libcurl-minimal:7.76.1-34:500 libdnf:0.69.0-13:2200 libgcc:11.5.0-5:198 libselinux:3.6-3:176 ' +
  'libsolv:0.7.24-3:900 libstdc++:11.5.0-5:2400 libxml2:2.9.13-9:1900 ncurses-base:6.2-10.20210508:300 ncurses-libs:6.2-10.20210508:970 ' +
  'openssl:1:3.2.2-6:2000 openssl-libs:1:3.2.2-6:6300 p11-kit:0.25.3-3:2000 pam:1.5.1-23:1800 pcre2:10.40-6:640 popt:1.18-8:132 ' +
  'python3:3.9.21-2:32 python3-dnf:4.14.0-25:1900 python3-libs:3.9.21-2:31600 python3-rpm:4.16.1.3-37:290 readline:8.1-4:480 ' +
  'rpm:4.16.1.3-37:2800 rpm-libs:4.16.1.3-37:700 sed:4.8-9:800 setup:2.13.7-10:720 shadow-utils:2:4.9-12:3800 sqlite-libs:3.34.1-7:1400 ' +
  'systemd-libs:252-51:1800 tar:2:1.34-7:3000 tzdata:2025b-1:1700 util-linux-core:2.37.4-21:1200 vim-minimal:2:8.2.2637-22:1500 ' +
  'xz-libs:5.2.5-8:174 yum:4.14.0-25:71 zlib:1.2.11-40:200'

/**
 * The database that rpm and dnf read here, packages.txt.
 * @param tag of the distribution: `el7`, `fc44`
 */
export function rpmDatabase(tag: string): string {
  const rows = (/^el[67]$|^amzn2$/.test(tag) ? EL7 : EL9).split(' ')
  return rows
    .map((row) => {
      const [, name = '', version = '', kib = '0'] = /^([^:]+):(.+):(\d+)$/.exec(row) ?? []
      return `Name: ${name}\nVersion: ${version}.${tag}\nArchitecture: x86_64\nSize: ${Number(kib) * 1024}\nSummary: ${name}\n\n`
    })
    .join('')
}
