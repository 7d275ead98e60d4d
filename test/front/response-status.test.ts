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
    expect([line, responseStatus(line)]).toEqual([line, { status, reason, decides: status }])
  }
  const misread = { '': 0, x: 0, '4 04': 4, '1000 x': 1000, '99 x': 99, '299x': 299, '-1': -1 }
  for (const [line, decides] of Object.entries(misread)) {
    const expected = { status: 500, reason: 'Internal Server Error', decides }
    expect([line, responseStatus(line)]).toEqual([line, expected])
  }
})
