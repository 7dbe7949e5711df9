import { parseUrl, printUrl } from '@drydock/http'
import { expect, it } from 'vitest'
import { disallowed, linksIn } from './recursion.ts'

const PAGE = `<a href="b.html">b</a> <A HREF='/c/?x=1&amp;y=2#top'>c</A> <img alt=x src=pics/d.png>
<a href="mailto:a@b">m</a> <link rel=stylesheet href="//other/e.css"> <a href="#here">h</a> <a>none</a>`

it('finds where the links of a page lead, and which belong to it', () => {
  const base = parseUrl('http://host:8080/a/index.html')
  expect(base && linksIn(PAGE, base).map(({ url, requisite }) => [printUrl(url), requisite])).toEqual([
    ['http://host:8080/a/b.html', false],
    ['http://host:8080/c/?x=1&y=2', false],
    ['http://host:8080/a/pics/d.png', true],
    ['http://other/e.css', true],
  ])
})

it('leaves alone what a server asks robots to', () => {
  const text =
    'User-agent: *\nDisallow: /a # all\nDisallow:\n\nUser-agent: x\nUser-agent: Wget\nDisallow: /b\nDisallow: /c\n'
  expect(disallowed(text)).toEqual(['/b', '/c'])
  expect(disallowed('User-agent: *\nDisallow: /a # all\nDisallow:\n')).toEqual(['/a'])
  expect(disallowed('')).toEqual([])
})
