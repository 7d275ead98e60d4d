/** A real Django project, served with the two command lines that users of the original know. */
import { mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type DjangoSite, makeDjangoSite, superuser } from '../rig/django-site.js'
import { type Answer, ask } from '../rig/http.js'
import { type RunningCommand, runCommand, startServer } from '../rig/server.js'

const asModule = ['--url-alias', '/static', 'static', '--application-type', 'module', 'mysite.wsgi']
const asScript = [
  'mysite/wsgi.py',
  '--working-directory',
  '.',
  '--processes',
  '3',
  '--threads',
  '1',
]

async function serve(
  args: readonly string[],
): Promise<{ server: RunningCommand; site: DjangoSite }> {
  const site = await makeDjangoSite()
  onTestFinished(() => site.remove())
  const server = await startServer([...args, '--python', site.python], { cwd: site.folder })
  return { server, site }
}

/** `name=value` of each cookie that a response sets. */
function cookiesOf(answer: Answer): string {
  return (answer.headers['set-cookie'] ?? []).map(cookie => cookie.split(';')[0]).join('; ')
}

async function logIn(server: RunningCommand): Promise<string> {
  const url = server.url('/admin/login/?next=/admin/')
  const form = await ask(url)
  const token = /name="csrfmiddlewaretoken" value="(\w+)"/.exec(form.body)?.[1]
  const answer = await ask(url, {
    method: 'POST',
    headers: {
      Cookie: cookiesOf(form),
      'Content-Type': 'application/x-www-form-urlencoded',
    },
    body: `csrfmiddlewaretoken=${token}&username=${superuser.name}&password=${superuser.password}&next=/admin/`,
  })
  expect(answer).toMatchObject({ status: 302, headers: { location: '/admin/' } })
  return cookiesOf(answer)
}

describe('--application-type module', () => {
  test('shows the login page with its stylesheet from the alias, and logs in', async () => {
    const { server } = await serve(asModule)
    const page = await ask(server.url('/admin/'))
    expect(page).toMatchObject({ status: 302, headers: { location: '/admin/login/?next=/admin/' } })
    const login = await ask(server.url('/admin/login/?next=/admin/'))
    const sheet = /href="(\/static\/admin\/css\/base\.css)"/.exec(login.body)?.[1]
    const css = await ask(server.url(sheet))
    expect(css).toMatchObject({ status: 200, headers: { 'content-type': 'text/css' } })
    // Apache's, not Django's: it has an ETag and takes ranges.
    expect(css.headers.etag).toMatch(/^"[0-9a-f-]+"$/)
    expect(css.headers['accept-ranges']).toBe('bytes')
    const session = await logIn(server)
    const index = await ask(server.url('/admin/'), { headers: { Cookie: session } })
    expect(index.status).toBe(200)
    expect(index.body).toContain('Site administration')
  })

  test('runs with the working directory on sys.path and streams both ways', async () => {
    const { server } = await serve([...asModule, '--limit-request-body', '0'])
    const size = 30 * 1024 ** 2
    const upload = await ask(server.url('/probes/upload/'), {
      method: 'POST',
      body: Buffer.alloc(size),
    })
    expect(JSON.parse(upload.body)).toMatchObject({ bytes: size })
    const download = await ask(server.url('/probes/download/?bytes=30000000'))
    expect(download.body.length).toBe(30_000_000)
    const folder = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const path = join(folder, 'file.bin')
    openSync(path, 'w')
    truncateSync(path, 1_000_000)
    const file = await ask(server.url(`/probes/file/?path=${path}`))
    expect(file).toMatchObject({ status: 200, headers: { 'content-length': '1000000' } })
  })
})

describe('--processes 3 --threads 1', () => {
  test('runs requests in three processes', async () => {
    const { server } = await serve([...asScript, '--reload-on-changes'])
    const answers = await Promise.all(
      [1, 2, 3].map(async () => JSON.parse((await ask(server.url('/probes/slow/?t=1'))).body)),
    )
    expect(new Set(answers.map(({ pid }) => pid)).size).toBe(3)
    const began = Math.max(...answers.map(({ began }) => began))
    const ended = Math.min(...answers.map(({ ended }) => ended))
    expect(began).toBeLessThan(ended)
    const { environ } = JSON.parse((await ask(server.url('/probes/environ/'))).body)
    expect(environ).toMatchObject({ 'wsgi.multiprocess': true, 'wsgi.multithread': false })
  })

  test('writes what Django logs, prints and raises', async () => {
    const { server } = await serve(asScript)
    await ask(server.url('/probes/log/?text=from-the-view'))
    for (const text of [
      'DEBUG probes from-the-view at debug',
      'CRITICAL probes from-the-view at critical',
      'from-the-view by print',
      'from-the-view on stderr',
      'from-the-view on wsgi.errors',
    ]) {
      await server.logged(new RegExp(`\\[wsgi:error\\] \\[pid \\d+:tid \\d+\\] .*${text}\n`))
    }
    expect((await ask(server.url('/probes/raise/?text=oh-no'))).status).toBe(500)
    await server.logged(/RuntimeError: oh-no/)
  })
})

describe('runmodwsgi', () => {
  test('takes application, folder and static alias from the settings', async () => {
    const site = await makeDjangoSite()
    onTestFinished(() => site.remove())
    const server = runCommand(['runmodwsgi', '--python', site.python], { cwd: site.folder })
    await server.until(() => /^Stop\s*:/m.test(server.stdout), 'the banner')
    expect((await ask(server.url('/admin/login/'))).status).toBe(200)
    const css = await ask(server.url('/static/admin/css/base.css'))
    expect(css.headers['accept-ranges']).toBe('bytes')
  })

  test('asks the project again with SIGHUP, whatever it prints and named before', async () => {
    const site = await makeDjangoSite()
    onTestFinished(() => site.remove())
    const manage = join(site.folder, 'manage.py')
    const text = readFileSync(manage, 'utf8')
    writeFileSync(manage, `import os\nos.system("echo printed")\n${text}`)
    const server = runCommand(['runmodwsgi', '--log-to-terminal', '--python', site.python], {
      cwd: site.folder,
    })
    await server.until(() => /^Stop\s*:/m.test(server.stdout), 'the banner')
    expect(server.stderr).toContain('printed')
    expect((await ask(server.url('/static/admin/css/base.css'))).status).toBe(200)
    writeFileSync(
      join(site.folder, 'mysite/other.py'),
      'from mysite.settings import *\nSTATIC_URL = "/other/"\n',
    )
    writeFileSync(manage, text.replace('mysite.settings', 'mysite.other'))
    server.signal('SIGHUP')
    await server.logged(/from now on with other values: --url-alias/)
    await server.logged(/reloaded in/)
    expect((await ask(server.url('/other/admin/css/base.css'))).status).toBe(200)
    expect((await ask(server.url('/static/admin/css/base.css'))).status).toBe(404)
  })

  test('says what is wrong where there is no project', async () => {
    const site = await makeDjangoSite()
    onTestFinished(() => site.remove())
    const ended = runCommand(['runmodwsgi', '--python', site.python])
    expect(await ended.exited).toEqual({ code: 2, signal: null })
    expect(ended.stderr).toMatch(
      /^modwsgi-dev: the settings of the Django project in .* cannot be read: no manage\.py here/,
    )
  })
})
