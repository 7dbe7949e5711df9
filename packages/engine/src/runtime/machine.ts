/** Architectures as images name them -> as uname(2) does. */
const MACHINES: ReadonlyMap<string, string> = new Map([
  ['386', 'i686'],
  ['arm', 'armv7l'],
  ['arm64', 'aarch64'],
  ['ppc64le', 'ppc64le'],
  ['riscv64', 'riscv64'],
  ['s390x', 's390x'],
])

/** For programs of another machine than this one. */
export function machineFor(image: { readonly architecture?: string } | undefined): { readonly machine?: string } {
  const machine = MACHINES.get(image?.architecture ?? '')
  return machine === undefined ? {} : { machine }
}
