/** Frames in, frames out: the machine against recordings of Linux. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { play, type Recording, withoutIds } from './play.ts';

const dir = path.resolve(import.meta.dirname, '../../../fixtures/path');

describe('the path of packets, as Linux has it', () => {
  for (const file of readdirSync(dir)) {
    const recording: Recording = JSON.parse(readFileSync(path.join(dir, file), 'utf8'));
    test(`${file}: ${recording.about}`, () => {
      const mine = play(recording);
      recording.events.forEach((event, i) => {
        expect(mine[i]!.map(withoutIds), `event ${i}`).toEqual(event.egress.map(withoutIds));
      });
    });
  }
});
