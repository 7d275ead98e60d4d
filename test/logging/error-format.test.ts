import { describe, expect, test } from 'vitest'
import { errorFormat } from '../../src/logging/error-format.js'
import { FormatError } from '../../src/logging/format-text.js'
import { entry, server } from './facts.js'

// What mod_wsgi-express makes of the same formats.
describe('errorFormat()', () => {
  test.each([
    ['%m|%l|%a|%v|%P|%T|%L|%M', 'wsgi|error|1.2.3.4:5|localhost|7|9|AAAAABBBBBB|hello'],
    ['a  %E  b %M', 'a  b hello'],
    ['a%Eb c%E%M d', 'hello d'],
    ['%E %M', ' hello'],
    ['8=%8m 1=%1m 3=%3m 4=%4m %M', ' 1=wsgi 3=wsgi hello'],
    ['%-E %-{HOME}e %M', '- - hello'],
    ['[%l] [client\\ %a] %M% ,\\ referer\\ %{Referer}i', '[error] [client 1.2.3.4:5] hello'],
    ['q c\\q d\\ e\\\\f x%% y%% % z %M', 'q cq d ef x% y% z hello'],
  ])('%s', (format, expected) => {
    const fact = entry({ remote: '1.2.3.4:5', thread: 9, requestId: 'AAAAABBBBBB' })
    expect(errorFormat(format, server)(fact)).toBe(`${expected}\n`)
  })

  test('formats each line of an entry', () => {
    expect(errorFormat('%m: %M', server)(entry({ text: 'a\nb' }))).toBe('wsgi: a\nwsgi: b\n')
  })

  test.each(['%t', ' ', '%Z %M', '%h %M', '%M %{x', '%+a %M'])('refuses %s', format => {
    expect(() => errorFormat(format, server)).toThrow(FormatError)
  })
})
