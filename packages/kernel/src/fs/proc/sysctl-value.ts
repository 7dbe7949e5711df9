import { EINVAL, EPERM } from '@drydock/abi'
import type { PathContext } from '../../vfs/path-context.ts'

/** @throws EPERM */
export function requireRoot({ credentials }: PathContext): void {
  if (credentials.uid !== 0) throw EPERM
}

/** @throws EINVAL */
export function natural(text: string): number {
  const number = Number(text.trim())
  if (!Number.isInteger(number) || number < 0) throw EINVAL
  return number
}
