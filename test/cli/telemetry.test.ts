import { describe, expect, test } from 'vitest'
import { capturesUserAgent, planServices, planTelemetry } from '../../src/cli/telemetry.js'
import { defaultSettings, type Settings } from '../../src/settings/settings.js'
import { formProblem } from '../../src/settings/text-forms.js'

const plan = { mode: 'daemon', serverRoot: '/srv/root' } as const

function planned(values: Partial<Settings>) {
  return planTelemetry({ ...defaultSettings, ...values }, plan)
}

describe('planTelemetry()', () => {
  test('is null without a service', () => {
    expect(planned({ slowRequests: 1, telemetryOptions: ['All'] })).toBe(null)
  })

  test('sends to the socket that is named', () => {
    expect(planned({ telemetryService: 'unix:/run/t.sock', slowRequests: 0.5 })).toEqual({
      path: '/run/t.sock',
      interval: 1,
      slow: 0.5,
      userAgent: false,
      daemon: true,
    })
  })

  test('sends to our own service', () => {
    expect(planned({ enableTelemetry: true })?.path).toBe('/srv/root/telemetry.sock')
  })
})

describe('planServices()', () => {
  test('adds our own service behind those of the user', () => {
    const given = { ...defaultSettings, serviceScript: [['one', '/one.py'] as const] }
    expect(planServices(given).map(([name]) => name)).toEqual(['one'])
    const both = planServices({ ...given, enableTelemetry: true })
    expect(both.map(([name]) => name)).toEqual(['one', 'telemetry'])
  })
})

describe('capturesUserAgent()', () => {
  test.each([
    [[], false],
    [['All'], true],
    [['captureuseragent'], true],
    [['+CaptureUserAgent'], true],
    [['All', '-CaptureUserAgent'], false],
    [['-CaptureUserAgent', '+CaptureUserAgent'], true],
    [['+CaptureUserAgent', 'None'], false],
    [['None All'], true],
  ])('for %j is %s', (options, expected) => {
    expect(capturesUserAgent(options)).toBe(expected)
  })
})

describe('the form of --telemetry-options', () => {
  test.each([
    '+CaptureUserAgent',
    '-captureuseragent +CaptureUserAgent',
    'None',
    ' All  CaptureUserAgent ',
  ])('takes %j', text => {
    expect(formProblem('telemetry flags', text)).toBe(null)
  })

  test.each(['', '+', '+All', '-None', 'Capture', 'All +CaptureUserAgent', 'AllNone'])(
    'refuses %j, as Apache does',
    text => {
      expect(formProblem('telemetry flags', text)).not.toBe(null)
    },
  )
})
