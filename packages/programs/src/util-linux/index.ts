import { fromPackage } from '../package-version.ts'
import { mount, umount } from './mount.ts'

export const utilLinux = fromPackage('util-linux', '2.38.1', [mount, umount])
