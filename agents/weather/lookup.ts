import { type City, cities } from './cities.ts';
import { compact, placeIn, plain, qualifies, splitPlace } from './names.ts';

/** Scripts that put no space between words: a name is found anywhere in them. */
const unspaced = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}ー\s]+$/u;
/** Korean words begin after a space but end in particles: 서울의. */
const suffixed = /^[\p{Script=Hangul}\s]+$/u;
/** Names of so few letters are words too (`la`, `rom`): in free text they count only as they are written in the table. */
const shortName = 3;

type Name = { readonly city: City; readonly written: string; readonly plain: string };

const names: readonly Name[] = cities.flatMap((city) =>
  [city.name, ...city.aliases].map((written) => ({ city, written, plain: plain(written) })),
);
const byCompactName = new Map(names.map((name) => [compact(name.written), name.city]));
const longestFirst = [...names].sort((a, b) => b.plain.length - a.plain.length);

/** The city of that name, with or without its country or region: `seoul`, `Seoul, KR`, `서울`, `SaoPaulo`, `Chicago, IL`. */
export function lookupCity(text: string): City | undefined {
  const { name, qualifiers } = splitPlace(text);
  const city = byCompactName.get(compact(name));
  if (city && qualifies(qualifiers, city)) return city;
  // `Seoul South Korea`, without the comma
  return qualifiers.length === 0 ? lookupWithCountry(plain(name).split(' ')) : undefined;
}

function lookupWithCountry(words: readonly string[]): City | undefined {
  for (let count = words.length - 1; count > 0; count--) {
    const city = byCompactName.get(words.slice(0, count).join(''));
    if (city && qualifies([words.slice(count).join(' ')], city)) return city;
  }
  return undefined;
}

/** The city with the longest name that stands in the text as a word of its own. */
export function findCityIn(text: string): City | undefined {
  const searched = ` ${plain(text)} `;
  return longestFirst.find((name) => isMentioned(name, searched, text))?.city;
}

function isMentioned(name: Name, searched: string, original: string): boolean {
  if (unspaced.test(name.written)) return searched.includes(name.plain);
  if (suffixed.test(name.written)) return searched.includes(` ${name.plain}`);
  if (!searched.includes(` ${name.plain} `)) return false;
  return name.plain.length > shortName || original.includes(name.written);
}

/**
 * The city that a caller means, by name or in a sentence. `Paris, Texas` is none: where a known name is qualified by
 * another country, the city of the same name would be the wrong answer.
 */
export function cityMeantBy(text: string): City | undefined {
  const place = placeIn(text);
  const { name, qualifiers } = splitPlace(place);
  const city = lookupCity(place);
  if (city || (qualifiers.length > 0 && lookupCity(name))) return city;
  return findCityIn(text);
}

/** Cities whose names are nearly what was written, the nearest first. */
export function suggestCities(text: string, most = 3): string[] {
  const written = compact(splitPlace(placeIn(text)).name);
  if (written.length < 2) return [];
  const allowed = Math.max(1, Math.floor(written.length / 3));
  const distances = new Map<string, number>();
  for (const { city, plain: name } of names) {
    const candidate = name.replaceAll(' ', '');
    const distance = candidate.startsWith(written) && written.length >= 3 ? 0.5 : editDistance(written, candidate);
    if (distance <= allowed) distances.set(city.name, Math.min(distance, distances.get(city.name) ?? distance));
  }
  return [...distances]
    .sort(([, a], [, b]) => a - b)
    .slice(0, most)
    .map(([name]) => name);
}

/** Levenshtein's: how many letters to add, drop or replace. */
function editDistance(from: string, to: string): number {
  const target = [...to];
  let row = Array.from({ length: target.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [at, other] of target.entries()) {
      const replaced = (row[at] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row[target.length] ?? 0;
}
