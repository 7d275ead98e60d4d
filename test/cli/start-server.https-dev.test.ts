/** --https-dev from end to end, without mkcert and with one of the test's own. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { certificateFiles } from '../rig/certificates.js'
import { Http2Client } from '../rig/http2-client.js'
import { askSecurely } from '../rig/secure-http.js'
import { startServer } from '../rig/server.js'

const app = fileURLToPath(new URL('../fixtures/apps/environ.py', import.meta.url))

/** A PATH on which there is what a server needs, and nothing else that the machine may have. */
function pathWithout(folder: string, program: string): string {
  const kept = (process.env['PATH'] ?? '')
    .split(':')
    .filter(part => !existsSync(join(part, program)))
  return [folder, ...kept].join(':')
}

test('--https-dev speaks HTTPS for localhost with a certificate of its own authority, and keeps it', async () => {
  const { folder } = certificateFiles()
  const env = { XDG_STATE_HOME: join(folder, 'state'), PATH: pathWithout(folder, 'mkcert') }
  const first = await startServer([app, '--https-dev', '--http2'], { env })
  const advised = await first.until(
    () =>
      /--https-dev: browsers warn until they trust its authority: import (\S+)/.exec(first.stderr),
    'the advice',
  )
  const file = advised[1]!
  expect(dirname(file)).toBe(join(folder, 'state', 'modwsgi-dev', 'https'))
  const [, port] = /\(HTTPS\) : https:\/\/localhost:(\d+)\//.exec(first.stdout)!
  expect(first.stdout).toContain(`Certificate        : signed by ${file}\n`)
  const ca = readFileSync(file)
  const { keys } = await askSecurely(Number(port), '/', {
    headers: { Host: 'localhost' },
    tls: { ca, servername: 'localhost' },
  })
  expect(keys).toMatchObject({ 'wsgi.url_scheme': 'https', SSL_TLS_SNI: 'localhost' })
  const over2 = await new Http2Client(`https://localhost:${port}`, { ca }).ask('/')
  expect(over2.body.toString()).toContain('SERVER_PROTOCOL=HTTP/2.0')
  await first.stop()
  const second = await startServer([app, '--https-dev'], { env })
  const again = Number(/\(HTTPS\) : https:\/\/localhost:(\d+)\//.exec(second.stdout)![1])
  await askSecurely(again, '/', { headers: { Host: 'x' }, tls: { ca, servername: 'localhost' } })
  await second.stop()
  expect(second.stderr).not.toContain('browsers warn')
})

test('--https-dev takes the certificate of mkcert where that is set up', async () => {
  const { folder, path, authority } = certificateFiles()
  mkdirSync(path('ca'))
  writeFileSync(path('ca/rootCA.pem'), authority.cert)
  writeFileSync(
    path('mkcert'),
    `#!/bin/sh
if [ "$1" = -CAROOT ]; then echo ${path('ca')}; exit; fi
cp ${path('site.crt')} "$2"
cp ${path('site.key')} "$4"
`,
  )
  chmodSync(path('mkcert'), 0o755)
  const env = { XDG_STATE_HOME: join(folder, 'state'), PATH: `${folder}:${process.env['PATH']}` }
  const server = await startServer([app, '--https-dev', '--server-name', 'example.test'], { env })
  const port = Number(/\(HTTPS\) : https:\/\/example\.test:(\d+)\//.exec(server.stdout)![1])
  const { status } = await askSecurely(port, '/', { tls: { ca: authority.cert } })
  expect(status).toBe(200)
  expect(server.stdout).toContain(`by mkcert, whose authority is ${path('ca/rootCA.pem')}`)
  expect(server.stderr).not.toContain('browsers warn')
})
