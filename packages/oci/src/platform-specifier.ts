const SYSTEMS = new Set(
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos'.split(
    ' ',
  ),
)
const MACHINES = new Set(
  '386 amd64 amd64p32 arm armbe arm64 arm64be loong64 ppc ppc64 ppc64le mips mipsle mips64 mips64le mips64p32 mips64p32le riscv riscv64 s390 s390x sparc sparc64 wasm i386 i486 i586 i686 x86_64 x86-64 x64 aarch64 armhf armel'.split(
    ' ',
  ),
)

/** Why a text is no `os[/arch[/variant]]`; undefined for one that is. github.com/containerd/platforms, Parse */
export function platformProblem(text: string): string | undefined {
  const parts = text.split('/')
  if (parts.length > 3) return 'cannot parse platform specifier'
  if (parts.some((part) => !/^[A-Za-z0-9_.-]+(\([A-Za-z0-9_.-]*\))?$/.test(part)))
    return `${JSON.stringify(parts.find((part) => !/^[A-Za-z0-9_.-]+$/.test(part)) ?? '')} is an invalid component of ${JSON.stringify(text)}: platform specifier component must match "^[A-Za-z0-9_.-]+$"`
  const first = (parts[0] ?? '').toLowerCase()
  if (parts.length > 1 || SYSTEMS.has(first) || MACHINES.has(first)) return undefined
  return 'unknown operating system or architecture'
}
