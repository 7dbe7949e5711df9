import { fromPackage } from '../package-version.ts'
import { mount, umount } from './mount.ts'
import { rev } from './rev.ts'

export const utilLinux = fromPackage('util-linux', '2.38.1', [mount, rev, umount])
