import { describe, expect, test } from 'vitest'
import type { GivenSettings } from '../../src/settings/given.js'
import { operatingMode } from '../../src/settings/modes.js'
import { fromCommandLine, type Origin } from '../../src/settings/origin.js'
import { defaultSettings, type SettingKey, type Settings } from '../../src/settings/settings.js'
import { settle } from '../../src/settings/settle.js'

type Values = Partial<{ [Key in SettingKey]: Settings[Key] }>

const fromVariable: Origin = { source: 'environment', detail: 'MODWSGI_DEV_X' }
const fromFile: Origin = { source: 'pyproject.toml', detail: '/site/pyproject.toml:3' }

function given(values: Values, origin: Origin): GivenSettings {
  return new Map(
    Object.entries(values).map(([key, value]) => [key as SettingKey, { value, origin }]),
  )
}

function settled(sources: { line?: Values; variables?: Values; file?: Values }) {
  return settle({
    commandLine: given(sources.line ?? {}, fromCommandLine),
    environment: given(sources.variables ?? {}, fromVariable),
    project: { directory: '/site', given: given(sources.file ?? {}, fromFile) },
    cwd: '/here',
  })
}

describe('settle()', () => {
  test('gives the defaults when nothing is given', () => {
    expect(settled({}).settings).toEqual(defaultSettings)
  })

  test('prefers the command line, then the variable, then the file', () => {
    const { settings, origins } = settled({
      line: { port: 1 },
      variables: { port: 2, threads: 2 },
      file: { port: 3, threads: 3, host: '::1' },
    })
    expect(settings).toMatchObject({ port: 1, threads: 2, host: '::1' })
    expect(origins.get('port')).toBe(fromCommandLine)
    expect(origins.get('threads')).toBe(fromVariable)
    expect(origins.get('host')).toBe(fromFile)
    expect(origins.get('user')).toEqual({ source: 'default', detail: null })
  })

  test('has --live-reload imply --reload-on-changes', () => {
    expect(settled({ line: { liveReload: true } }).settings.reloadOnChanges).toBe(true)
  })

  test('takes a list whole from the first source', () => {
    const { settings } = settled({ line: { passenv: ['A'] }, file: { passenv: ['B', 'C'] } })
    expect(settings.passenv).toEqual(['A'])
  })

  test('lets a flag be switched off by a source that comes first', () => {
    expect(settled({ variables: { http2: false }, file: { http2: true } }).settings.http2).toBe(
      false,
    )
  })

  test('makes paths absolute, from the directory of the command or of the file', () => {
    const line = settled({
      line: {
        documentRoot: 'htdocs',
        pidFile: '/run/pid',
        urlAlias: [['/a', '../a']],
        includeFile: ['x', 'y'],
      },
    })
    expect(line.settings).toMatchObject({
      documentRoot: '/here/htdocs',
      pidFile: '/run/pid',
      urlAlias: [['/a', '/a']],
      includeFile: ['/here/x', '/here/y'],
    })
    const file = settled({ file: { documentRoot: 'htdocs', urlAlias: [['/a', 'a']] } })
    expect(file.settings).toMatchObject({
      documentRoot: '/site/htdocs',
      urlAlias: [['/a', '/site/a']],
    })
  })

  test('keeps the slash at the end of an alias target', () => {
    const { settings } = settled({
      line: {
        urlAlias: [
          ['/a/', 'a/'],
          ['/', '/'],
        ],
      },
    })
    expect(settings.urlAlias).toEqual([
      ['/a/', '/here/a/'],
      ['/', '/'],
    ])
  })

  test('leaves what is no path of a file alone', () => {
    const line = { serviceLogFile: [['x', 'x.log']], socketPrefix: 'sockets' } as const
    expect(settled({ line }).settings).toMatchObject(line)
  })

  test('leaves a Python without a slash to PATH', () => {
    expect(settled({ line: { python: 'python3.11' } }).settings.python).toBe('python3.11')
    expect(settled({ line: { python: 'env/bin/python' } }).settings.python).toBe(
      '/here/env/bin/python',
    )
  })

  test('leaves module search paths relative to the working directory, but for those of a file', () => {
    expect(settled({ line: { pythonPath: ['lib', '/x'] } }).settings.pythonPath).toEqual([
      'lib',
      '/x',
    ])
    expect(settled({ file: { pythonPath: ['lib'] } }).settings.pythonPath).toEqual(['/site/lib'])
  })

  test('cuts module search paths at colons, as the original does', () => {
    const { settings } = settled({ line: { pythonPath: ['a:b', 'c', ':'] } })
    expect(settings.pythonPath).toEqual(['a', 'b', 'c'])
  })

  test('leaves the entry point as given, but for a path in a file', () => {
    expect(settled({ line: { entryPoint: 'x.wsgi' } }).settings.entryPoint).toBe('x.wsgi')
    expect(settled({ file: { entryPoint: 'x.wsgi' } }).settings.entryPoint).toBe('/site/x.wsgi')
    const module = { entryPoint: 'mysite.wsgi', applicationType: 'module' }
    expect(settled({ file: module }).settings.entryPoint).toBe('mysite.wsgi')
  })

  test.each([
    ['/', '/'],
    ['/app/', '/app/'],
    ['app/', '/app'],
    ['a/../b//c', '/b/c'],
    ['.', '/'],
  ])('makes of the mount point %s %s', (value, mountPoint) => {
    expect(settled({ line: { mountPoint: value } }).settings.mountPoint).toBe(mountPoint)
  })

  test('runs one process for 0, which still counts as given', () => {
    const { settings, origins } = settled({ line: { processes: 0 } })
    expect(settings.processes).toBe(1)
    expect(origins.get('processes')).toBe(fromCommandLine)
  })

  test('takes --lang for --locale, and the stem for certificate and key', () => {
    const { settings } = settled({
      line: { lang: 'C.UTF-8', sslCertificate: '/c/site', sslCertificateFile: '/other' },
    })
    expect(settings).toMatchObject({
      locale: 'C.UTF-8',
      sslCertificateFile: '/c/site.crt',
      sslCertificateKeyFile: '/c/site.key',
    })
  })

  test('lets a log directory win over the terminal, and the terminal over rotation', () => {
    const both = { logToTerminal: true, rotateLogs: true }
    expect(settled({ line: both }).settings).toMatchObject({
      logToTerminal: true,
      rotateLogs: false,
    })
    expect(settled({ line: { ...both, logDirectory: 'log' } }).settings).toMatchObject({
      logDirectory: '/here/log',
      logToTerminal: false,
      rotateLogs: true,
    })
  })

  test.each([
    'debugMode',
    'enableDebugger',
    'enableCoverage',
    'enableProfiler',
    'enableRecorder',
    'enableGdb',
  ])('lifts the limits of debug mode for %s', key => {
    const limits = { maximumRequests: 5, queueTimeout: 6, reloadOnChanges: true }
    const { settings } = settled({ line: { ...limits, [key]: true } })
    expect(operatingMode(settings)).toBe('debug')
    expect(settings).toMatchObject({ maximumRequests: 0, queueTimeout: 0, disableReloading: true })
    expect(settings.shutdownTimeout * 1000).toBeLessThan(2 ** 31)
    expect(settings.shutdownTimeout).toBeGreaterThan(24 * 3600)
  })

  test('keeps the limits in embedded mode, but nothing reloads', () => {
    const { settings } = settled({ line: { embeddedMode: true, maximumRequests: 5 } })
    expect(operatingMode(settings)).toBe('embedded')
    expect(settings).toMatchObject({ maximumRequests: 5, disableReloading: true })
  })

  test('freezes everything', () => {
    const { settings } = settled({ line: { urlAlias: [['/a', 'a']] } })
    expect(Object.isFrozen(settings)).toBe(true)
    expect(Object.isFrozen(settings.urlAlias)).toBe(true)
    expect(Object.isFrozen(settings.urlAlias[0])).toBe(true)
  })
})
