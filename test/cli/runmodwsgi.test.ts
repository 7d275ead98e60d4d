import { describe, expect, test } from 'vitest'
import {
  argumentsOf,
  type DjangoSettings,
  deriveSettings,
  projectFolder,
} from '../../src/cli/runmodwsgi.js'
import { defaultSettings } from '../../src/settings/settings.js'

const project: DjangoSettings = {
  settingsModule: 'mysite.settings',
  wsgiApplication: 'mysite.wsgi.application',
  baseDirectory: '/site',
  staticUrl: '/static/',
  staticRoot: '/site/static',
  middleware: [],
  environment: {},
}

describe('deriveSettings()', () => {
  test('takes application, folder and alias from the project', () => {
    const { settings, module } = deriveSettings(defaultSettings, project, '/cwd')
    expect(module).toBe('mysite.wsgi')
    expect(settings).toMatchObject({
      applicationType: 'module',
      callableObject: 'application',
      workingDirectory: '/site',
      urlAlias: [['/static', '/site/static']],
    })
  })

  test('takes a relative STATIC_ROOT from the folder of the command', () => {
    const { settings } = deriveSettings(defaultSettings, { ...project, staticRoot: 'st' }, '/cwd')
    expect(settings.urlAlias).toEqual([['/static', '/cwd/st']])
  })

  test('leaves --working-directory as given', () => {
    const given = { ...defaultSettings, workingDirectory: '/other' }
    expect(deriveSettings(given, project, '/cwd').settings.workingDirectory).toBe('/other')
  })

  test('makes no alias for WhiteNoise, for a URL elsewhere, or without STATIC_ROOT', () => {
    const others: Partial<DjangoSettings>[] = [
      { middleware: ['whitenoise.middleware.WhiteNoiseMiddleware'] },
      { staticUrl: 'https://cdn.example/static/' },
      { staticRoot: '' },
    ]
    for (const other of others) {
      const derived = deriveSettings(defaultSettings, { ...project, ...other }, '/cwd')
      expect(derived.settings.urlAlias).toEqual([])
    }
  })

  test('refuses a WSGI_APPLICATION that names no callable', () => {
    for (const wsgiApplication of [null, 'application']) {
      expect(() =>
        deriveSettings(defaultSettings, { ...project, wsgiApplication }, '/cwd'),
      ).toThrow('WSGI_APPLICATION of mysite.settings')
    }
  })
})

describe('projectFolder()', () => {
  const settings = { ...defaultSettings, workingDirectory: '/site/src' }

  test('is the directory of the command where manage.py is there', () => {
    expect(projectFolder(settings, '/site', path => path === '/site/manage.py')).toBe('/site')
  })

  test('is else the working directory, if one is named', () => {
    expect(projectFolder(settings, '/', () => false)).toBe('/site/src')
    expect(projectFolder(defaultSettings, '/', () => false)).toBe('/')
  })
})

describe('argumentsOf()', () => {
  test('hands on what was given for manage.py', () => {
    expect(argumentsOf(defaultSettings)).toEqual([])
    const given = {
      settings: 'mysite.other',
      pythonpath: '/lib',
      verbosity: 0,
      traceback: true,
      noColor: true,
      forceColor: false,
      skipChecks: true,
    }
    const words =
      '--settings mysite.other --pythonpath /lib --verbosity 0 --traceback --no-color --skip-checks'
    expect(argumentsOf({ ...defaultSettings, ...given })).toEqual(words.split(' '))
  })
})
