import { getfattr, setfattr } from './attributes.ts'

export const attributePrograms = [getfattr, setfattr]
