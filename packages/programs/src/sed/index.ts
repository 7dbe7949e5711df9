import { fromPackage } from '../package-version.ts'
import { sed } from './sed.ts'

export const sedPrograms = fromPackage('GNU sed', '4.9', [sed])
