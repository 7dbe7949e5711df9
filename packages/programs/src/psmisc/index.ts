import { fuser } from './fuser.ts'
import { pstree } from './pstree.ts'

export const psmisc = [fuser, pstree]
