import { AF_UNIX, EAFNOSUPPORT, EINVAL, type SocketAddress } from '@drydock/abi'

/** The name in an address of the unix family. @throws EAFNOSUPPORT, EINVAL */
export function pathOf(address: SocketAddress): string {
  if (address.family !== AF_UNIX) throw EAFNOSUPPORT
  if (address.path === '' || address.path.length > 107) throw EINVAL
  return address.path
}
