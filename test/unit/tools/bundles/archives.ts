/**
 * Made by Python's zipfile: `build/functions/echo.mjs`, deflated, and `größe.txt`, stored, with an extra field and a
 * comment; the archive has a comment too.
 */
export const echoZip = Buffer.from(
  [
    'UEsDBBQAAAAIAAAAIVwSS91gKgAAADgAAAAYAAAAYnVpbGQvZnVuY3Rpb25zL2VjaG8ubWpzS60oyC8qUUjOzysuUchIzEvJSS1SsFXQ0FSwtV',
    'NQykjNyclXwCCVrLkAUEsDBBQAAAgAAAAAIVwL+UNWBgAAAAYAAAALAAYAZ3LDtsOfZS50eHSZmQIAYWJzdG9yZWRQSwECFAMUAAAACAAAACFc',
    'EkvdYCoAAAA4AAAAGAAAAAAAAAAAAAAAgAEAAAAAYnVpbGQvZnVuY3Rpb25zL2VjaG8ubWpzUEsBAhQDFAAACAAAAAAhXAv5Q1YGAAAABgAAAA',
    'sABgAJAAAAAAAAAIABYAAAAGdyw7bDn2UudHh0mZkCAGFiYSBjb21tZW50UEsFBgAAAAACAAIAjgAAAJUAAAAOAG9mIHRoZSBhcmNoaXZl',
  ].join(''),
  'base64',
);

/** The same way, `a.mjs` packed with bzip2. */
export const bzipped = Buffer.from(
  [
    'UEsDBC4AAAAMAAAAIVyDFtyMJQAAAAEAAAAFAAAAYS5tanNCWmg5MUFZJlNZd0uwFAAAAACAAEAgACEYRoLuSKcKEg7pdgKAUEsBAi4DLgAAAA',
    'wAAAAhXIMW3IwlAAAAAQAAAAUAAAAAAAAAAAAAAIABAAAAAGEubWpzUEsFBgAAAAABAAEAMwAAAEgAAAAAAA==',
  ].join(''),
  'base64',
);
