import cities from './normals.json' with { type: 'json' };

export { cities };

/** A place as the table or the geocoder describes it. `regions`: its states and the like. */
export type Place = Pick<(typeof cities)[number], 'name' | 'latitude' | 'longitude' | 'regions'> & {
  readonly country?: string;
  readonly countryCode?: string | undefined;
};

const usualCountryNames: Readonly<Record<string, string>> = { uk: 'GB', usa: 'US', uae: 'AE', korea: 'KR' };
const cityOfName = new Map(
  cities.flatMap((city) => [city.name, ...city.aliases].map((name) => [plain(name), city] as const)),
);

/** A name without case, accents, spaces and punctuation: `São-Paulo` becomes `saopaulo`. */
export function plain(name: string): string {
  const letters = name.normalize('NFKD').toLowerCase().replace(/ø/g, 'o').replace(/ł/g, 'l');
  return letters.replace(/[^\p{L}\p{N}]/gu, '').normalize('NFC');
}

/** The place in a question such as `What is the weather in Paris, Texas?`: its name and what follows the commas. */
export function splitPlace(text: string): { name: string; qualifiers: string[] } {
  const asked = /\b(?:weather|forecast|temperature|how|what)\b.*?\b(?:in|at|for)\s+(\S.*)$/isu.exec(text)?.[1] ?? text;
  const place = asked.replace(/(?:[\s,?!.]|\b(?:right now|now|today|tomorrow|please))+$/iu, '');
  const [name = '', ...qualifiers] = place.split(/[,，、]/).map((part) => part.trim());
  return { name, qualifiers };
}

/** Whether each qualifier names the place's country or one of its regions. */
export function fits({ country = '', countryCode = '', regions }: Place, qualifiers: readonly string[]): boolean {
  const known = new Set([country, countryCode, ...regions].map(plain));
  return qualifiers.map(plain).every((word) => known.has(word) || usualCountryNames[word] === countryCode);
}

/** The city of the table that a name or a question means. `Paris, Texas` is not in it, although Paris is. */
export function findCity(text: string) {
  const { name, qualifiers } = splitPlace(text);
  const city = cityOfName.get(plain(name));
  return city && fits(city, qualifiers) ? city : undefined;
}
