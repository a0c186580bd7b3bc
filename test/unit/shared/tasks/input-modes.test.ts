import { describe, expect, it } from 'vitest';
import { checkInputModes } from '#shared/tasks/input-modes.ts';
import { agentNamed } from './mesh.ts';

function agentTaking(modes: readonly string[], ofSkill?: readonly string[]) {
  const agent = agentNamed('echo');
  const skills = agent.card.skills.map((skill) => ({ ...skill, ...(ofSkill && { inputModes: ofSkill }) }));
  return { ...agent, card: { ...agent.card, defaultInputModes: modes, skills } };
}
const partOf = (mediaType: unknown) => ({ parts: [{ text: 'x', mediaType }] }) as never;

describe('the media type of a part', () => {
  it.each<[readonly string[], unknown]>([
    [['text/plain'], 'text/plain'],
    [['text/plain'], 'TEXT/Plain; charset=utf-8'],
    [['Image/*'], 'image/png'],
    [['*/*'], 'a/b'],
    [['text/plain'], undefined],
    [['text/plain'], ''],
    [['text/plain'], 7],
    [[], null],
  ])('%j take %j', (modes, mediaType) => {
    expect(() => checkInputModes(agentTaking(modes), partOf(mediaType))).not.toThrow();
  });

  it('is also that of a skill', () => {
    expect(() => checkInputModes(agentTaking(['text/plain'], ['image/png']), partOf('image/png'))).not.toThrow();
  });

  it.each<[readonly string[], string]>([
    [['text/plain'], 'image/png'],
    [['image/*'], 'imagery/png'],
    [[], 'text/plain'],
  ])('%j refuse %j', (modes, mediaType) => {
    expect(() => checkInputModes(agentTaking(modes), partOf(mediaType))).toThrow(
      expect.objectContaining({ reason: 'CONTENT_TYPE_NOT_SUPPORTED', metadata: { mediaType } }),
    );
  });

  it.each([{}, { parts: 7 }, { parts: [null, 'x'] }])('leaves %j to the schema', (message) => {
    expect(() => checkInputModes(agentTaking([]), message as never)).not.toThrow();
  });
});
