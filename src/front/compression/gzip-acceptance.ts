/** Whether a client takes gzip, as mod_deflate reads Accept-Encoding. */
import { remember } from '../../base/remember.js'
import { readToken } from './token.js'

/**
 * The first `gzip` in the list counts, in any case, and what follows right behind it: `q=0` refuses. An empty item
 * ends the list. `x-gzip` and `*` do not count.
 *
 * @example
 * acceptsGzip('br;q=1, GZIP;q=0.5') // true
 * acceptsGzip('gzip;q=0.000, gzip') // false
 */
export const acceptsGzip: (list: string) => boolean = remember(list => {
  let { token, next } = readToken(list, 0, 'word')
  while (token !== '' && token.toLowerCase() !== 'gzip') {
    while (list[next] === ';') next = readToken(list, next + 1, 'parameter').next
    if (list[next] === ',') next++
    ;({ token, next } = readToken(list, next, 'word'))
  }
  return token !== '' && !refusal.test(list.slice(next))
}, 200)

const refusal = /^;+[ \t\n\v\f\r]*q=0(?:\.0{0,3})?(?:[;,]|$)/
