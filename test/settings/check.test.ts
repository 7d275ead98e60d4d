import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkSettings, checkValues } from '../../src/settings/check.js'
import { checkPaths } from '../../src/settings/check-paths.js'
import { checkTogether } from '../../src/settings/check-together.js'
import { defaultSettings, type Settings } from '../../src/settings/settings.js'
import { temporaryProject } from './temporary-project.js'

function settings(values: Partial<Settings>): Settings {
  return { ...defaultSettings, ...values }
}

function userError(message: string) {
  return expect.objectContaining({ name: 'UserError', code: 2, message })
}

test('checkSettings() accepts the defaults', () => {
  expect(() => checkSettings(defaultSettings, new Map())).not.toThrow()
})

describe('checkValues()', () => {
  test.each<[Partial<Settings>, string]>([
    [{ port: -1 }, '--port has to be from 0 to 65535, got -1'],
    [{ port: 65536 }, '--port has to be from 0 to 65535, got 65536'],
    [{ processes: -1 }, '--processes has to be from 0 to 1000, got -1'],
    [{ threads: 0 }, '--threads has to be from 1 to 10000, got 0'],
    [{ threads: 99_999_999_999 }, '--threads has to be from 1 to 10000, got 99999999999'],
    [{ processes: 1001 }, '--processes has to be from 0 to 1000, got 1001'],
    [{ requestTimeout: 2 ** 31 }, '--request-timeout has to be at most 2147483647, got 2147483648'],
    [{ serverBacklog: 0 }, '--server-backlog has to be at least 1, got 0'],
    [{ queueTimeout: -1 }, '--queue-timeout has to be at least 0, got -1'],
    [{ limitRequestBody: -1 }, '--limit-request-body has to be at least 0, got -1'],
    [{ initialWorkers: 1.5 }, '--initial-workers has to be from 0 to 1, got 1.5'],
    [{ sendBufferSize: 511 }, '--send-buffer-size has to be 0 or at least 512, got 511'],
    [
      { applicationType: 'modul' },
      '--application-type has to be script, module, paste or static, got "modul"',
    ],
    [
      { logLevel: 'info wsgi:loud' },
      '--log-level has to be emerg, alert, crit, error, warn, notice, info, debug or trace1 to trace8, got "wsgi:loud"',
    ],
    [{ callableObject: '' }, '--callable-object expects a value that is not empty, got ""'],
    [{ serverName: 'a b' }, '--server-name expects a host name, got "a b"'],
    [{ passenv: ['HOME', ''] }, '--passenv expects a value that is not empty, got ""'],
    [
      { errorDocument: [['999', '/x']] },
      '--error-document expects an HTTP status such as 404, got "999"',
    ],
    [
      { errorDocument: [['404', '']] },
      '--error-document expects a value that is not empty, got ""',
    ],
    [
      { proxyMountPoint: [['/api', 'localhost:3000']] },
      '--proxy-mount-point expects a URL such as http://127.0.0.1:3000/, got "localhost:3000"',
    ],
  ])('refuses %j', (values, message) => {
    expect(() => checkValues(settings(values), new Map())).toThrow(userError(message))
  })

  test.each<Partial<Settings>>([
    { port: 0 },
    { processes: 1 },
    { limitRequestBody: 0 },
    { limitRequestBody: 99_999_999_999 },
    { requestTimeout: 2 ** 31 - 1 },
    { errorDocument: [['404', '/x']] },
    { setenv: [['NAME', '']] },
    { sendBufferSize: 512 },
    { logLevel: 'INFO' },
    { logLevel: 'wsgi:trace1' },
    { logLevel: 'info wsgi:trace8 mod_ssl.c:debug' },
  ])('accepts %j', values => {
    expect(() => checkValues(settings(values), new Map())).not.toThrow()
  })

  test('says where the value came from', () => {
    const origins = new Map([
      ['port', { source: 'pyproject.toml', detail: '/site/pyproject.toml:4' }] as const,
    ])
    expect(() => checkValues(settings({ port: -1 }), origins)).toThrow(
      userError('--port has to be from 0 to 65535, got -1 (from /site/pyproject.toml:4)'),
    )
  })
})

describe('checkTogether()', () => {
  test.each<[Partial<Settings>, string]>([
    [
      { sslCertificate: '/c', sslCertificateFile: '/c.crt' },
      '--ssl-certificate needs --https-port as well, as --https-port 8443',
    ],
    [
      { sslCaCertificateFile: '/ca' },
      '--ssl-ca-certificate-file needs --https-port as well, as --https-port 8443',
    ],
    [
      { withPhp5: true },
      '--with-php5 needs the PHP 5 module of Apache, which exists no more, so leave it out',
    ],
    [{ debuggerStartup: true }, '--debugger-startup needs --enable-debugger as well'],
    [
      { enableTelemetry: true, telemetryService: 'unix:/x' },
      '--enable-telemetry has a service of its own, so leave out --telemetry-service unix:/x',
    ],
    [
      { enableTelemetry: true, serviceScript: [['telemetry', '/x']] },
      '--enable-telemetry makes a service named telemetry, so give --service-script telemetry another name',
    ],
    [
      {
        serviceScript: [
          ['a', '/x'],
          ['b', '/x'],
          ['a', '/y'],
        ],
      },
      '--service-script a is given twice; services need different names',
    ],
    [
      { telemetryService: 'udp:x:1' },
      '--telemetry-service has to be unix:/path of a socket, got "udp:x:1"',
    ],
    [
      { telemetryService: 'unix:' },
      '--telemetry-service has to be unix:/path of a socket, got "unix:"',
    ],
    [
      {
        port: 8443,
        httpsPort: 8443,
        serverName: 'a.example',
        sslCertificateFile: '/c.crt',
        sslCertificateKeyFile: '/c.key',
      },
      '--https-port has to be another port than --port, got 8443 for both',
    ],

    [{ switchInterval: 0 }, '--switch-interval has to be more than 0 seconds, got 0'],
    [
      { telemetryService: 'unix:/x', telemetryInterval: 0.4 },
      '--telemetry-interval has to be at least 0.5 seconds, got 0.4',
    ],
    [
      { headerTimeout: 40 },
      '--header-max-timeout has to be 0 or more than --header-timeout 40, got 30',
    ],
    [{ headerMinRate: 0 }, '--header-min-rate 0 needs --header-max-timeout 0 as well, got 30'],
    [
      { bodyMaxTimeout: 15 },
      '--body-max-timeout has to be 0 or more than --body-timeout 15, got 15',
    ],
    [
      { headerBufferSize: 100, processes: 1 },
      '--header-buffer-size has to be 0 or at least 8192, got 100',
    ],
    [
      { rotateLogs: true, maxLogSize: 0 },
      '--max-log-size has to be at least 1 with --rotate-logs, got 0',
    ],
    [
      { serverMpm: ['EVENT', 'x'] },
      '--server-mpm has to be event, worker or prefork, got "EVENT x"',
    ],
  ])('refuses %j', (values, message) => {
    expect(() => checkTogether(settings(values))).toThrow(userError(message))
  })

  test.each<Partial<Settings>>([
    { sslCertificateFile: '/c.crt', httpsPort: 8443 },
    { debuggerStartup: true, enableDebugger: true },
    { slowRequests: 0 },
    { telemetryInterval: 0.4 },
    { headerTimeout: 40, headerMaxTimeout: 0 },
    { headerTimeout: 0, headerMinRate: 0 },
    { headerBufferSize: 100 },
    { serverMpm: ['x', 'event'] },
  ])('accepts %j, as the original does', values => {
    expect(() => checkTogether(settings(values))).not.toThrow()
  })
})

describe('checkPaths()', () => {
  test('accepts what exists', () => {
    const root = temporaryProject({ 'static/a.css': '' })
    const urlAlias = [
      ['/static', join(root, 'static/')],
      ['/a', join(root, 'static/a.css')],
    ] as const
    const values = { workingDirectory: root, documentRoot: root, mimeTypes: '/dev/null', urlAlias }
    expect(() => checkPaths(settings(values), new Map())).not.toThrow()
  })

  test.each<Partial<Settings>>([
    { pythonPath: ['/nowhere'] },
    { urlAlias: [['/static', '/nowhere']] },
    { documentRoot: '/nowhere' },
    { includeFile: ['/nowhere/*.conf', '/tmp'] },
    { sslCertificateFile: '/nowhere', sslCertificateKeyFile: '/nowhere', httpsPort: 8443 },
  ])('accepts %j, as the original does', values => {
    expect(() => checkPaths(settings(values), new Map())).not.toThrow()
  })

  test.each<[Partial<Settings>, string]>([
    [
      { workingDirectory: '/nowhere' },
      '--working-directory expects a directory that exists, got "/nowhere"',
    ],
    [
      { documentRoot: '/dev/null' },
      '--document-root expects a directory, or a name for one in a directory that exists, got "/dev/null"',
    ],
    [
      { documentRoot: '/nowhere/site' },
      '--document-root expects a directory, or a name for one in a directory that exists, got "/nowhere/site"',
    ],
    [{ includeFile: ['/nowhere'] }, '--include-file expects a file that exists, got "/nowhere"'],
    [{ rewriteRules: '/nowhere' }, '--rewrite-rules expects a file that exists, got "/nowhere"'],
    [{ shellExecutable: '/dev/null' }, '--shell-executable expects a program, got "/dev/null"'],
    [
      {
        serverName: 'a.example',
        httpsPort: 8443,
        sslCertificateFile: '/nowhere.crt',
        sslCertificateKeyFile: '/nowhere.key',
      },
      '--ssl-certificate-file expects a file that exists, got "/nowhere.crt"',
    ],
    [
      {
        serverName: 'a.example',
        httpsPort: 8443,
        sslCertificate: '/nowhere',
        sslCertificateFile: '/nowhere.crt',
        sslCertificateKeyFile: '/nowhere.key',
      },
      '--ssl-certificate expects a file that exists, got "/nowhere.crt"',
    ],
    [{ mimeTypes: '/nowhere' }, '--mime-types expects a file that exists, got "/nowhere"'],
  ])('refuses %j', (values, message) => {
    expect(() => checkPaths(settings(values), new Map())).toThrow(userError(message))
  })
})
