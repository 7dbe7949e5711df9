import type { ImageSummary } from '@drydock/docker-api'
import { goTime, humanDuration, humanSize, type ListFormat, row, type Row, shortId } from '@drydock/cli-plugin'

/** `docker images`. */
export const imageFormat = (digests: boolean): ListFormat => ({
  table: `{{.Repository}}\t{{.Tag}}\t${digests ? '{{.Digest}}\t' : ''}{{.ID}}\t{{if .CreatedSince }}{{.CreatedSince}}{{else}}N/A{{end}}\t{{.Size}}`,
  raw: `repository: {{.Repository}}\ntag: {{.Tag}}\n${digests ? 'digest: {{.Digest}}\n' : ''}image_id: {{.ID}}\ncreated_at: {{.CreatedAt}}\nvirtual_size: {{.Size}}\n`,
  headers: {
    ID: 'IMAGE ID',
    Repository: 'REPOSITORY',
    Tag: 'TAG',
    Digest: 'DIGEST',
    CreatedSince: 'CREATED',
    CreatedAt: 'CREATED AT',
    Size: 'SIZE',
    Containers: 'CONTAINERS',
    VirtualSize: 'VIRTUAL SIZE',
    SharedSize: 'SHARED SIZE',
    UniqueSize: 'UNIQUE SIZE',
  },
  typeName: '*formatter.imageContext',
})

const NONE = '<none>'
interface Name {
  readonly repository: string
  readonly tag: string
  readonly digest: string
}

const splitTag = (text: string): [string, string] => {
  const at = text.lastIndexOf(':')
  return at > text.lastIndexOf('/') ? [text.slice(0, at), text.slice(at + 1)] : [text, '']
}

/** A line for each tag; digests without a tag have lines of their own when digests are shown. */
function names(image: ImageSummary, digests: boolean): Name[] {
  const tags = (image.RepoTags ?? []).filter((name) => name !== `${NONE}:${NONE}`).map(splitTag)
  const byRepository = (image.RepoDigests ?? [])
    .filter((name) => name !== `${NONE}@${NONE}`)
    .map((name) => name.split('@') as [string, string?])
  const tagged = tags.flatMap(([repository, tag]): Name[] => {
    const own = byRepository.filter(([name]) => name === repository).map(([, digest]) => digest ?? NONE)
    return (digests && own.length > 0 ? own : [NONE]).map((digest) => ({ repository, tag, digest }))
  })
  const untagged = byRepository
    .filter(([name]) => !tags.some(([repository]) => repository === name))
    .map(([repository, digest]): Name => ({ repository, tag: NONE, digest: digest ?? NONE }))
  const all = [...tagged, ...untagged]
  return all.length > 0 ? all : [{ repository: NONE, tag: NONE, digest: NONE }]
}

const sizeOr = (bytes: number): string => (bytes === -1 ? 'N/A' : humanSize(bytes))

/** @param now seconds since the epoch */
export function imageRows(image: ImageSummary, digests: boolean, truncate: boolean, now: number): Row[] {
  return names(image, digests).map(({ repository, tag, digest }) =>
    row({
      Containers: image.Containers === -1 ? 'N/A' : String(image.Containers),
      CreatedAt: goTime(image.Created),
      CreatedSince: image.Created > 0 ? `${humanDuration(now - image.Created)} ago` : 'N/A',
      Digest: digest,
      ID: truncate ? shortId(image.Id) : image.Id,
      Repository: repository,
      SharedSize: sizeOr(image.SharedSize),
      Size: humanSize(image.Size, 3),
      Tag: tag,
      UniqueSize: image.SharedSize === -1 ? 'N/A' : humanSize(image.Size - image.SharedSize),
      VirtualSize: humanSize(image.Size, 3),
    }),
  )
}
