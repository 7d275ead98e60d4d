/** OpenSSL in workers that are forked from a template which has loaded it. */
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { ask } from '../rig/http.js'
import { startServer } from '../rig/server.js'

// Needs no certificate.
const ciphers = 'AECDH-AES128-SHA:@SECLEVEL=0'

/** A package that has used both when it was imported. */
const installed = `
import os, ssl
PID = os.getpid()
FIRST = ssl.RAND_bytes(16)
CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
CONTEXT.check_hostname = False
CONTEXT.verify_mode = ssl.CERT_NONE
CONTEXT.maximum_version = ssl.TLSVersion.TLSv1_2
CONTEXT.set_ciphers("${ciphers}")
`

const script = (mark: string) => `# ${mark}
import os, socket, ssl
import installed

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    port = int(environ["QUERY_STRING"])
    with socket.create_connection(("127.0.0.1", port)) as plain:
        with installed.CONTEXT.wrap_socket(plain) as connection:
            greeting = connection.recv(100).decode()
    facts = [str(installed.PID), str(os.getpid()), ssl.RAND_bytes(16).hex(), greeting]
    return [" ".join(facts).encode()]
`

test.skipIf(process.platform !== 'linux')(
  'forked workers have random bytes of their own, and speak TLS',
  async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'modwsgi-test-')))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const app = join(folder, 'app.py')
    mkdirSync(join(folder, 'site-packages'))
    writeFileSync(join(folder, 'site-packages/installed.py'), installed)
    writeFileSync(app, script('one'))
    const tls = createServer({ ciphers, maxVersion: 'TLSv1.2' }, socket => socket.end('greetings'))
    await once(tls.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void tls.close())
    const { port } = tls.address() as AddressInfo
    const server = await startServer(
      [
        'app.py',
        '--reload-on-changes',
        '--log-level',
        'debug',
        '--processes',
        '2',
        '--threads',
        '1',
      ],
      { cwd: folder, env: { PYTHONPATH: join(folder, 'site-packages') } },
    )
    const [, template] = await server.logged(/template \(pid (\d+)\) imported/)
    writeFileSync(app, script('two'))
    await server.logged(/\] reloaded .*2 workers/)
    const random = new Set<string>()
    const workers = new Set<string>()
    let answers = 0
    while (workers.size < 2) {
      const pages = await Promise.all([1, 2, 3, 4].map(() => ask(server.url(`/?${port}`))))
      for (const { status, body } of pages) {
        expect(status).toBe(200)
        const [importedBy, pid = '', bytes = '', greeting] = body.split(' ')
        expect(importedBy).toBe(template)
        expect(greeting).toBe('greetings')
        workers.add(pid)
        random.add(bytes)
        answers++
      }
    }
    expect(random.size).toBe(answers)
  },
)
