/** How a layer says that something of the layers below is gone. OCI image-spec, layer.md, "Whiteouts". */
const PREFIX = '.wh.'
const OPAQUE = '.wh..wh..opq'

export type Whiteout =
  /** The file or folder `path` of the layers below is hidden. */
  | { readonly kind: 'removed'; readonly path: string }
  /** Everything that layers below have in the folder `path` is hidden. */
  | { readonly kind: 'opaque'; readonly path: string }

/** What an entry of this path hides; undefined for an ordinary one. */
export function whiteoutOf(path: string): Whiteout | undefined {
  const slash = path.lastIndexOf('/')
  const [folder, name] = [path.slice(0, Math.max(slash, 0)), path.slice(slash + 1)]
  if (!name.startsWith(PREFIX)) return undefined
  if (name === OPAQUE) return { kind: 'opaque', path: folder }
  const hidden = name.slice(PREFIX.length)
  return { kind: 'removed', path: folder === '' ? hidden : `${folder}/${hidden}` }
}

/** The name of the entry that hides `path`. */
export function whiteoutFor(path: string): string {
  const slash = path.lastIndexOf('/') + 1
  return `${path.slice(0, slash)}${PREFIX}${path.slice(slash)}`
}

/** The name of the entry that makes a folder opaque. */
export const opaqueFor = (folder: string): string => (folder === '' ? OPAQUE : `${folder}/${OPAQUE}`)
