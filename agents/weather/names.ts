/** Letters that Unicode does not take apart, as people write them without the key for them. */
const plainLetters: Readonly<Record<string, string>> = { ø: 'o', ł: 'l', ß: 'ss', æ: 'ae', œ: 'oe', ı: 'i', đ: 'd' };

/** A name as it is compared: no case, accents or punctuation, single spaces. `São-Paulo ` becomes `sao paulo`. */
export function plain(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[øłßæœıđ]/g, (letter) => plainLetters[letter] ?? letter)
    .replace(/[.'’`]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .normalize('NFC'); // Hangul was taken apart too
}

/** The same without spaces: people write `newyork` and `Sao Paulo`. */
export function compact(text: string): string {
  return plain(text).replaceAll(' ', '');
}

/** Americans write `Springfield, IL`; the geocoder knows Illinois. */
const stateCodes: ReadonlyMap<string, string> = new Map(
  (
    'AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,DC District of Columbia,' +
    'FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,KY Kentucky,LA Louisiana,ME Maine,' +
    'MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,MO Missouri,MT Montana,NE Nebraska,NV Nevada,' +
    'NH New Hampshire,NJ New Jersey,NM New Mexico,NY New York,NC North Carolina,ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,' +
    'PA Pennsylvania,RI Rhode Island,SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,VT Vermont,VA Virginia,' +
    'WA Washington,WV West Virginia,WI Wisconsin,WY Wyoming'
  )
    .split(',')
    .map((state) => [plain(state.slice(3)), state.slice(0, 2)]),
);

const countryNames: Readonly<Record<string, readonly string[]>> = {
  AE: ['uae', 'emirates'],
  CN: ['prc', 'peoples republic of china'],
  CZ: ['czech republic'],
  DE: ['deutschland'],
  ES: ['espana'],
  GB: ['uk', 'great britain', 'britain'],
  HK: ['china', 'hong kong sar'],
  IE: ['eire'],
  IT: ['italia'],
  JP: ['nippon', 'nihon'],
  KR: ['korea', 'republic of korea', 'rok'],
  NL: ['holland', 'the netherlands', 'nederland'],
  PH: ['the philippines'],
  RU: ['russian federation'],
  TR: ['turkiye'],
  TW: ['roc'],
  US: ['usa', 'united states of america', 'america'],
  VN: ['viet nam'],
};

/** Whether all of `qualifiers` (what follows a city's name after commas) name its country or one of its regions. */
export function qualifies(
  qualifiers: readonly string[],
  place: { readonly countryCode?: string; readonly country?: string; readonly regions: readonly string[] },
): boolean {
  const code = place.countryCode ?? '';
  const states = code === 'US' ? place.regions.flatMap((region) => stateCodes.get(plain(region)) ?? []) : [];
  const names = new Set(
    [code, place.country ?? '', ...(countryNames[code] ?? []), ...place.regions, ...states].map(plain),
  );
  names.delete('');
  return qualifiers.every((qualifier) => names.has(plain(qualifier)));
}

/** `Seoul, KR` as its name and what qualifies it. */
export function splitPlace(text: string): { name: string; qualifiers: string[] } {
  const [name = '', ...qualifiers] = text.split(/[,，、]/).map((part) => part.trim());
  return { name, qualifiers: qualifiers.filter((qualifier) => plain(qualifier) !== '') };
}

const question =
  /\b(?:weather|forecast|temperature|climate|rain\w*|snow\w*|sunny|hot|cold|warm|how|what)\b.*\b(?:in|at|for|of|near)\s+(?:the\s+city\s+of\s+)?(?<place>\S.*)$/isu;
const afterthought =
  /[\s,]*\b(?:right now|now|today|tonight|tomorrow|this (?:week|month)|please|currently|at the moment|like)$/iu;

/** The place in a question such as `What is the weather in Seoul today?`; any other text as it is. */
export function placeIn(text: string): string {
  const asked = question.exec(text)?.groups?.place;
  if (asked === undefined) return text.trim();
  let place = asked;
  let before: string;
  do {
    before = place;
    place = place.replace(/[\s?!.]+$/u, '').replace(afterthought, '');
  } while (place !== before);
  return place === '' ? text.trim() : place;
}
