/** The media type of a Content-Type, in lower case and without parameters. */
export interface MediaType {
  readonly name: string;
  readonly charset: string;
}

/** Without a charset the text is UTF-8, as JSON is. */
export function mediaTypeOf(contentType: string): MediaType {
  const [name = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  return { name, charset: charset?.replaceAll('"', '') ?? 'utf-8' };
}

export function isJson(name: string): boolean {
  return name === 'application/json' || name === 'text/json' || name.endsWith('+json');
}

const texts = ['application/xml', 'application/yaml', 'application/javascript', 'application/x-www-form-urlencoded'];

export function isText(name: string): boolean {
  return name.startsWith('text/') || name.endsWith('+xml') || name.endsWith('+yaml') || texts.includes(name);
}
