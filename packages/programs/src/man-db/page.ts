/** A manual page laid out for a terminal, as man(7) and groff do with their ragged right margin. */
export interface Section {
  readonly title: string
  readonly paragraphs: readonly Paragraph[]
}
/** Text that is filled, or lines kept as they are. */
export type Paragraph = { readonly filled: string } | { readonly kept: readonly string[] }

export interface Page {
  readonly name: string
  readonly section: string
  readonly source: string
  readonly sections: readonly Section[]
}

const INDENT = '       '
const VOLUMES = new Map([
  ['1', 'User Commands'],
  ['8', 'System Administration'],
])

export function fill(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = ''
    }
    line += line === '' ? word : ` ${word}`
  }
  return line === '' ? lines : [...lines, line]
}

/** Three texts on one line: at the left, in the middle, at the right. */
function spread(left: string, middle: string, right: string, width: number): string {
  const before = Math.max(1, Math.ceil((width - middle.length) / 2) - left.length)
  const head = `${left}${' '.repeat(before)}${middle}`
  return `${head}${' '.repeat(Math.max(1, width - head.length - right.length))}${right}`
}

const body = (paragraph: Paragraph, width: number): string[] =>
  ('filled' in paragraph ? fill(paragraph.filled, width - INDENT.length) : paragraph.kept).map((line) =>
    line === '' ? '' : `${INDENT}${line}`,
  )

/** @param bold  marks headings and is the identity where nobody looks */
export function layOut(page: Page, width: number, bold: (text: string) => string): string {
  const title = `${page.name.toUpperCase()}(${page.section})`
  const lines = [spread(title, VOLUMES.get(page.section) ?? '', title, width)]
  for (const { title: heading, paragraphs } of page.sections) {
    if (paragraphs.length === 0) continue
    lines.push('', bold(heading))
    for (const [at, paragraph] of paragraphs.entries()) lines.push(...(at > 0 ? [''] : []), ...body(paragraph, width))
  }
  return `${[...lines, '', spread(page.source, '', title, width)].join('\n')}\n`
}
