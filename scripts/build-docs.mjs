/**
 * Makes pages of the documentation, which a server shows at /__wsgi__/docs with --enable-docs: dist/docs/*.html, and
 * dist/docs/images.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isProgram, projectFolder, runProgram } from './step.mjs'

/** The files that pages are made of; the first one is the index. */
export function docsSources() {
  const pages = readdirSync(join(projectFolder, 'docs')).filter(name => name.endsWith('.md'))
  return [
    'README.md',
    ...pages.toSorted().map(name => `docs/${name}`),
    'ARCHITECTURE.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
  ]
}

/** @param {string} source such as `docs/http.md` */
export function pageOf(source) {
  return source === 'README.md' ? 'index.html' : basename(source).replace(/\.md$/, '.html')
}

/**
 * Where a link leads to from a page: other sources are pages now.
 *
 * @example
 * pageLink('docs/http.md#times') // 'http.html#times'
 */
export function pageLink(href) {
  const [, path, mark = ''] = /^([^#]*)(#.*)?$/s.exec(href)
  const isPage = path.endsWith('.md') && !/^[a-z]+:/i.test(path)
  return isPage ? pageOf(path.replace(/^(?:\.\.?\/)+/, '')) + mark : href
}

/** The id of a heading, as on GitHub. */
export function headingId(text) {
  return text
    .toLowerCase()
    .replace(/<[^>]*>/g, '')
    .replace(/&[a-z]+;/g, '')
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')
}

/** @param {string} [folder] where the pages go */
export async function buildDocs(folder = join(projectFolder, 'dist/docs')) {
  const { Marked } = await import('marked')
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const text = this.parser.parseInline(tokens)
        return `<h${depth} id="${headingId(text)}">${text}</h${depth}>\n`
      },
    },
    walkTokens(token) {
      if (token.type === 'link') token.href = pageLink(token.href)
    },
  })
  mkdirSync(folder, { recursive: true })
  const sources = docsSources()
  const titles = new Map(sources.map(source => [source, titleOf(textOf(source))]))
  for (const source of sources) {
    const body = marked.parse(textOf(source))
    writeFileSync(join(folder, pageOf(source)), page(source, titles, body))
  }
  writeFileSync(join(folder, 'style.css'), style)
  cpSync(join(projectFolder, 'docs/images'), join(folder, 'images'), { recursive: true })
}

function textOf(source) {
  return readFileSync(join(projectFolder, source), 'utf8')
}

function titleOf(text) {
  return /^# (.*)$/m.exec(text)[1].replaceAll('`', '')
}

function page(source, titles, body) {
  const entries = [...titles].map(([other, title]) => {
    const here = other === source ? ' aria-current="page"' : ''
    return `<li><a href="${pageOf(other)}"${here}>${escapeHtml(title)}</a></li>`
  })
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(titles.get(source))}</title>
<link rel="icon" href="images/modwsgi-dev.svg">
<link rel="stylesheet" href="style.css">
</head>
<body>
<nav>
<a href="index.html"><img src="images/modwsgi-dev.svg" alt="modwsgi-dev" width="48" height="48"></a>
<ul>
${entries.join('\n')}
</ul>
</nav>
<main>
${body}</main>
</body>
</html>
`
}

function escapeHtml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

const style = `:root { color-scheme: light dark; --line: #8884; --soft: #8881; --link: #0b6b8a; }
@media (prefers-color-scheme: dark) { :root { --link: #6cc5e0; } }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; display: grid; grid-template-columns: 17rem minmax(0, 1fr); }
nav { padding: 1.5rem 1rem; border-right: 1px solid var(--line); font-size: 0.9rem; }
nav ul { list-style: none; padding: 0; }
nav li { margin: 0.4rem 0; }
nav [aria-current] { font-weight: bold; }
main { padding: 1rem 2rem 4rem; max-width: 60rem; min-width: 0; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
code, pre { font: 0.9em/1.45 ui-monospace, monospace; background: var(--soft); border-radius: 4px; }
code { padding: 0.1em 0.3em; overflow-wrap: anywhere; }
pre { padding: 0.8em 1em; overflow-x: auto; }
pre code { padding: 0; background: none; overflow-wrap: normal; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: 0.35em 0.6em; text-align: left; vertical-align: top; }
@media (max-width: 50rem) { body { display: block; } nav { border: 0; } main { padding: 0 1rem 3rem; } }
`

if (isProgram(import.meta.url)) await runProgram(() => buildDocs())
