import { expect, test } from 'vitest'
import { responseStatus } from '../../src/front/response-status.js'

test('responseStatus() reads a status line as Apache does', () => {
  const cases: [string, number, string][] = [
    ['200 OK', 200, 'OK'],
    ['404', 404, 'Not Found'],
    ['413', 413, 'Request Entity Too Large'],
    ['404 ', 404, ''],
    ['299', 299, ''],
    ['600 x', 600, 'x'],
    ['099 x', 99, 'x'],
    ['404x', 404, 'Not Found'],
  ]
  for (const [line, status, reason] of cases) {
    expect([line, responseStatus(line)]).toEqual([line, { status, reason, misread: false }])
  }
  for (const line of ['', 'x', '4 04', '1000 x', '99 x', '299x', '-1']) {
    expect(responseStatus(line)).toEqual({
      status: 500,
      reason: 'Internal Server Error',
      misread: true,
    })
  }
})
