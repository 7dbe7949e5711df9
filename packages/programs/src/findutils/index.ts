import { fromPackage } from '../package-version.ts'
import { find } from './find.ts'
import { xargs } from './xargs.ts'

export const findutils = fromPackage('GNU findutils', '4.9.0', [find, xargs])
