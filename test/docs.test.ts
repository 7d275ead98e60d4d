/** The pages of the documentation, which scripts/build-docs.mjs makes. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildDocs, docsSources, headingId, pageLink, pageOf } from '../scripts/build-docs.mjs'

const folder = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))

beforeAll(() => buildDocs(folder))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const read = (page: string) => readFileSync(join(folder, page), 'utf8')

test('each source becomes a page that names the others', () => {
  const pages = docsSources().map(pageOf)
  const made = readdirSync(folder).filter(name => name.endsWith('.html'))
  expect(made.toSorted()).toEqual(pages.toSorted())
  for (const page of pages) {
    const text = read(page)
    expect(text).toMatch(/<title>\S/)
    for (const other of pages) expect(text).toContain(`<a href="${other}"`)
  }
})

test('links between pages lead somewhere', () => {
  const dead: string[] = []
  for (const page of docsSources().map(pageOf)) {
    for (const [, href] of read(page).matchAll(/(?:href|src)="([^"]*)"/g)) {
      if (/^[a-z]+:/.test(href!)) continue
      const [path, mark] = href!.split('#')
      const target = path === '' ? page : path!
      const exists = existsSync(join(folder, target))
      if (!exists || (mark && !read(target).includes(`id="${mark}"`))) dead.push(`${page}: ${href}`)
    }
  }
  expect(dead).toEqual([])
})

test('pageLink() leads to pages, and leaves other links alone', () => {
  expect(pageLink('docs/http.md#times')).toBe('http.html#times')
  expect(pageLink('../README.md')).toBe('index.html')
  expect(pageLink('#here')).toBe('#here')
  expect(pageLink('https://example.com/x.md')).toBe('https://example.com/x.md')
})

test('headingId() is that of GitHub', () => {
  expect(headingId('What <code>--x</code> does, &amp; why')).toBe('what---x-does--why')
})
