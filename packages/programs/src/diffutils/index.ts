import { fromPackage } from '../package-version.ts'
import { cmp } from './cmp.ts'
import { diff } from './diff.ts'

export const diffutils = fromPackage('GNU diffutils', '3.8', [cmp, diff])
