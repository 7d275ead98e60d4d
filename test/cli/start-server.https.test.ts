/** HTTPS from end to end: the command, its ports, and clients that speak TLS. */
import { X509Certificate } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { certificateFiles } from '../rig/certificates.js'
import { ask, RawConnection } from '../rig/http.js'
import { askSecurely, openSecurely } from '../rig/secure-http.js'
import { runCommand, startServer } from '../rig/server.js'

const app = fileURLToPath(new URL('../fixtures/apps/environ.py', import.meta.url))

const httpsPort = (stdout: string) => Number(/\(HTTPS\) : https:\/\/[^:]+:(\d+)\//.exec(stdout)![1])

async function start(...args: string[]) {
  const files = certificateFiles()
  const server = await startServer(
    [
      app,
      '--https-port',
      '0',
      '--ssl-certificate',
      'site',
      '--server-name',
      'example.test',
      ...args,
    ],
    { cwd: files.folder },
  )
  const port = httpsPort(server.stdout)
  const tls = { ca: files.authority.cert }
  const trusted = { ...tls, cert: files.client.cert, key: files.client.key }
  return { files, server, port, tls, trusted }
}

test('the application is asked over HTTPS and told so, and over HTTP on the other port', async () => {
  const { server, port, tls } = await start()
  const secure = await askSecurely(port, '/a', { method: 'POST', body: 'four', tls })
  expect(secure.keys).toMatchObject({
    'wsgi.url_scheme': 'https',
    REQUEST_SCHEME: 'https',
    'mod_wsgi.listener_port': String(port),
    SSL_TLS_SNI: 'example.test',
    body: '4',
  })
  expect(Object.keys(secure.keys).filter(key => key.startsWith('SSL_'))).toEqual(['SSL_TLS_SNI'])
  expect(secure.socket.authorized).toBe(true)
  const headers = { Host: 'example.test' }
  const plain = (await ask(server.url('/a'), { headers })).body
  expect(plain).toContain('wsgi.url_scheme=http\n')
  expect(plain).not.toContain('SSL_')
})

test('plain HTTP on the port of HTTPS gets a page that says so', async () => {
  const { server, port } = await start('--access-log')
  const client = await RawConnection.open(port)
  client.send('GET /a HTTP/1.1\r\nHost: example.test\r\n\r\n')
  const answer = await client.end()
  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  expect(answer).toContain('Connection: close\r\n')
  expect(answer).toContain("You're speaking plain HTTP to an SSL-enabled server port")
  await server.printed(/"GET \/ HTTP\/1\.0" 400/)
})

test('--ssl-environment tells of cipher, session and certificate', async () => {
  const { files, port, tls } = await start('--ssl-environment')
  const { keys } = await askSecurely(port, '/', { tls })
  const { cert } = { cert: new X509Certificate(files.authority.cert) }
  expect(keys).toMatchObject({
    SSL_PROTOCOL: 'TLSv1.3',
    SSL_CIPHER: 'TLS_AES_256_GCM_SHA384',
    SSL_CIPHER_USEKEYSIZE: '256',
    SSL_CLIENT_VERIFY: 'NONE',
    SSL_SESSION_RESUMED: 'Initial',
    SSL_SERVER_S_DN: 'CN=example.test',
    SSL_SERVER_S_DN_CN: 'example.test',
    SSL_SERVER_I_DN: cert.subject,
    SSL_SERVER_SAN_DNS_1: 'localhost',
    SSL_SERVER_M_VERSION: '3',
    SSL_SERVER_A_KEY: 'id-ecPublicKey',
    SSL_SERVER_A_SIG: 'ecdsa-with-SHA256',
  })
  expect(keys['SSL_SESSION_ID']).toMatch(/^[0-9a-f]{64}$/)
})

test('--ssl-verify-client wants a certificate below its path, and only there', async () => {
  const { port, tls, trusted } = await start(
    ...['--ssl-ca-certificate-file', 'ca.pem', '--ssl-verify-client', '/closed'],
    '--ssl-environment',
  )
  expect((await askSecurely(port, '/closed/a', { tls })).status).toBe(403)
  expect((await askSecurely(port, '/closedx', { tls })).status).toBe(200)
  const open = await askSecurely(port, '/', { tls: trusted })
  expect(open.keys).toMatchObject({ SSL_CLIENT_VERIFY: 'NONE' })
  expect(open.keys['SSL_CLIENT_S_DN']).toBeUndefined()
  const closed = await askSecurely(port, '/closed', { tls: trusted })
  expect(closed.keys).toMatchObject({
    SSL_CLIENT_VERIFY: 'SUCCESS',
    SSL_CLIENT_S_DN_CN: 'a client',
    SSL_CLIENT_V_REMAIN: '1',
  })
})

test('a client certificate of somebody else is none', async () => {
  const { port, tls } = await start('--ssl-ca-certificate-file', 'ca.pem')
  const { client } = certificateFiles()
  const stranger = { ...tls, cert: client.cert, key: client.key }
  expect((await askSecurely(port, '/', { tls: stranger })).status).toBe(403)
})

test('--hsts-policy is a field of what the application and files answer, not of errors and redirects', async () => {
  const { files, port, tls, server } = await start(
    ...['--https-only', '--hsts-policy', 'max-age=99', '--document-root', 'docs'],
  )
  mkdirSync(files.path('docs/sub'), { recursive: true })
  writeFileSync(files.path('docs/a.txt'), 'a file')
  const policyOf = async (path: string) =>
    (await askSecurely(port, path, { tls })).headers['strict-transport-security']
  expect(await policyOf('/')).toBe('max-age=99')
  expect(await policyOf('/a.txt')).toBe('max-age=99')
  expect(await policyOf('/sub')).toBeUndefined()
  expect(await policyOf('/%2f')).toBeUndefined()
  const plain = await ask(server.url('/%2f'), { headers: { Host: 'example.test' } })
  expect(plain.headers['strict-transport-security']).toBeUndefined()
})

test('certificates are read again with HUP, and no use for bad ones', async () => {
  const { files, server, port, tls } = await start()
  const nameOf = async () => {
    const socket = await openSecurely(port, tls)
    const { subject } = socket.getPeerCertificate()
    socket.destroy()
    return subject.CN
  }
  expect(await nameOf()).toBe('example.test')
  files.certify('site', ['another.test', 'example.test'])
  server.signal('SIGHUP')
  await server.logged(/SIGHUP: reloaded/)
  await expect.poll(nameOf).toBe('another.test')
  writeFileSync(files.path('site.key'), 'no key')
  server.signal('SIGHUP')
  await server.logged(
    /the certificate of before still counts: --ssl-certificate expects a PEM file with a private key/,
  )
  expect(await nameOf()).toBe('another.test')
})

describe('what is refused at the start', () => {
  const refused: [title: string, args: string[], message: RegExp][] = [
    [
      'a certificate that is none',
      ['--ssl-certificate', 'bad'],
      /--ssl-certificate expects a PEM file with a certificate, got ".*bad\.crt"/,
    ],
    [
      'a key of another certificate',
      ['--ssl-certificate-file', 'other.crt', '--ssl-certificate-key-file', 'site.key'],
      /--ssl-certificate-key-file .*site\.key is not the key of the certificate in .*other\.crt/,
    ],
    [
      'an authority that is none',
      ['--ssl-certificate', 'site', '--ssl-ca-certificate-file', 'site.key'],
      /--ssl-ca-certificate-file expects a PEM file with a certificate, got ".*site\.key"/,
    ],
    [
      'a certificate without a port',
      ['--ssl-certificate', 'site', '--https-port-left-out'],
      /--ssl-certificate needs --https-port as well/,
    ],
  ]
  test.each(refused)('%s', async (_, args, message) => {
    const files = certificateFiles()
    files.certify('other', ['example.test'])
    writeFileSync(files.path('bad.crt'), 'nothing')
    writeFileSync(files.path('bad.key'), 'nothing')
    const port = args.includes('--https-port-left-out') ? [] : ['--https-port', '0']
    const given = args.filter(arg => arg !== '--https-port-left-out')
    const all = ['start-server', app, '--server-name', 'example.test', ...port, ...given]
    const command = runCommand(all, { cwd: files.folder })
    const { code } = await command.exited
    expect(command.stderr).toMatch(message)
    expect(code).toBe(2)
  })
})
