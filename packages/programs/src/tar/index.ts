import { fromPackage } from '../package-version.ts'
import { tar } from './tar.ts'

export const tarPrograms = fromPackage('GNU tar', '1.34', [tar])
