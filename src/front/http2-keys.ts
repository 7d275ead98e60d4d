/** What mod_http2 tells an application of the stream that its request came on. */
import type { StreamName } from '../http/request.js'

/** Keys and values, each after a NUL. Nothing is ever pushed. */
export function http2Keys({ connection, id, takesPushes }: StreamName): string {
  const push = takesPushes ? 'on' : 'off'
  return `\0HTTP2\0on\0H2PUSH\0${push}\0H2_PUSH\0${push}\0H2_PUSHED\0\0H2_PUSHED_ON\0\0H2_STREAM_ID\0${id}\0H2_STREAM_TAG\0${process.pid}-${connection}-${id}`
}
